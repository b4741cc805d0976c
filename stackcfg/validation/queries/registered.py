"""The registered resources of a config, and the providers that serve them.

The server skips the whole list of an API that it does not serve.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from stackcfg.paths import Path, as_mapping, list_at, value_at
from stackcfg.releases.resources import (
    DEFAULT_MODELS,
    RESOURCES_SECTION,
    registered_lists,
)
from stackcfg.releases.versions import Release
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.queries.served_apis import listed_apis

EVERY_PROVIDER_SINCE: Final[Release] = (0, 8, 0)
"""The first release in which a model's `provider_id: all` means any provider."""


class Resource(NamedTuple):
    """A registered resource, with the API whose providers serve it.

    `is_served` is False if the server skips the resource, since it does not serve its API.
    """

    path: Path
    api: str
    is_served: bool


class Providers(NamedTuple):
    """The ids of an API's enabled providers in one reading.

    `is_complete` is False if the id of one of them is not known.
    """

    ids: frozenset[str]
    is_complete: bool


def resource_lists_of(inspection: Inspection) -> Iterator[tuple[Path, str, bool]]:
    """Yield the lists that the release registers: path, API, and whether it is served."""
    served = listed_apis(inspection)
    section = as_mapping(inspection.data.get(RESOURCES_SECTION))
    for path, api in registered_lists(inspection.version):
        holder = inspection.data
        if len(path) > 1:
            holder = section
        if holder.get(str(path[-1])):
            yield path, api, not served or api in served


def registered_resources(inspection: Inspection) -> Iterator[Resource]:
    """Yield every entry of these lists."""
    for path, api, is_served in resource_lists_of(inspection):
        for index, entry in enumerate(list_at(inspection.data, path)):
            if isinstance(entry, Mapping):
                yield Resource((*path, index), api, is_served)


def default_models(inspection: Inspection) -> Iterator[Resource]:
    """Yield the models that `vector_stores` names."""
    if not isinstance(inspection.data.get("vector_stores"), Mapping):
        return
    for path in DEFAULT_MODELS:
        is_written = isinstance(value_at(inspection.data, path), Mapping)
        if is_written and not inspection.is_dropped(path):
            yield Resource(path, "inference", True)


def providers_of(inspection: Inspection, api: str) -> tuple[Providers, ...]:
    """Return the enabled providers of an API, reading by reading."""
    paths = [each.path for each in inspection.providers if each.api == api]
    found = []
    for reading in inspection.readings:
        ids = [value_at(reading, (*path, "provider_id")) for path in paths]
        names = frozenset(each for each in ids if isinstance(each, str))
        is_complete = all(each is None or isinstance(each, str) for each in ids)
        found.append(Providers(names, is_complete))
    return tuple(found)
