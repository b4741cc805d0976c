"""A variable of llama-stack in the environment of an ogx server.

ogx reads no `LLAMA_STACK_…` and no `LLS_…` variable: the setting has no effect.
"""

from __future__ import annotations

from stackcfg.releases.server_environment import renamed_variables
from stackcfg.validation.manifest_rule import (
    WARNING,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.rule_finding import RuleFinding, value_of

_ENV = ("spec", "workload", "overrides", "env")


def check(inspection: ManifestInspection) -> Findings:
    known = renamed_variables()
    given = {item.get("name") for _, item in inspection.items(*_ENV)}
    for path, _ in inspection.items(*_ENV):
        variable = known.get(inspection.text(*path, "name"))
        if variable is None:
            continue
        fix: str | None = variable.new
        advice = f"write '{variable.new}'"
        if variable.new in given:
            fix = None
            advice = f"remove it; '{variable.new}' is given"
        yield RuleFinding(
            value_of(*path, "name"),
            f"ogx does not read '{variable.old}': {variable.use}",
            help=advice,
            fix=fix,
        )


RULE = ManifestRule("old-variable", WARNING, __doc__, check)
