"""A variable of llama-stack in the environment of an ogx server.

ogx reads no `LLAMA_STACK_…` and no `LLS_…` variable: the setting has no effect. It is
reported in an `OGXServer`, in containers and services of compose files that certainly
run ogx, by their command or image, in ConfigMaps and Secrets behind their `envFrom`, and
in Dockerfiles, units and shell scripts that start it; applications have variables of
their own with such names.
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
from stackcfg.validation.queries.object_references import describe_place, keys_of
from stackcfg.validation.queries.old_variables import judge_variable
from stackcfg.validation.queries.server_containers import (
    ContainerSource,
    ServerContainer,
    find_server_containers,
)
from stackcfg.validation.rule_finding import RuleFinding


def check(inspection: ManifestInspection) -> Findings:
    for container in find_server_containers(inspection.object):
        yield from _check_container(container)
        for source in container.sources:
            yield from _check_source(inspection, container, source)


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


def _check_source(
    inspection: ManifestInspection,
    container: ServerContainer,
    source: ContainerSource,
) -> Findings:
    """Yield a finding for each old name among the keys of an object."""
    namespace = inspection.object.namespace
    found = inspection.manifests.find(source.kind, source.name, namespace)
    if found is None:
        return
    keys = keys_of(found)
    given = {*keys, *(each.name for each in container.variables)}
    place = describe_place(inspection, found)
    for name in sorted(keys):
        judged = judge_variable(name, given, has_value=False)
        if judged is None or container.uses(name):
            continue
        new = renamed_variables()[name].new
        advice = f"write '{new}' there, or set it here, if others read the old name"
        if new in given:
            advice = judged.advice
        yield RuleFinding(
            place=source.place,
            message=f"{judged.message} ({source.kind} '{source.name}', {place})",
            help=advice,
        )


RULE = ManifestRule("old-variable", WARNING, __doc__, check, (SERVER, PODS))
