"""A password with an `@` for SQL on Postgres, which ends it before ogx 1.0.3.

The server writes user, password and host into one URL as they are
(`engine_str` of 0.2.23 to ogx 1.0.2). SQLAlchemy then takes what follows the
first `@` of the password for the host, so that the server does not connect. In
the password `%40` is an `@` for these releases; from 1.0.3 on the password is
taken as it is. KV stores on Postgres always take it as it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.paths import Path, value_at
from stackcfg.releases.changes import CATALOG_SINCE, POSTGRES_PASSWORDS_PLAIN_SINCE
from stackcfg.releases.stores import LAST_INLINE, SQL
from stackcfg.runconfig.placeholders import has_placeholder
from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.stores.inline import read_inline_stores
from stackcfg.validation.rule import ERROR, WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, Splice, UnsafeFix, value_of


def check(inspection: Inspection) -> Findings:
    """Report each such password; the default of a variable is a warning."""
    if inspection.version >= POSTGRES_PASSWORDS_PLAIN_SINCE:
        return
    for path in _paths_of_passwords(inspection):
        text = value_at(inspection.data, path)
        seen = inspection.seen(path)
        if not isinstance(seen, str) or "@" not in seen:
            continue
        severity = WARNING if has_placeholder(str(text)) else ERROR
        yield RuleFinding(
            value_of(*path),
            f"{inspection.release} takes what follows the '@' in this password for "
            "the host; it cannot connect",
            help="write '%40' for the '@'; from 1.0.3 on write '@' again",
            severity=severity,
            unsafe=UnsafeFix(
                "write '%40' for the '@' of the password", (Splice(path, "@", "%40"),)
            ),
        )


def _paths_of_passwords(inspection: Inspection) -> Iterator[Path]:
    for backend in inspection.stores.backends.values():
        if inspection.backend_type(backend.name) == "sql_postgres":
            yield *BACKENDS_PATH, backend.name, "password"
    if inspection.version >= CATALOG_SINCE or "postgres" not in inspection.text:
        return
    old = read_inline_stores(
        inspection.data, inspection.catalog, LAST_INLINE, CATALOG_SINCE
    )
    for store in old.stores:
        inline = store.inline
        if store.family == SQL and inline is not None and inline.engine == "postgres":
            yield *inline.path, "password"


RULE = Rule("postgres-url", ERROR, __doc__, check)
