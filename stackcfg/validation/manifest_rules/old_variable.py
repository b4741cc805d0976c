"""A variable of llama-stack in the environment of an ogx server.

ogx reads no `LLAMA_STACK_…` and no `LLS_…` variable: the setting has no effect. It is
reported in an `OGXServer`, and in containers that certainly run ogx, by their command
or image; applications have variables of their own with such names.
"""

from __future__ import annotations

from stackcfg.manifests.objects import SERVER
from stackcfg.releases.server_environment import renamed_variables
from stackcfg.validation.manifest_rule import (
    PODS,
    WARNING,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.queries.server_containers import (
    ServerContainer,
    find_server_containers,
    variables_of,
)
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: ManifestInspection) -> Findings:
    for container in find_server_containers(inspection.subject):
        yield from _check_container(inspection, container)


def _check_container(
    inspection: ManifestInspection, container: ServerContainer
) -> Findings:
    known = renamed_variables()
    variables = list(variables_of(inspection.subject, container))
    given = {name for _, name, _ in variables}
    for path, name, _ in variables:
        variable = known.get(name)
        if variable is None or _is_used(inspection, container, name):
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


def _is_used(
    inspection: ManifestInspection, container: ServerContainer, name: str
) -> bool:
    """Return whether the start command itself uses a variable."""
    return any(name in inspection.written(*path) for path in container.words)


RULE = ManifestRule("old-variable", WARNING, __doc__, check, (SERVER, PODS))
