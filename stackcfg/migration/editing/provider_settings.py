"""Edits of providers and of the list of APIs that several steps make."""

from __future__ import annotations

from collections.abc import Mapping

from stackcfg.light_typing import Any
from stackcfg.migration.changes import Changes
from stackcfg.migration.context import Providers, StepContext
from stackcfg.paths import list_at
from stackcfg.releases.renames import find_successor_type
from stackcfg.runconfig.values import as_string

STORE_KEYS = ("kvstore", "persistence")
"""Settings that a provider gets from a migration without having any."""


def rename_provider_types(
    context: StepContext,
    providers: Providers,
    api: str,
) -> Changes:
    """Write the types of an API's providers as the target names them."""
    for path, provider in providers:
        kind = as_string(provider.get("provider_type"))
        new = find_successor_type(api, kind, context.version)
        if new:
            yield from context.text.set((*path, "provider_type"), new)


def write_default(
    context: StepContext,
    api: str,
    provider_type: str,
    key: str,
    value: Any,
) -> Changes:
    """Write a setting that was a default; a provider without settings
    stays so.
    """
    for path, settings in context.configs_of(api, provider_type):
        # a step may have given it stores
        own = [name for name in settings if name not in STORE_KEYS]
        if own and key not in settings:
            yield from context.text.add((*path, key), value)


def rename_in_apis(
    context: StepContext,
    names: Mapping[str, str],
) -> Changes:
    """Rename entries of `apis`; remove those whose new name is listed already.

    `names` gives the new names by the old ones.
    """
    apis = list_at(context.data, ("apis",))
    listed = list(apis)
    repeated: list[int] = []
    for index, api in enumerate(apis):
        if not isinstance(api, str) or api not in names:
            continue
        if names[api] in listed:
            repeated.append(index)
        else:
            listed.append(names[api])
            yield from context.text.set(("apis", index), names[api])
    if repeated:
        yield from context.text.remove_items(("apis",), repeated)


def is_listed(context: StepContext, api: str) -> bool:
    """Return whether `apis` has an API; without such a list, all are on."""
    listed = list_at(context.data, ("apis",))
    return not listed or api in listed


def list_api(context: StepContext, api: str, neighbor: str) -> Changes:
    """Write an API behind its neighbor in a list of `apis` that lacks it."""
    listed = list_at(context.data, ("apis",))
    if neighbor in listed and api not in listed:
        yield from context.text.split_items(("apis",), neighbor, (neighbor, api))
