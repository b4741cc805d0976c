"""A `~` in the path of a sqlite KV backend, which no release expands.

With `db_path: ~/a/kv.db` the server creates a folder named `~` in the folder
where it is started. A `~` is expanded only in the default of a variable
(`${env.STORE_DIR:=~/a}/kv.db`) and by SQL backends.
"""

from __future__ import annotations

from stackcfg.light_typing import Final
from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.validation.queries.moved_stores import stores_of_backend
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import (
    Correction,
    EntryPart,
    RuleFinding,
    UnsafeFix,
    value_of,
)

HOME: Final = "${env.HOME}"


def check(inspection: Inspection) -> Findings:
    for backend in inspection.stores.backends.values():
        path = backend.fields.get("db_path")
        if backend.type != "kv_sqlite" or not isinstance(path, str):
            continue
        if path.startswith("~"):
            place = value_of(*BACKENDS_PATH, backend.name, "db_path")
            yield RuleFinding(
                place,
                "the server does not expand '~' in the path of a KV backend; "
                "it creates a folder named '~'",
                help="write an absolute path, or the default of a variable: "
                "${env.SQLITE_STORE_DIR:=~/…}/kv.db",
                unsafe=_expand(inspection, place, path),
            )


def _expand(inspection: Inspection, place: EntryPart, path: str) -> UnsafeFix | None:
    """Return the fix that writes the folder of the user as a variable."""
    if not path.startswith("~/"):
        return None
    return UnsafeFix(
        f"write '{HOME}' for '~'",
        (Correction(place, HOME + path[1:]),),
        stores_of_backend(inspection, place.path),
    )


RULE = Rule("tilde-path", WARNING, __doc__, check)
