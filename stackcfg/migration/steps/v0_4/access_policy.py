"""0.3 → 0.4: who may use a resource is decided by other rules (0.4.0).

A user has roles, teams, projects and namespaces, and a resource those
of the user who made it, its owner.

- Without an `access_policy`, a user needed something in common with the owner
  in each of the four that the owner has. From 0.4.0 one of them is enough; the
  owner always has access, and everyone to a resource without an owner.
- The condition `user in owners teams` was true where the owner has no teams.
  From 0.4.0 it is false, and `user not in owners teams` true.
- Whoever could read a file could delete it. From 0.4.0 that needs the action
  `delete`.
- From 0.4.0 any model of a provider can be called by `PROVIDER/MODEL`, and only a
  rule for this name forbids it.

Source: `default_policy` and `UserInOwnersList` of 0.3.5, 0.4.0 and
0.4.5; `openai_delete_file` of 0.3.5 and 0.4.0;
`_get_provider_by_fallback` of 0.4.0.
"""

from collections.abc import Iterator

from stackcfg.migration.changes import Changes, Notes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.access_rules import find_narrow_permits
from stackcfg.paths import Path, as_list, list_at, mapping_at, value_at
from stackcfg.releases.model_names import RESOURCE_PREFIX
from stackcfg.runconfig.sections import ACCESS_POLICY as POLICY
from stackcfg.runconfig.sections import AUTH
from stackcfg.runconfig.values import as_string

CONDITIONS = ("when", "unless")


def run(context: StepContext) -> Changes:
    """Report that the rules of this file mean something else."""
    if not mapping_at(context.data, AUTH):
        return
    if not list_at(context.data, POLICY):
        message = (
            "without 'access_policy', a resource is for its owner and for users who "
            "share a role, team, project or namespace with the owner; until 0.3 they "
            "had to share one of each, and an owner without any shared with everyone; "
            "write 'access_policy' to keep that"
        )
        yield context.check(message, AUTH)
        return
    yield from _note_on_conditions(context)
    yield from _note_on_deletion(context)
    yield from _note_on_models(context)


def _note_on_conditions(context: StepContext) -> Notes:
    for path, condition in _owner_conditions(context):
        before, now = "true", "false"
        if " not in " in condition:
            before, now = now, before
        message = (
            f"'{condition}' is {now} where the owner has no '{condition.split()[-1]}'; "
            f"until 0.3 it was {before}; add a rule to 'access_policy' if that matters"
        )
        yield context.check(message, path)
        return


def _owner_conditions(context: StepContext) -> Iterator[tuple[Path, str]]:
    """Yield the conditions that compare a user with the owner, with their rules."""
    for index in range(len(list_at(context.data, POLICY))):
        for key in CONDITIONS:
            path = (*POLICY, index, key)
            found = mapping_at(context.data, (*POLICY, index)).get(key)
            for condition in as_list(found) or [found]:
                if "in owners" in as_string(condition):
                    yield path, as_string(condition)


def _note_on_deletion(context: StepContext) -> Notes:
    for path in find_narrow_permits(context, ("delete",)):
        message = (
            "to delete a file needs the action 'delete'; until 0.3 'read' was enough; "
            "add it to the rule for users who may"
        )
        yield context.check(message, path)
        return


def _note_on_models(context: StepContext) -> Notes:
    """Report the first rule that forbids a model by its name."""
    for index, rule in enumerate(list_at(context.data, POLICY)):
        resource = as_string(value_at(rule, ("forbid", "resource")))
        if resource.startswith(RESOURCE_PREFIX) and not resource.endswith("::*"):
            message = (
                "any model of a provider can be called as 'PROVIDER/MODEL' since "
                "0.4.0, registered or not, if no rule forbids that name; it is safer "
                "to permit models by name than to forbid some"
            )
            yield context.check(message, (*POLICY, index, "forbid", "resource"))
            return
