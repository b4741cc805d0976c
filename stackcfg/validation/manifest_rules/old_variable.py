"""A variable of llama-stack in the environment of an ogx server.

ogx reads no `LLAMA_STACK_…` and no `LLS_…` variable: the setting has no effect. It is
reported in an `OGXServer`, and in containers and services of compose files that
certainly run ogx, by their command or image; applications have variables of their own
with such names.
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
)
from stackcfg.validation.rule_finding import RuleFinding


def check(inspection: ManifestInspection) -> Findings:
    for container in find_server_containers(inspection.subject):
        yield from _check_container(container)


def _check_container(container: ServerContainer) -> Findings:
    known = renamed_variables()
    given = {each.name for each in container.variables}
    for each in container.variables:
        variable = known.get(each.name)
        if variable is None or container.uses(each.name):
            continue
        message = f"ogx does not read '{variable.old}': {variable.use}"
        if variable.new in given:
            advice = f"remove it; '{variable.new}' is given"
            yield RuleFinding(each.place, message, help=advice)
        elif each.rest is None:
            advice = f"write '{variable.new}', and where its value is from, too"
            yield RuleFinding(each.place, message, help=advice)
        else:
            advice = f"write '{variable.new}'"
            fix = variable.new + each.rest
            yield RuleFinding(each.place, message, help=advice, fix=fix)


RULE = ManifestRule("old-variable", WARNING, __doc__, check, (SERVER, PODS))
