"""Which releases a run config can be for, and the lines that prove it.

Most of what a config holds is read by some releases only; those for which most of it speaks are the ones it fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from stackcfg.loading.configs import RunConfig, position_of_path
from stackcfg.paths import Path, value_at
from stackcfg.releases import models as config_models
from stackcfg.releases.changes import HOME_MOVED_SINCE
from stackcfg.releases.families import DEFAULT_TARGET
from stackcfg.releases.providers import (
    api_spans,
    provider_models,
    provider_spans,
)
from stackcfg.releases.stores import (
    LAST_INLINE,
    REFERENCE,
    StoreFields,
)
from stackcfg.releases.versions import Release, described_releases
from stackcfg.runconfig.providers import provider_entries
from stackcfg.runconfig.values import as_string, with_string_keys
from stackcfg.stores import inline as inline_stores
from stackcfg.stores.store_map import Store
from stackcfg.yamltext.lines import Position

SERVER: Final[tuple[tuple[Path, str], ...]] = (
    (("server",), "ServerConfig"),
    (("server", "auth"), "AuthenticationConfig"),
)
"""The sections of the server whose keys have changed, and their models."""

Place = Callable[[Path], Position]
"""From a path in a config to its place in the file: the key there, or the nearest one above it."""


class Evidence(NamedTuple):
    """Something in a config that only some releases read: what it is, which they are, where it stands.

    `decisive` is what gives a config its style, which outweighs single keys that are left over or ahead of their time.
    """

    what: str
    releases: frozenset[Release]
    position: Position
    decisive: bool = False


class DetectedReleases(NamedTuple):
    """The releases that read most of a config. `proof` are the lines that narrow them down, `against` the misfits."""

    releases: frozenset[Release]
    proof: tuple[Evidence, ...] = ()
    against: tuple[Evidence, ...] = ()


def detect_releases(config: RunConfig, catalog: StoreFields) -> DetectedReleases:
    """The releases that a config can be for, and the lines that prove it."""
    data = with_string_keys(config.data)
    old = inline_stores.read_inline_stores(
        data, catalog, LAST_INLINE, DEFAULT_TARGET.last
    )
    written = [use for use in old.stores if use.inline is not None]
    return weigh_evidence(
        _evidence(data, written, catalog, lambda path: position_of_path(config, path))
    )


def weigh_evidence(found: Iterable[Evidence]) -> DetectedReleases:
    """The releases for which most of the evidence speaks, with the least of it that proves them."""
    everything = frozenset(described_releases())
    telling = [each for each in found if each.releases and each.releases != everything]
    styles = {each.releases for each in telling if each.decisive}
    evidence = _narrowest(telling)
    votes = {
        version: (
            sum(version in style for style in styles),
            sum(version in each.releases for each in evidence),
        )
        for version in everything
    }
    best = frozenset(
        version for version in everything if votes[version] == max(votes.values())
    )
    fitting = [each for each in evidence if best <= each.releases]
    proof: list[Evidence] = []
    left = everything
    while fitting and left != best:
        narrowest = min(fitting, key=lambda each: len(left & each.releases))
        if left <= narrowest.releases:
            break
        left &= narrowest.releases
        proof.append(narrowest)
    return DetectedReleases(
        best,
        tuple(sorted(proof, key=_order)),
        tuple(each for each in evidence if not best <= each.releases),
    )


def _narrowest(found: Iterable[Evidence]) -> list[Evidence]:
    """The evidence in the order of the text; of several at one place the one that says most."""
    kept: dict[tuple[int, int], Evidence] = {}
    for each in found:
        if _order(each) not in kept or len(each.releases) < len(
            kept[_order(each)].releases
        ):
            kept[_order(each)] = each
    return sorted(kept.values(), key=_order)


def _order(each: Evidence) -> tuple[int, int]:
    return each.position.line, each.position.column


def _evidence(
    data: Mapping[str, Any], inline: Iterable[Store], catalog: StoreFields, place: Place
) -> Iterator[Evidence]:
    """Everything in a config that only some releases read: keys, stores in place, stores, APIs, providers."""
    before = frozenset(
        version for version in described_releases() if version <= LAST_INLINE
    )
    for key in data:
        spans = [
            span
            for name in config_models.root_model_names()
            for span in config_models.field_spans(name, key)
        ]
        yield Evidence(f"'{key}'", _releases(spans), place((key,)))
    if isinstance(value_at(data, ("storage", "backends")), Mapping):
        after = frozenset(described_releases()) - before
        yield Evidence(
            "'storage.backends'", after, place(("storage", "backends")), decisive=True
        )
    for use in inline:
        yield Evidence(
            f"'{use.path[-1]}' given in place", before, place(use.path), decisive=True
        )
    stores = value_at(data, ("storage", "stores"))
    for name, value in stores.items() if isinstance(stores, Mapping) else ():
        facts = [
            each
            for each in catalog.fields
            if each.style == REFERENCE and each.path == ("storage", "stores", name)
        ]
        spans = [
            (each.since, each.until)
            for each in facts
            if isinstance(value, Mapping) and each.name_field in value
        ]
        yield Evidence(
            f"store '{name}'", _releases(spans), place(("storage", "stores", name))
        )
    apis = value_at(data, ("apis",))
    for index, api in enumerate(apis if isinstance(apis, list) else ()):
        yield Evidence(
            f"API '{api}'",
            _releases(api_spans(as_string(api))),
            place(("apis", index)),
        )
    for api, index, provider in provider_entries(data):
        yield from _of_provider(
            api,
            as_string(provider.get("provider_type")),
            provider,
            ("providers", api, index),
            place,
        )
    for path, model in SERVER:
        section = value_at(data, path)
        for key in section if isinstance(section, Mapping) else ():
            yield Evidence(
                f"'{key}' of {path[-1]}",
                _releases(config_models.field_spans(model, key)),
                place((*path, key)),
            )
    yield from _of_home(data, place)


def _of_home(data: Any, place: Place) -> Iterator[Evidence]:
    """Paths below the home folder, which has another name since ogx 0.8.0."""
    for old, folder in ((True, "~/.llama"), (False, "~/.ogx")):
        found = next(
            (
                path
                for path, text in _texts(data, ())
                if f"{folder}/" in text or f"{folder}}}" in text
            ),
            None,
        )
        if found is not None:
            having = frozenset(
                version
                for version in described_releases()
                if (version < HOME_MOVED_SINCE) == old
            )
            yield Evidence(f"a path below {folder}", having, place(found))


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _texts(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index))


def _of_provider(
    api: str, kind: str, provider: Mapping[str, Any], path: Path, place: Place
) -> Iterator[Evidence]:
    yield Evidence(f"API '{api}'", _releases(api_spans(api)), place(path[:2]))
    having = _releases(provider_spans(api, kind))
    yield Evidence(f"provider {kind}", having, place((*path, "provider_type")))
    settings = provider.get("config")
    for key in settings if isinstance(settings, Mapping) else ():
        reading = _reading(api, kind, key)
        if reading != having:
            yield Evidence(f"'{key}' of {kind}", reading, place((*path, "config", key)))


def _reading(api: str, kind: str, key: str) -> frozenset[Release]:
    """The releases in which a provider type reads a key of its config."""
    found: frozenset[Release] = frozenset()
    for since, until, name in provider_models(api, kind):
        keys, unknown = config_models.key_spans(name)
        found |= _releases([(since, until)]) & _releases([*keys.get(key, ()), *unknown])
    return found


def _releases(spans: Iterable[tuple[Release, Release]]) -> frozenset[Release]:
    return frozenset(
        each
        for since, until in spans
        for each in described_releases()
        if since <= each <= until
    )
