"""A variable of llama-stack in the environment of an ogx server.

ogx reads no `LLAMA_STACK_…` and no `LLS_…` variable: the setting has no effect. It is
reported in an `OGXServer`, in containers and services of compose files that certainly
run ogx, by their command or image, and in Dockerfiles, units and shell scripts that
start it; applications have variables of their own with such names.
"""

from __future__ import annotations

from stackcfg.manifests.objects import SERVER
from stackcfg.validation.manifest_rule import (
    PODS,
    WARNING,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.queries.old_variables import judge_variable
from stackcfg.validation.queries.server_containers import (
    ServerContainer,
    find_server_containers,
)
from stackcfg.validation.rule_finding import RuleFinding


def check(inspection: ManifestInspection) -> Findings:
    for container in find_server_containers(inspection.subject):
        yield from _check_container(container)


def _check_container(container: ServerContainer) -> Findings:
    given = {each.name for each in container.variables}
    for each in container.variables:
        judged = judge_variable(each.name, given, each.rest is not None)
        if judged is None or container.uses(each.name):
            continue
        fix: str | None = None
        if judged.new is not None and each.rest is not None:
            fix = judged.new + each.rest
        yield RuleFinding(each.place, judged.message, help=judged.advice, fix=fix)


RULE = ManifestRule("old-variable", WARNING, __doc__, check, (SERVER, PODS))
