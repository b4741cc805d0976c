"""Every key that a run config of a release may have, by its path."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final, NamedTuple

from stackcfg.releases.models import Field, Kind, config_model, root_model
from stackcfg.releases.providers import apis, provider_spec, provider_types
from stackcfg.releases.versions import Release

PROVIDERS: Final = "providers"
ANY_NAME: Final = "*"


class Key(NamedTuple):
    """A key of a config model: where it is, and what it may hold."""

    place: str
    model: str
    field: Field

    @property
    def path(self) -> str:
        """Where the key itself is."""
        return f"{self.place}.{self.field.key}".lstrip(".")


@cache
def config_keys(release: Release) -> dict[str, Key]:
    """Return the keys of a release by their paths.

    A path names entries of lists and mappings by `*`, the models of a choice by
    their `type`, and providers by their type.
    """
    found = {
        key.path: key for key in _keys_below("", root_model(release).name, release)
    }
    for api in sorted(apis(release)):
        for provider_type in provider_types(api, release):
            spec = provider_spec(api, provider_type, release)
            place = f"{PROVIDERS}.{api}[{provider_type}].config"
            if spec is not None:
                below = _keys_below(place, spec.config, release)
                found.update((key.path, key) for key in below)
    return found


@cache
def places_with_keys(release: Release) -> frozenset[str]:
    """Return the paths above the keys of a release."""
    return frozenset(
        path[:end]
        for path in config_keys(release)
        for end, character in enumerate(path)
        if character == "."
    )


def _keys_below(
    place: str, model: str, release: Release, above: tuple[str, ...] = ()
) -> Iterator[Key]:
    if model in above:
        return
    for field in config_model(model, release).fields.values():
        key = Key(place, model, field)
        yield key
        if key.path != PROVIDERS:
            for inner, name in _models_in(field.kind, key.path, release):
                yield from _keys_below(inner, name, release, (*above, model))


def _models_in(kind: Kind, place: str, release: Release) -> Iterator[tuple[str, str]]:
    """Yield the models in a type, with the path of each."""
    if isinstance(kind, str):
        return
    word, *arguments = kind
    if word == "model":
        yield place, arguments[0]
    for inner, member in _members(word, arguments, place):
        for path, name in _models_in(member, inner, release):
            if word == "tagged":
                yield f"{path}({_tag(name, arguments[0], release)})", name
            else:
                yield path, name


def _members(word: str, arguments: list[Any], place: str) -> list[tuple[str, Kind]]:
    """Return the types inside a type, with the path of each."""
    if word in ("list", "dict"):
        return [(f"{place}.{ANY_NAME}", arguments[0])]
    if word in ("bound", "tagged"):
        return [(place, member) for member in arguments[1:]]
    if word == "union":
        return [(place, member) for member in arguments]
    return []


def _tag(model: str, key: str, release: Release) -> str:
    field = config_model(model, release).fields.get(key)
    if field is None:
        return model
    return ", ".join(map(str, words_of(field.kind))) or model


def words_of(kind: Kind) -> tuple[Any, ...]:
    """Return the words that a type allows; empty if it allows more than words."""
    if isinstance(kind, str):
        return ()
    word, *arguments = kind
    if word == "literal":
        return tuple(arguments)
    if word == "union":
        members = [each for each in arguments if each != "none"]
        return words_of(members[0]) if len(members) == 1 else ()
    return ()
