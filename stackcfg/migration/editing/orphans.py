"""What names a provider that goes: it goes with it, since the server stops at it ("Provider `…` not found")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Any

from stackcfg.migration.context import StepContext
from stackcfg.paths import Path, value_at
from stackcfg.releases.providers import resolve_api_name
from stackcfg.releases.resources import DEFAULT_MODELS, provider_id_of, registered_lists
from stackcfg.runconfig.placeholders import remove_conditions
from stackcfg.runconfig.providers import provider_entries
from stackcfg.runconfig.values import as_string


def find_orphans(context: StepContext, gone: Set[Path]) -> Iterator[tuple[Path, str]]:
    """Each resource whose last provider is among the entries that go, and why it goes with it."""
    there = list(provider_entries(context.data))
    went = {
        (api, index)
        for api, index, _ in there
        if {("providers", api, index), ("providers", api)} & gone
    }
    if not went:
        return
    lost: set[tuple[str, str]] = set()
    left: set[tuple[str, str]] = set()
    for api, index, provider in there:
        name = remove_conditions(as_string(provider.get("provider_id")))
        (lost if (api, index) in went else left).add(
            (resolve_api_name(api, context.release.target.last), name)
        )
    lost -= left
    for path, api in _named(context):
        entry = value_at(context.data, path)
        name = remove_conditions(as_string(provider_id_of(str(path[-2]), entry)))
        if (api, name) in lost:
            yield (
                path,
                f"{_called(path, entry)} has no provider any more: '{name}' is gone",
            )


def _named(context: StepContext) -> Iterator[tuple[Path, str]]:
    """Every entry that names a provider, and the provider's API."""
    for path, api in registered_lists(context.release.target.last):
        entries = value_at(context.data, path)
        for index in range(len(entries) if isinstance(entries, list) else 0):
            yield (*path, index), api
    yield from (
        (path, "inference")
        for path in DEFAULT_MODELS
        if isinstance(value_at(context.data, path), Mapping)
    )


def _called(path: Path, entry: Any) -> str:
    keys = entry if isinstance(entry, Mapping) else {}
    ids = [
        as_string(entry[key])
        for key in keys
        if str(key).endswith("_id") and key != "provider_id"
    ]
    return f"'{ids[0]}' of '{path[-2]}'" if ids else f"'{path[-1]}'"
