"""The lists of resources that were at the top of a file before 0.3.0."""

from __future__ import annotations

from stackcfg.light_typing import Any
from stackcfg.migration.changes import StepNote
from stackcfg.migration.context import StepContext
from stackcfg.releases.resources import resource_lists
from stackcfg.yamltext.template_marks import is_template


def malformed_lists(context: StepContext) -> dict[str, StepNote]:
    """Return a note for each old key that does not hold a list, by key."""
    found: dict[str, StepNote] = {}
    for resource in resource_lists():
        value = context.data.get(resource.old)
        if not _may_be_list(value):
            message = (
                f"'{resource.old}' is not a list, which every release refuses; write a "
                "list"
            )
            found[resource.old] = context.action_required(message, (resource.old,))
    return found


def _may_be_list(value: Any) -> bool:
    if isinstance(value, str):
        return is_template(value)
    return value is None or value == {} or isinstance(value, list)
