"""Resources that name a provider which is removed.

The server does not start with them ("Provider `…` not found").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from stackcfg.light_typing import Any
from stackcfg.migration.context import StepContext
from stackcfg.paths import Path, as_mapping, list_at, value_at
from stackcfg.releases.providers import resolve_api_name
from stackcfg.releases.resources import DEFAULT_MODELS, provider_id_of, registered_lists
from stackcfg.runconfig.placeholders import remove_conditions
from stackcfg.runconfig.providers import provider_entries
from stackcfg.runconfig.values import as_string

Known = tuple[str, str]
"""The API and the id of a provider."""


def find_unprovided_resources(
    context: StepContext, removed: Set[Path]
) -> Iterator[tuple[Path, str]]:
    """Yield each resource whose last provider is removed, and the
    reason as a sentence.

    `removed` are the paths of the entries that go, providers or whole
    APIs among them.
    """
    # most steps remove no provider, and looking at all of them takes time
    if all(path[0] != "providers" for path in removed):
        return
    lost = _lost_providers(context, removed)
    for path, api in _named_providers(context):
        entry = value_at(context.data, path)
        provider = as_string(provider_id_of(str(path[-2]), entry, context.version))
        name = remove_conditions(provider)
        if (api, name) in lost:
            what = _describe(path, entry)
            yield path, f"{what} cannot be registered without its provider '{name}'"


def _lost_providers(
    context: StepContext,
    removed: Set[Path],
) -> set[Known]:
    """Return each provider that is removed and has no namesake in its API."""
    lost: set[Known] = set()
    left: set[Known] = set()
    for name, index, provider in provider_entries(context.data):
        api = resolve_api_name(name, context.version)
        provider_id = as_string(provider.get("provider_id"))
        known = (api, remove_conditions(provider_id))
        # a provider also goes with its whole API
        paths = {("providers", name), ("providers", name, index)}
        if paths & removed:
            lost.add(known)
        else:
            left.add(known)
    # one of the same name serves the resource
    return lost - left


def _named_providers(context: StepContext) -> Iterator[tuple[Path, str]]:
    for path, api in registered_lists(context.version):
        for index in range(len(list_at(context.data, path))):
            yield (*path, index), api
    for path in DEFAULT_MODELS:
        if isinstance(value_at(context.data, path), Mapping):
            yield path, "inference"


def _describe(path: Path, entry: Any) -> str:
    for key, value in as_mapping(entry).items():
        if str(key).endswith("_id") and key != "provider_id":
            return f"'{as_string(value)}' of '{path[-2]}'"
    return f"'{path[-1]}'"
