"""The resources that rules of an `access_policy` name, before and after a migration.

A rule holds for `TYPE::NAME` or `TYPE::*`, and for nothing that has another type or
name: a `forbid` that no longer matches lets everyone in. Source: `matches_resource`
of 0.2.23 and ogx 1.5.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from stackcfg.light_typing import Final
from stackcfg.migration.changes import Changes, Notes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.model_names import NamedModel
from stackcfg.paths import Path, as_list, list_at, value_at
from stackcfg.releases.changes import ACCESS_PATTERN
from stackcfg.releases.model_names import RESOURCE_PREFIX
from stackcfg.runconfig.sections import ACCESS_POLICY
from stackcfg.runconfig.values import as_string

EFFECTS: Final = ("forbid", "permit")

UNREGISTERED_MODELS_SINCE: Final = (0, 4, 0)
"""Any model of a provider can be called by `PROVIDER/MODEL`, whether it
is registered or not (`_get_provider_by_fallback` of 0.4.0 and ogx
1.5.0).
"""


def rename_resources(
    context: StepContext,
    models: Sequence[NamedModel],
    types: Mapping[str, str],
) -> Changes:
    """Write the new types and names of resources into the rules that name them.

    `types` are new names of types by old ones. A rule for a model is
    kept and repeated, since the registry of the old server still has
    the old name.
    """
    found: dict[int, tuple[Path, Sequence[str]]] = {}
    for index, effect, old in _named_resources(context):
        new = _rename_type(old, types)
        resources = [new, *_other_names(context, effect, new, models)]
        if resources != [old]:
            found[index] = ((effect, "resource"), resources)
    if found:
        yield from context.text.repeat_items(ACCESS_POLICY, found)
    for index, (place, (_, *more)) in found.items():
        if more:
            names = " and ".join(f"'{each}'" for each in more)
            message = (
                f"the rule is repeated for {names}: clients reach the model by each "
                "of these names"
            )
            yield context.info(message, (*ACCESS_POLICY, index, *place))


def report_old_types(context: StepContext, types: Mapping[str, str]) -> Notes:
    """Report each rule for a type of resource that the file's own release has not."""
    for index, effect, resource in _named_resources(context):
        kind = resource.partition("::")[0]
        if kind in types:
            message = (
                f"no resource has the type '{kind}' since 0.3, so this rule matches "
                f"nothing; write '{_rename_type(resource, types)}'"
            )
            yield context.check(message, (*ACCESS_POLICY, index, effect, "resource"))


def find_narrow_permits(context: StepContext, actions: Sequence[str]) -> Iterator[Path]:
    """Yield the actions of each rule that permits to read anything, and
    lacks some of `actions`.
    """
    for index, rule in enumerate(list_at(context.data, ACCESS_POLICY)):
        path = ("permit", "actions")
        found = value_at(rule, path)
        written = as_list(found) or [found]
        if "read" not in written or value_at(rule, ("permit", "resource")):
            continue
        if any(action not in written for action in actions):
            yield (*ACCESS_POLICY, index, *path)


def may_update_records(context: StepContext, types: Sequence[str]) -> bool:
    """Return whether some rule permits to change rows of each of these types."""
    permitted: set[str] = set()
    for rule in list_at(context.data, ACCESS_POLICY):
        found = value_at(rule, ("permit", "actions"))
        if "update" not in (as_list(found) or [found]):
            continue
        resource = as_string(value_at(rule, ("permit", "resource")))
        if not resource or resource.startswith(ACCESS_PATTERN):
            return True
        permitted.add(resource.rpartition("::")[0])
    return permitted.issuperset(types)


def _named_resources(context: StepContext) -> Iterator[tuple[int, str, str]]:
    """Yield the index of each rule that names a resource, its effect, and that."""
    for index, rule in enumerate(list_at(context.data, ACCESS_POLICY)):
        for effect in EFFECTS:
            resource = as_string(value_at(rule, (effect, "resource")))
            if resource:
                yield index, effect, resource


def _rename_type(resource: str, types: Mapping[str, str]) -> str:
    kind, mark, name = resource.partition("::")
    return types.get(kind, kind) + mark + name


def _other_names(
    context: StepContext, effect: str, resource: str, models: Sequence[NamedModel]
) -> list[str]:
    """Return the other resources that are the model of a rule, if it is of one."""
    if not resource.startswith(RESOURCE_PREFIX):
        return []
    found: dict[str, None] = {}
    for model in models:
        if model.old[0] != resource.removeprefix(RESOURCE_PREFIX):
            continue
        found[model.new] = None
        if effect == "forbid" and context.release.final >= UNREGISTERED_MODELS_SINCE:
            found[f"{model.provider}/{model.provider_name}"] = None
    names = [RESOURCE_PREFIX + name for name in found]
    taken = {each for _, _, each in _named_resources(context)}
    return [name for name in names if name not in taken]
