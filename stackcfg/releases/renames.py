"""Keys, APIs and provider types that have another name in another release.

The facts are in `facts/renames.json`. A row has the names of one thing,
each with the release and the pull request that gave it, or the upstream
source that tells. Which release has which name is a fact of the models
and of the providers. Of several names that a release has, the last of a
row is preferred.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.releases.models import Field, config_model, key_spans
from stackcfg.releases.providers import api_spans, apis, provider_spans, provider_types
from stackcfg.releases.resources import resource_lists
from stackcfg.releases.versions import (
    Release,
    Span,
    parse_release,
    read_facts,
)

ADDRESS: Final = "address"
CREDENTIAL: Final = "credential"
RESOURCES: Final = "resources"


class AddressForm(NamedTuple):
    """What 0.3 and earlier made of the address of a provider.

    `ending` was added to it; with `root` it took the place of any path,
    and the setting `switch` could turn it off. `fixed` is the address
    that was called whatever the file said. With `nullable` the address
    could be null.
    """

    ending: str = ""
    root: bool = False
    fixed: str = ""
    nullable: bool = False
    switch: str = ""


class KeyNames(NamedTuple):
    """The names of one setting, and the config models that have it.

    No `models` means any model. `holds` is `address`, `credential`,
    `resources` or empty. `differs` says what else changes with the
    name, if the value does not fit both names.
    """

    names: tuple[str, ...]
    models: frozenset[str] = frozenset()
    holds: str = ""
    address: AddressForm | None = None
    differs: str = ""


class KeyRename(NamedTuple):
    """A key of another release, and its name in the release that is asked for.

    `since` is the release that brought the later of the two names,
    `is_older` says whether the key is the earlier one, `until` is the
    last release that has the key. Both releases are empty if no file of
    a release could use it.
    """

    old: str
    new: str
    setting: KeyNames
    since: Release = ()
    is_older: bool = True
    until: Release = ()


@cache
def _key_names() -> tuple[KeyNames, ...]:
    found: list[KeyNames] = []
    for row in read_facts("renames.json")["keys"]:
        address = row.get("address")
        if address is not None:
            address = AddressForm(**address)
        setting = KeyNames(
            names=tuple(row["names"]),
            models=frozenset(row["models"]),
            holds=row.get("holds", ""),
            address=address,
            differs=row.get("differs", ""),
        )
        found.append(setting)
    for resource in resource_lists():
        found += [KeyNames(names) for names in resource.keys.items()]
    return tuple(found)


def address_setting(model: str) -> KeyNames | None:
    """Return the setting of a provider's address that 0.4.0 changed (#4177)."""
    for setting in _key_names():
        if setting.address is not None and model in setting.models:
            return setting
    return None


@cache
def find_key_rename(model: str, key: str, version: Release) -> KeyRename | None:
    """Return the other name of a key, which a release's model has or prefers."""
    fields = config_model(model, version).fields
    for setting in _settings_called(key, model):
        known = [name for name in setting.names if name in fields]
        if known and known[-1] != key:
            return _describe_rename(model, key, known[-1], setting)
    for field in fields.values():
        if field.name == key and key not in fields:
            # the name in upstream's code, which no file can use
            setting = KeyNames((key, field.key), holds=_held_by(field))
            return KeyRename(key, field.key, setting)
    return None


def _settings_called(key: str, model: str) -> Iterator[KeyNames]:
    for setting in _key_names():
        is_of_model = not setting.models or model in setting.models
        if is_of_model and key in setting.names:
            yield setting


def _describe_rename(model: str, key: str, new: str, setting: KeyNames) -> KeyRename:
    models = {model, *setting.models}
    spans = _spans_in(models, key)
    since, _ = _spans_in(models, new)[0]
    is_older = setting.names.index(key) < setting.names.index(new)
    until: Release = ()
    if spans:
        old_since, _ = spans[0]
        _, until = spans[-1]
        is_older = old_since < since
        since = max(since, old_since)
    return KeyRename(key, new, setting, since, is_older, until)


def _spans_in(models: Iterable[str], key: str) -> Sequence[Span]:
    """Return the runs of releases in which a model has a key, oldest first."""
    found: list[Span] = []
    for model in models:
        spans, _ = key_spans(model)
        found += spans.get(key, ())
    return sorted(found)


def _held_by(field: Field) -> str:
    words = str(field.kind)
    if "'secret'" in words or words == "secret":
        return CREDENTIAL
    if "'url'" in words or words == "url":
        return ADDRESS
    return ""


# Every family asks these four about each entry. Their caches are bounded because their
# keys come out of files.


@lru_cache(4096)
def find_successor_key(model: str, key: str, version: Release) -> KeyRename | None:
    """Return the rename of a key that a release and all later ones lack.

    None where its value does not fit the new name.
    """
    rename = find_key_rename(model, key, version)
    if rename is None or rename.setting.differs:
        return None
    if rename.until >= version:
        return None
    return rename


@lru_cache(4096)
def find_successor_api(api: str, version: Release) -> str:
    """Return the name of an API that a release and all later ones call
    otherwise.
    """
    if _is_ahead(api_spans(api), version):
        return ""
    return current_api_name(api, version)


@lru_cache(4096)
def find_successor_type(api: str, kind: str, version: Release) -> str:
    """Return the name of a type that a release and all later ones call
    otherwise.
    """
    if _is_ahead(provider_spans(api, kind), version):
        return ""
    return current_provider_type(api, kind, version)


@lru_cache(4096)
def is_removed_type(api: str, kind: str, version: Release) -> bool:
    """Return whether a release no longer has a provider type, under any name."""
    if kind in provider_types(api, version):
        return False
    new = find_successor_api(api, version)
    if find_successor_type(new or api, kind, version):
        return False
    return any(until < version for _, until in provider_spans(api, kind))


def is_removed_api(api: str, version: Release) -> bool:
    """Return whether a release has no providers of an API, under any
    name, that another release has.
    """
    if api in apis(version) and provider_types(api, version):
        return False
    return bool(api_spans(api)) and not find_successor_api(api, version)


@cache
def current_api_name(api: str, version: Release) -> str:
    """Return the name that an API has in a release; empty if it has none."""
    return _current_name("apis", "", api, lambda name: name in apis(version))


@cache
def current_provider_type(api: str, kind: str, version: Release) -> str:
    """Return the name that a provider type has in a release; empty if none.

    `api` is the API's name in that release.
    """
    known = provider_types(api, version)
    return _current_name("provider_types", api, kind, known.__contains__)


def _is_ahead(spans: Iterable[Span], version: Release) -> bool:
    return any(until >= version for _, until in spans)


def _current_name(
    table: str,
    api: str,
    name: str,
    is_known: Callable[[str], bool],
) -> str:
    if is_known(name):
        return ""
    for row in read_facts("renames.json")[table]:
        if name not in row["names"]:
            continue
        if api and api not in row["apis"]:
            continue
        known = list(filter(is_known, row["names"]))
        if known:
            return str(known[-1])
    return ""


def replacement_of(model: str, key: str, version: Release) -> str:
    """Return what to do instead of a key that has no other name; empty
    if nothing is known.
    """
    for row in read_facts("renames.json")["instead"]:
        if key == row["key"] and model in row["models"]:
            is_due = version >= parse_release(row.get("since", "0"))
            if is_due and version < parse_release(row.get("before", "99")):
                return str(row["use"])
    return ""


def held_by_key(model: str, key: str, version: Release) -> str:
    """Return what a key holds: an address, a credential, resources, or
    nothing that matters.
    """
    for setting in _settings_called(key, model):
        if setting.holds:
            return setting.holds
    field = config_model(model, version).fields.get(key)
    if field is None:
        return ""
    return _held_by(field)


def probable_types(api: str, kind: str) -> Sequence[str]:
    """Return the types that a name of no release may mean."""
    for row in read_facts("renames.json")["mistaken_types"]:
        if kind == row["name"] and api in row["apis"]:
            meant: Sequence[str] = row["meant"]
            return meant
    return ()
