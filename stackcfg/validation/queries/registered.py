"""The resources of an inspected config: which of them the server registers, and which providers are there for them.

An API that is not served is passed over with all of its list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from stackcfg.paths import Path, value_at
from stackcfg.releases.resources import (
    DEFAULT_MODELS,
    RESOURCES_SECTION,
    registered_lists,
)
from stackcfg.releases.versions import Release
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import DROPPED
from stackcfg.validation.queries.served_apis import named_apis

EVERY_PROVIDER_SINCE: Final[Release] = (0, 8, 0)
"""Since then a model's `provider_id: all` means whichever provider there is."""


class Resource(NamedTuple):
    """An entry: its path, the API whose providers serve it, and whether the server registers it at all."""

    path: Path
    api: str
    is_served: bool


class Providers(NamedTuple):
    """The ids of the providers of an API that are on, in one reading; `is_sure` where no other can be there."""

    ids: frozenset[str]
    is_sure: bool


def registered_lists_of(inspection: Inspection) -> Iterator[tuple[Path, str, bool]]:
    """The lists that the release registers: path, API, and whether it is served."""
    named = named_apis(inspection)
    section = inspection.data.get(RESOURCES_SECTION)
    for path, api in registered_lists(inspection.version):
        holder = section if len(path) > 1 else inspection.data
        if isinstance(holder, Mapping) and holder.get(str(path[-1])):
            yield path, api, not named or api in named


def registered_resources(inspection: Inspection) -> Iterator[Resource]:
    """Every entry of these lists."""
    for path, api, is_served in registered_lists_of(inspection):
        entries = value_at(inspection.data, path)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, Mapping):
                yield Resource((*path, index), api, is_served)


def default_models(inspection: Inspection) -> Iterator[Resource]:
    """The models that the settings of vector stores name."""
    dropped = {each.path for each in inspection.model_errors if each.kind == DROPPED}
    for path in (
        DEFAULT_MODELS
        if isinstance(inspection.data.get("vector_stores"), Mapping)
        else ()
    ):
        is_read = not any(
            path[:length] in dropped for length in range(1, len(path) + 1)
        )
        if is_read and isinstance(value_at(inspection.data, path), Mapping):
            yield Resource(path, "inference", True)


def providers_of(inspection: Inspection, api: str) -> tuple[Providers, ...]:
    """The providers of an API, reading by reading."""
    entries = [each.path for each in inspection.providers if each.api == api]
    found = []
    for reading in inspection.readings:
        ids: list[Any] = [value_at(reading, (*path, "provider_id")) for path in entries]
        names = frozenset(each for each in ids if isinstance(each, str))
        found.append(
            Providers(names, all(each is None or isinstance(each, str) for each in ids))
        )
    return tuple(found)
