"""Clues in a run config: entries that only some releases read."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from stackcfg.paths import Path, as_mapping, list_at, mapping_at, value_at, walk_values
from stackcfg.releases.changes import CATALOG_SINCE, HOME_MOVED_SINCE
from stackcfg.releases.models import field_spans, key_spans, root_model_names
from stackcfg.releases.providers import api_spans, provider_models, provider_spans
from stackcfg.releases.stores import REFERENCE, StoreFields
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
    """An entry of a config that only some releases read.

    `decisive` marks what gives a config its style; it outweighs single keys
    that are left over or ahead of their time.
    """

    what: str
    releases: Releases
    path: Path
    decisive: bool = False


def find_clues(
    data: Mapping[str, Any],
    inline: StoreMap,
    store_fields: StoreFields,
) -> Iterator[Clue]:
    """Yield a clue for every entry, even for those that all or no releases
    read.
    """
    for key in data:
        releases = _releases_with(_top_key_spans, key)
        yield Clue(f"'{key}'", releases, (key,))
    yield from _style_clues(data, inline)
    yield from _store_clues(data, store_fields)
    yield from _api_clues(data)
    for api, index, provider in provider_entries(data):
        yield from _provider_clues(provider, ("providers", api, index))
    for path, model in SERVER_MODELS.items():
        yield from _section_clues(data, path, model)
    yield from _home_clues(data)


def _style_clues(data: Mapping[str, Any], inline: StoreMap) -> Iterator[Clue]:
    before, after = _split_releases(CATALOG_SINCE)
    if isinstance(value_at(data, _BACKENDS), Mapping):
        yield Clue("'storage.backends'", after, _BACKENDS, decisive=True)
    for store in inline.stores:
        # beside its reference a store is left over, or ahead of its time
        if store.inline is not None and store.state != "superseded":
            what = f"inline store '{store.path[-1]}'"
            yield Clue(what, before, store.path, decisive=True)


def _store_clues(data: Mapping[str, Any], store_fields: StoreFields) -> Iterator[Clue]:
    for name, value in mapping_at(data, _STORES).items():
        path = (*_STORES, name)
        keys = as_mapping(value)
        spans: list[Span] = []
        for field in store_fields.fields:
            if field.path != path or field.style != REFERENCE:
                continue
            if field.name_field in keys:
                spans.append((field.since, field.until))
        yield Clue(f"store '{name}'", _releases_in(spans), path)


def _api_clues(data: Mapping[str, Any]) -> Iterator[Clue]:
    for index, value in enumerate(list_at(data, ("apis",))):
        api = as_string(value)
        releases = _releases_with(api_spans, api)
        yield Clue(f"API '{api}'", releases, ("apis", index))


def _provider_clues(provider: Mapping[str, Any], path: Path) -> Iterator[Clue]:
    api = str(path[1])
    releases = _releases_with(api_spans, api)
    yield Clue(f"API '{api}'", releases, path[:2])
    kind = as_string(provider.get("provider_type"))
    having = _releases_with(provider_spans, api, kind)
    yield Clue(f"provider {kind}", having, (*path, "provider_type"))
    for key in as_mapping(provider.get("config")):
        reading = _releases_reading(api, kind, key)
        if reading != having:
            yield Clue(f"'{key}' of {kind}", reading, (*path, "config", key))


def _section_clues(
    data: Mapping[str, Any],
    path: Path,
    model: str,
) -> Iterator[Clue]:
    for key in mapping_at(data, path):
        releases = _releases_with(field_spans, model, key)
        yield Clue(f"'{key}' of {path[-1]}", releases, (*path, key))


def _home_clues(data: Mapping[str, Any]) -> Iterator[Clue]:
    """Yield the first path below each home folder, which ogx 0.8.0 renamed."""
    before, after = _split_releases(HOME_MOVED_SINCE)
    wanted = {
        "~/.llama": before,
        "~/.ogx": after,
    }
    for path, text in walk_values(data):
        if not isinstance(text, str) or "~/." not in text:
            continue
        for folder in list(wanted):
            if f"{folder}/" in text or f"{folder}}}" in text:
                having = wanted.pop(folder)
                yield Clue(f"a path below {folder}", having, path)


# The caches are bounded because their keys come out of files.


@lru_cache(4096)
def _releases_with(find_spans: Callable[..., Iterable[Span]], *names: str) -> Releases:
    """Return the releases of the spans that a fact has for names."""
    return _releases_in(find_spans(*names))


@lru_cache(4096)
def _releases_reading(
    api: str,
    kind: str,
    key: str,
) -> Releases:
    """Return the releases in which a provider type reads a key of its config."""
    found: Releases = frozenset()
    for since, until, model in provider_models(api, kind):
        keys, unknown = key_spans(model)
        spans = [*keys.get(key, ()), *unknown]
        with_model = _releases_in([(since, until)])
        found |= with_model & _releases_in(spans)
    return found


def _top_key_spans(key: str) -> Iterator[Span]:
    for model in root_model_names():
        yield from field_spans(model, key)


def _releases_in(spans: Iterable[Span]) -> Releases:
    known = described_releases()
    found: set[Release] = set()
    for since, until in spans:
        found.update(known[bisect_left(known, since) : bisect_right(known, until)])
    return frozenset(found)


@cache
def _split_releases(since: Release) -> tuple[Releases, Releases]:
    """Return the releases before a change, and those from it on."""
    releases = frozenset(described_releases())
    before = frozenset(each for each in releases if each < since)
    return before, releases - before
