"""What in a run config tells for which releases it is: keys, stores, APIs and providers that only some releases read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from stackcfg.paths import Path, as_mapping, list_at, mapping_at, value_at
from stackcfg.releases.changes import HOME_MOVED_SINCE
from stackcfg.releases.models import field_spans, key_spans, root_model_names
from stackcfg.releases.providers import api_spans, provider_models, provider_spans
from stackcfg.releases.stores import LAST_INLINE, REFERENCE, StoreFields
from stackcfg.releases.versions import Release, Span, described_releases
from stackcfg.runconfig.providers import provider_entries
from stackcfg.runconfig.values import as_string
from stackcfg.stores.store_map import StoreMap

Releases = frozenset[Release]

SERVER_MODELS: Final[Mapping[Path, str]] = {
    ("server",): "ServerConfig",
    ("server", "auth"): "AuthenticationConfig",
}
"""The sections of the server whose keys have changed, and their models."""

_BACKENDS: Final = ("storage", "backends")
_STORES: Final = ("storage", "stores")


class Clue(NamedTuple):
    """An entry of a config that only some releases read: what it is, which releases, and its path.

    `decisive` marks what gives a config its style; it outweighs single keys that are left over or ahead of their time.
    """

    what: str
    releases: Releases
    path: Path
    decisive: bool = False


def find_clues(
    data: Mapping[str, Any], inline: StoreMap, store_fields: StoreFields
) -> Iterator[Clue]:
    """Yield every clue of a config, those included that all releases or none read."""
    for key in data:
        yield Clue(f"'{key}'", _releases_with_top_key(key), (key,))
    yield from _style_clues(data, inline)
    yield from _store_clues(data, store_fields)
    for index, api in enumerate(list_at(data, ("apis",))):
        name = as_string(api)
        yield Clue(f"API '{name}'", _releases_with_api(name), ("apis", index))
    for api, index, provider in provider_entries(data):
        yield from _provider_clues(provider, ("providers", api, index))
    for path, model in SERVER_MODELS.items():
        for key in mapping_at(data, path):
            releases = _releases_with_field(model, key)
            yield Clue(f"'{key}' of {path[-1]}", releases, (*path, key))
    yield from _home_clues(data)


def _style_clues(data: Mapping[str, Any], inline: StoreMap) -> Iterator[Clue]:
    before = frozenset(each for each in described_releases() if each <= LAST_INLINE)
    if isinstance(value_at(data, _BACKENDS), Mapping):
        after = frozenset(described_releases()) - before
        yield Clue("'storage.backends'", after, _BACKENDS, decisive=True)
    for store in inline.stores:
        if store.inline is not None:
            what = f"inline store '{store.path[-1]}'"
            yield Clue(what, before, store.path, decisive=True)


def _store_clues(data: Mapping[str, Any], store_fields: StoreFields) -> Iterator[Clue]:
    for name, value in mapping_at(data, _STORES).items():
        path = (*_STORES, name)
        spans = [
            (field.since, field.until)
            for field in store_fields.fields
            if field.path == path
            and field.style == REFERENCE
            and field.name_field in as_mapping(value)
        ]
        yield Clue(f"store '{name}'", _releases_in(spans), path)


def _provider_clues(provider: Mapping[str, Any], path: Path) -> Iterator[Clue]:
    api = str(path[1])
    kind = as_string(provider.get("provider_type"))
    yield Clue(f"API '{api}'", _releases_with_api(api), path[:2])
    having = _releases_with_provider(api, kind)
    yield Clue(f"provider {kind}", having, (*path, "provider_type"))
    for key in as_mapping(provider.get("config")):
        reading = _releases_reading(api, kind, key)
        if reading != having:
            yield Clue(f"'{key}' of {kind}", reading, (*path, "config", key))


def _home_clues(data: Mapping[str, Any]) -> Iterator[Clue]:
    """Yield the first path below each home folder: it has another name since ogx 0.8.0."""
    old = frozenset(each for each in described_releases() if each < HOME_MOVED_SINCE)
    releases = {
        "~/.llama": old,
        "~/.ogx": frozenset(described_releases()) - old,
    }
    for path, text in _strings(data, ()):
        if "~/." not in text:
            continue
        for folder in list(releases):
            if f"{folder}/" in text or f"{folder}}}" in text:
                yield Clue(f"a path below {folder}", releases.pop(folder), path)


def _strings(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _strings(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _strings(item, (*path, index))


# The caches are bounded, since their keys come out of files: each holds one set of releases for a name.


@lru_cache(1024)
def _releases_with_top_key(key: str) -> Releases:
    spans: list[Span] = []
    for model in root_model_names():
        spans += field_spans(model, key)
    return _releases_in(spans)


@lru_cache(1024)
def _releases_with_field(model: str, key: str) -> Releases:
    return _releases_in(field_spans(model, key))


@lru_cache(1024)
def _releases_with_api(api: str) -> Releases:
    return _releases_in(api_spans(api))


@lru_cache(1024)
def _releases_with_provider(api: str, kind: str) -> Releases:
    return _releases_in(provider_spans(api, kind))


@lru_cache(4096)
def _releases_reading(api: str, kind: str, key: str) -> Releases:
    """Return the releases in which a provider type reads a key of its config."""
    found: Releases = frozenset()
    for since, until, model in provider_models(api, kind):
        keys, unknown = key_spans(model)
        reading = _releases_in([*keys.get(key, ()), *unknown])
        found |= _releases_in([(since, until)]) & reading
    return found


def _releases_in(spans: Iterable[Span]) -> Releases:
    found: set[Release] = set()
    for since, until in spans:
        found.update(each for each in described_releases() if since <= each <= until)
    return frozenset(found)
