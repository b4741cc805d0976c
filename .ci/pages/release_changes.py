"""What a release changes for run configs, from the facts of both releases."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pages.config_keys import Key, config_keys, places_with_keys, words_of

from stackcfg.releases.providers import apis, provider_types
from stackcfg.releases.renames import (
    current_api_name,
    current_provider_type,
    find_key_rename,
    replacement_of,
)
from stackcfg.releases.resources import registered_at_start, resource_lists
from stackcfg.releases.versions import Release

RENAMED, REMOVED, INERT, STRICTER, DEFAULT, NEW = (
    "Renamed",
    "Removed",
    "Made inert",
    "Required or refused now",
    "Other default",
    "New",
)
KINDS = (RENAMED, REMOVED, INERT, STRICTER, DEFAULT, NEW)


class ReleaseChange(NamedTuple):
    """One change: its kind, what is changed, and how, as Markdown.

    `place` is the path above a key, empty for what is no key.
    """

    kind: str
    what: str
    how: str = ""
    place: str = ""


def release_changes(before: Release, after: Release) -> list[ReleaseChange]:
    """Return what changes from a release to the next one, each thing once."""
    found = [
        *_api_changes(before, after),
        *_provider_changes(before, after),
        *_key_changes(before, after),
        *_registration_changes(before, after),
    ]
    return sorted(set(found), key=lambda each: (KINDS.index(each.kind), *each[1:]))


def grouped(changes: Iterable[ReleaseChange]) -> dict[ReleaseChange, list[str]]:
    """Return changes that differ only in their place as one, with all places."""
    places: dict[ReleaseChange, list[str]] = defaultdict(list)
    for change in changes:
        places[change._replace(place="")].append(change.place)
    return dict(places)


def _api_changes(before: Release, after: Release) -> Iterator[ReleaseChange]:
    for api in apis(before) - apis(after):
        new = current_api_name(api, after)
        yield _gone(f"API `{api}`", new)
    for api in apis(after) - apis(before):
        if not current_api_name(api, before):
            yield ReleaseChange(NEW, f"API `{api}`")


def _provider_changes(before: Release, after: Release) -> Iterator[ReleaseChange]:
    for api in apis(before):
        now = current_api_name(api, after) or api
        known = set(provider_types(now, after))
        for kind in set(provider_types(api, before)) - known:
            new = current_provider_type(now, kind, after)
            yield _gone(f"provider `{kind}` of `{api}`", new)
    for api in apis(after):
        then = current_api_name(api, before) or api
        known = set(provider_types(then, before))
        for kind in set(provider_types(api, after)) - known:
            if not current_provider_type(then, kind, before):
                yield ReleaseChange(NEW, f"provider `{kind}` of `{api}`")


def _gone(what: str, new: str) -> ReleaseChange:
    if new:
        return ReleaseChange(RENAMED, what, f"now `{new}`")
    return ReleaseChange(REMOVED, what)


def _key_changes(before: Release, after: Release) -> Iterator[ReleaseChange]:
    old, new = config_keys(before), config_keys(after)
    renamed: set[str] = set()
    for path, key in old.items():
        if path not in new and _has_place(key, before, after):
            change = _lost_key(key, after)
            if change.kind == RENAMED:
                renamed.add(f"{key.place}.{change.how}")
            yield change
    for path, key in new.items():
        if path in old:
            yield from _changed_key(old[path], key)
        elif _has_place(key, after, before):
            yield from _new_key(key, before)


def _has_place(key: Key, own: Release, other: Release) -> bool:
    """Return whether the other release has what the key is in."""
    if not key.place:
        return True
    above = config_keys(own).get(key.place.rstrip(".*"))
    if above is not None and above.path in config_keys(other):
        return True
    return key.place in places_with_keys(other)


def _lost_key(key: Key, after: Release) -> ReleaseChange:
    rename = find_key_rename(key.model, key.field.key, after)
    name = f"`{key.field.key}`"
    if rename is not None and rename.is_older:
        return ReleaseChange(RENAMED, name, f"now `{rename.new}`", key.place)
    use = replacement_of(key.model, key.field.key, after)
    return ReleaseChange(REMOVED, name, use, key.place)


def _new_key(key: Key, before: Release) -> Iterator[ReleaseChange]:
    name = f"`{key.field.key}`"
    rename = find_key_rename(key.model, key.field.key, before)
    if key.field.required:
        yield ReleaseChange(STRICTER, name, "must be there", key.place)
    elif rename is None:
        yield ReleaseChange(NEW, name, _default_of(key), key.place)


def _changed_key(old: Key, new: Key) -> Iterator[ReleaseChange]:
    name = f"`{new.field.key}`"
    if new.field.required and not old.field.required:
        yield ReleaseChange(STRICTER, name, "must be there", new.place)
    elif old.field.default != new.field.default:
        how = f"{_shown(old.field.default)}, now {_shown(new.field.default)}"
        yield ReleaseChange(DEFAULT, name, how, new.place)
    refused = _refused_words(old, new)
    if refused:
        yield ReleaseChange(STRICTER, name, f"takes no {refused}", new.place)


def _refused_words(old: Key, new: Key) -> str:
    allowed = words_of(new.field.kind)
    if not allowed:
        return ""
    gone = [word for word in words_of(old.field.kind) if word not in allowed]
    return ", ".join(f"`{word}`" for word in gone)


def _default_of(key: Key) -> str:
    if key.field.default is None:
        return ""
    return f"default {_shown(key.field.default)}"


def _shown(value: object) -> str:
    if value is None:
        return "none"
    return f"`{json.dumps(value)}`"


def _registration_changes(before: Release, after: Release) -> Iterator[ReleaseChange]:
    registered = registered_at_start(before), registered_at_start(after)
    for resource in resource_lists():
        path = f"registered_resources.{resource.new}"
        if path in config_keys(after):
            was, stays = ({resource.old, resource.new} & each for each in registered)
            if was and not stays:
                yield ReleaseChange(INERT, f"`{path}`", "read and not registered")
            if stays and not was:
                yield ReleaseChange(NEW, f"`{path}`", "registered at the start")
