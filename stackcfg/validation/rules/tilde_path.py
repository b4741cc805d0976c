"""A `~` in the path of a sqlite KV backend, which no release expands.

With `db_path: ~/a/kv.db` the server creates a folder named `~` in the folder
where it is started. A `~` is expanded only in the default of a variable
(`${env.STORE_DIR:=~/a}/kv.db`) and by SQL backends.
"""

from __future__ import annotations

from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: Inspection) -> Findings:
    for backend in inspection.stores.backends.values():
        path = backend.fields.get("db_path")
        if backend.type != "kv_sqlite" or not isinstance(path, str):
            continue
        if path.startswith("~"):
            yield RuleFinding(
                value_of(*BACKENDS_PATH, backend.name, "db_path"),
                "the server does not expand '~' in the path of a KV backend; "
                "it creates a folder named '~'",
                help="write an absolute path, or the default of a variable: "
                "${env.SQLITE_STORE_DIR:=~/…}/kv.db",
            )


RULE = Rule("tilde-path", WARNING, __doc__, check)
