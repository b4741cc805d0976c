"""The registered resources of a config, and the providers that serve them.

The server skips the whole list of an API that it does not serve.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from stackcfg.light_typing import Any, Final, NamedTuple
from stackcfg.paths import Path, as_mapping, list_at, value_at
from stackcfg.releases.changes import DISABLED_PROVIDERS_SINCE
from stackcfg.releases.model_names import EVERY_PROVIDER
from stackcfg.releases.resources import DEFAULT_MODELS, required_ids
from stackcfg.releases.versions import Release
from stackcfg.runconfig.providers import DISABLED_ID, is_disabled
from stackcfg.validation.config_check import is_removed_entry
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.queries.served_apis import is_listed

EVERY_PROVIDER_SINCE: Final[Release] = (0, 8, 0)
"""The first release in which `provider_id: all` means any provider."""


class Resource(NamedTuple):
    """A registered resource, with the API whose providers serve it."""

    path: Path
    api: str

    @property
    def kind(self) -> str:
        """The name of the list that holds the resource."""
        return str(self.path[-2])


class Providers(NamedTuple):
    """The ids of an API's enabled providers in one reading.

    `is_complete` is False if the id of one of them is not known.
    """

    ids: frozenset[str]
    is_complete: bool


def is_of_every_provider(entry: Mapping[str, Any], version: Release) -> bool:
    """Return whether an entry is for any provider.

    The server registers such a model with the first provider, goes on
    if that fails, and skips entries of other lists
    (`register_resources`).
    """
    is_named = entry.get("provider_id") == EVERY_PROVIDER
    return is_named and version >= EVERY_PROVIDER_SINCE


# nearly every rule about resources asks
@lru_cache(maxsize=2)
def registered_resources(inspection: Inspection) -> tuple[Resource, ...]:
    """Return every entry of the lists whose API is served.

    Entries that the loader removes in any case are left out.
    """
    return tuple(_find_registered(inspection))


def _find_registered(inspection: Inspection) -> Iterator[Resource]:
    for path, api in inspection.lists_to_register:
        if not is_listed(inspection, api):
            continue
        for index, entry in enumerate(list_at(inspection.data, path)):
            resource = Resource((*path, index), api)
            if isinstance(entry, Mapping) and not _is_always_removed(
                inspection, resource
            ):
                yield resource


def _is_always_removed(inspection: Inspection, resource: Resource) -> bool:
    return all(
        is_removed(entry, inspection.version)
        for entry in inspection.values_at(resource.path)
    )


def resources_without_id(inspection: Inspection) -> Iterator[Path]:
    """Yield the id of each entry that is dropped since it is written empty.

    One that a variable empties is a switch.
    """
    names = sorted(required_ids(inspection.version))
    for path, api in inspection.lists_to_register:
        if not names or not is_listed(inspection, api):
            continue
        for index, entry in enumerate(list_at(inspection.data, path)):
            written = as_mapping(entry)
            for name in names:
                if written.get(name, name) in (None, ""):
                    yield (*path, index, name)


def is_removed(entry: Any, version: Release) -> bool:
    """Return whether the loader removes an entry, as one reading has it."""
    return isinstance(entry, Mapping) and is_removed_entry(entry, version)


def is_for_one_provider(entry: Any, version: Release) -> bool:
    """Return whether the server registers an entry with the provider
    that it names: it is not removed, and neither switched off nor for
    any provider.
    """
    if is_removed(entry, version) or is_disabled(entry):
        return False
    return not is_of_every_provider(entry, version)


def default_models(inspection: Inspection) -> Iterator[Resource]:
    """Yield the models that `vector_stores` names."""
    for path in DEFAULT_MODELS:
        is_written = isinstance(value_at(inspection.data, path), Mapping)
        if is_written and not inspection.is_dropped(path):
            yield Resource(path, "inference")


def providers_of(inspection: Inspection, api: str) -> tuple[Providers, ...]:
    """Return the enabled providers of an API, reading by reading."""
    found = _providers_by_api(inspection)
    if api not in found:
        found[api] = _read_ids(inspection, ())
    return found[api]


# asked for every resource
@lru_cache(maxsize=1)
def _providers_by_api(inspection: Inspection) -> dict[str, tuple[Providers, ...]]:
    """Return the enabled providers of each API that has some."""
    paths: dict[str, list[Path]] = {}
    for provider in inspection.providers:
        paths.setdefault(provider.api, []).append(provider.path)
    return {api: _read_ids(inspection, paths[api]) for api in paths}


def _read_ids(inspection: Inspection, paths: Sequence[Path]) -> tuple[Providers, ...]:
    """Return the ids of the enabled ones among providers, reading by reading."""
    off = [""]
    if inspection.version >= DISABLED_PROVIDERS_SINCE:
        off.append(DISABLED_ID)
    found = []
    for reading in inspection.readings:
        ids = [value_at(reading, (*path, "provider_id")) for path in paths]
        names = frozenset(each for each in ids if isinstance(each, str))
        names = names.difference(off)
        is_complete = all(each is None or isinstance(each, str) for each in ids)
        found.append(Providers(names, is_complete))
    return tuple(found)
