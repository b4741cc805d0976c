"""What is lost with an entry that has no successor, as the severity of its note.

Manual action is needed where stored rows, registered resources, a
credential or an address are lost. Everything else is gone with the
reason in its place.
"""

from __future__ import annotations

from stackcfg.light_typing import Final
from stackcfg.migration.changes import ACTION_REQUIRED, CHECK, INFO
from stackcfg.migration.context import StepContext
from stackcfg.paths import Path
from stackcfg.redaction.keys import is_secret_key
from stackcfg.releases.resources import RESOURCES_SECTION, resource_lists
from stackcfg.runconfig.providers import is_disabled, provider_entries

ADDRESSES: Final = ("url", "api_base", "host", "endpoint")
"""Endings of keys in provider configs that hold an address."""


def severity_of_api(context: StepContext, name: str) -> str:
    """Return what losing an API of `providers` means.

    Its registered resources have a list of their own, which is
    reported.
    """
    enabled = {
        ("providers", api, index)
        for api, index, provider in provider_entries(context.data)
        if api == name and not is_disabled(provider)
    }
    if not enabled:
        return INFO
    if any(store.path[:3] in enabled for store in context.written.stores):
        return ACTION_REQUIRED
    return CHECK


def severity_of_key(path: Path) -> str:
    """Return what losing a key of a config model means."""
    name = str(path[-1])
    if path[0] == RESOURCES_SECTION or name in _top_level_lists(path):
        return ACTION_REQUIRED
    if is_secret_key(name):
        return ACTION_REQUIRED
    if path[0] == "providers" and name.endswith(ADDRESSES):
        return ACTION_REQUIRED
    return CHECK


def _top_level_lists(path: Path) -> set[str]:
    if len(path) > 1:
        return set()
    return {resource.old for resource in resource_lists()}
