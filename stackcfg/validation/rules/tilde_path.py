"""A `~` in the path of a sqlite KV backend, which no release expands.

`db_path: ~/a/kv.db` makes a folder named `~` under the folder that the server is started in. It is expanded only inside
the default of a variable (`${env.STORE_DIR:=~/a}/kv.db`), and by SQL backends.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.validation.findings import WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each such path."""
    for backend in inspection.stores.backends.values():
        path = backend.fields.get("db_path")
        if (
            backend.type == "kv_sqlite"
            and isinstance(path, str)
            and path.startswith("~")
        ):
            place = value_of("storage", "backends", backend.name, "db_path")
            yield RuleFinding(
                place,
                "the server does not expand '~' in the path of a KV backend: it makes a folder named '~'",
                help="write the whole path, or put it into a variable's default: ${env.SQLITE_STORE_DIR:=~/…}/kv.db",
            )


RULE: Final = Rule("tilde-path", WARNING, __doc__, check=check)
