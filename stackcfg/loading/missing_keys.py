"""Clues of what is missing: releases that require a key
refuse a config without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from stackcfg.light_typing import Any, Final
from stackcfg.loading.clues import HEAVY, Clue, Releases, is_telling, releases_in
from stackcfg.releases.models import field_rows, required_keys, root_model_names
from stackcfg.releases.providers import provider_models, provider_spans
from stackcfg.releases.versions import Span, described_releases, span_of

STORAGE: Final = "storage"
"""The section without which 0.3 refuses a config; later
releases have a default.
"""


def missing_section(data: Mapping[str, Any]) -> Iterator[Clue]:
    """Yield the releases that take a config without the
    storage catalog.

    A config without a name says nothing: documents show
    fragments.
    """
    if STORAGE in data:
        return
    spans: list[Span] = []
    for model in root_model_names():
        spans += [span for names, span in required_keys(model) if STORAGE in names]
    taking = frozenset(described_releases()) - releases_in(spans)
    yield Clue(f"no '{STORAGE}'", taking, (), weight=HEAVY)


@lru_cache(4096)
def missing_provider_keys(
    api: str, kind: str, given: tuple[str, ...]
) -> tuple[Clue, ...]:
    """Return the releases of a provider type that take a
    config with the given keys, without those that other
    releases require. Paths are inside of the entry.
    """
    found: list[Clue] = []
    for names, taking in _taken_without(api, kind):
        if taking and not set(names).intersection(given):
            what = f"no '{names[0]}' in {kind}"
            found.append(Clue(what, taking, ("config",), weight=HEAVY))
    return tuple(filter(is_telling, found))


@lru_cache(4096)
def missing_nested_keys(
    api: str, kind: str, key: str, given: tuple[str, ...]
) -> tuple[Clue, ...]:
    """Return the same for the mapping under a key of a
    provider's config.
    """
    found: list[Clue] = []
    for names, taking in _taken_without(api, kind, key):
        if taking and not set(names).intersection(given):
            what = f"no '{names[0]}' in '{key}' of {kind}"
            path = ("config", key)
            found.append(Clue(what, taking, path, weight=HEAVY, aspect="missing"))
    return tuple(filter(is_telling, found))


@lru_cache(1024)
def _taken_without(
    api: str, kind: str, key: str = ""
) -> tuple[tuple[tuple[str, ...], Releases], ...]:
    """Return the keys that releases require in a
    provider's config, or in the mapping under a key of
    it, with the releases that have the provider type and
    do not require them.
    """
    having = releases_in(provider_spans(api, kind))
    requiring: dict[tuple[str, ...], Releases] = {}
    for model, with_model in _models_of(api, kind, key):
        for names, span in required_keys(model):
            known = requiring.get(names, frozenset())
            requiring[names] = known | (with_model & releases_in([span]))
    return tuple((names, having - each) for names, each in requiring.items())


def _models_of(api: str, kind: str, key: str) -> Iterator[tuple[str, Releases]]:
    """Yield the models of a provider's config, or of a
    key in it that holds one model, with the releases of
    each.
    """
    for since, until, model in provider_models(api, kind):
        with_model = releases_in([(since, until)])
        if not key:
            yield model, with_model
            continue
        for row in field_rows(model, key):
            if row["type"][0] == "model":
                yield row["type"][1], with_model & releases_in([span_of(row)])
