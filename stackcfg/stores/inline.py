"""Reads the store map of an old-style config: which stores it has, to 0.2.24.

An omitted `metadata_store` has a fixed place below the config folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackcfg.light_typing import Any
from stackcfg.paths import Data, mapping_at, value_at
from stackcfg.releases.families import families
from stackcfg.releases.providers import provider_spans, provider_spec
from stackcfg.releases.stores import (
    INLINE,
    KV,
    REFERENCE,
    SQL,
    StoreField,
    StoreFields,
    location_facts,
)
from stackcfg.releases.versions import Release
from stackcfg.runconfig.placeholders import remove_conditions
from stackcfg.runconfig.values import as_string
from stackcfg.stores.inline_value import (
    is_inline_store,
    lacks_location,
    read_store_value,
    read_written_value,
)
from stackcfg.stores.siblings import new_key
from stackcfg.stores.slots import StoreOwner, read_store_owners
from stackcfg.stores.store_map import (
    KV_TABLE,
    Location,
    Store,
    StoreMap,
    StoreState,
    Unreadable,
)

TELEMETRY = "telemetry"
"""The API whose providers, all of which went, kept traces and no stores."""

_SQL_WORDS = ("sql", "responses", "inference")


def read_inline_stores(
    config: Data, catalog: StoreFields, version: Release, target: Release
) -> StoreMap:
    """Read the inline stores of a config of release `version`.

    The map also has the absent stores that `target` asks for, and
    references under an old key. Other references belong to
    `catalog.read_catalog`.
    """
    found: list[Store | Unreadable] = []
    for owner in read_store_owners(config):
        kind = owner.known_type(catalog)
        old = catalog.provider_fields(owner.api, kind, version, INLINE)
        new = catalog.provider_fields(owner.api, kind, target, REFERENCE)
        # most providers keep nothing
        if old or new:
            found += _read_own_stores(owner, old, new, catalog)
        # a known class drops the keys that it does not have
        if _keeps_unknown_keys(owner, target):
            found += _read_guesses(owner, old, bool(new), catalog, target)
    stores = [each for each in found if isinstance(each, Store)]
    unreadable = [each for each in found if isinstance(each, Unreadable)]
    return StoreMap(tuple(stores), unreadable=tuple(unreadable))


def _read_own_stores(
    owner: StoreOwner,
    old: list[StoreField],
    new: list[StoreField],
    catalog: StoreFields,
) -> list[Store | Unreadable]:
    """Read the stores that a release before or after gives an owner."""
    known = list(_read_known_stores(owner, old, new))
    if owner.api:
        known += _read_new_stores(owner, old, new)
        known = _without_later_forms(known, owner, catalog, new)
    return known


def _keeps_unknown_keys(owner: StoreOwner, target: Release) -> bool:
    """Return whether a store under a key that no release has is carried over."""
    # a provider of telemetry goes with what it stores
    if owner.api in ("", TELEMETRY):
        return False
    if provider_spec(owner.api, owner.type, target) is not None:
        return False
    # a later class drops unknown keys as well, also after a file became its own
    spans = provider_spans(owner.api, owner.type)
    return all(since <= target for since, _ in spans)


def _without_later_forms(
    stores: list[Store | Unreadable],
    owner: StoreOwner,
    catalog: StoreFields,
    new: list[StoreField],
) -> list[Store | Unreadable]:
    """Leave out absent stores of a provider that has the one of a later release."""
    if not any(map(_is_absent, stores)):
        return stores
    known = {field.path for field in new}
    for field in owner.fields(catalog, families()[-1].last, REFERENCE):
        is_later = field.path not in known
        if is_later and value_at(owner.settings, field.path) is not None:
            return [each for each in stores if not _is_absent(each)]
    return stores


def _is_absent(store: Store | Unreadable) -> bool:
    return isinstance(store, Store) and store.state == "absent"


def _read_known_stores(
    owner: StoreOwner, old: list[StoreField], new: list[StoreField]
) -> Iterator[Store | Unreadable]:
    new_fields = {each.use: each for each in new}
    for fact in old:
        wanted = new_fields.get(fact.use)
        if wanted is None:
            continue
        state = _state(owner.settings, fact, wanted)
        slot = owner.slot(fact)._replace(state=state, disabled=owner.disabled)
        value = value_at(owner.settings, fact.path)
        if value is not None:
            yield from read_written_value(slot, value, wanted)
        elif owner.api:
            if wanted.required and state != "superseded" and not owner.disabled:
                yield slot
        elif _is_expected(owner.settings, slot, wanted):
            yield _complete_absent_store(owner.settings, slot)


def _is_expected(config: Data, slot: Store, wanted: StoreField) -> bool:
    """Return whether the target has a server's store that is not written."""
    if slot.fact.use == "quota":
        # a server without a quota has no store for it
        return False
    is_null = slot.path[-1] in mapping_at(config, slot.path[:-1])
    return is_null or (slot.state == "absent" and wanted.required)


def _complete_absent_store(config: Data, slot: Store) -> Store:
    """Add the fixed location of the registry; other absent stores have no rows."""
    image = config.get("image_name")
    if slot.fact.use != "metadata" or not image:
        return slot
    file = str(location_facts()["default_metadata"])
    path = file.replace("IMAGE_NAME", as_string(image))
    location = Location("sqlite", (("db_path", path),), KV_TABLE)
    return slot._replace(location=location)


def _read_new_stores(
    owner: StoreOwner, old: list[StoreField], new: list[StoreField]
) -> Iterator[Store]:
    """Yield the required stores that earlier releases do not have."""
    if owner.disabled:
        return
    old_stores = {fact.use for fact in old}
    for fact in new:
        if not fact.required or fact.use in old_stores:
            continue
        if value_at(owner.settings, fact.path) is None:
            yield owner.slot(fact)._replace(state="absent")


def _read_guesses(
    owner: StoreOwner,
    old: list[StoreField],
    has_stores: bool,
    catalog: StoreFields,
    target: Release,
) -> Iterator[Store | Unreadable]:
    """Read inline stores under keys that no release has for this provider.

    Each keeps its key, or gets the one that all other types have
    instead.
    """
    unknown = dict(_unknown_settings(owner, old))
    stores = {key: value for key, value in unknown.items() if is_inline_store(value)}
    if not old:
        for name, value in unknown.items():
            if name not in stores and lacks_location(value):
                yield _without_location(owner, name, value)
    for name, value in stores.items():
        family = _guess_family(owner, name, has_stores)
        default = _guess_default(owner, name, family, is_alone=len(stores) == 1)
        fact = StoreField(
            new_key(catalog, owner.api, name, target),
            (name,),
            INLINE,
            family,
            api=owner.api,
            default=default,
        )
        yield read_store_value(owner.slot(fact), value)


def _unknown_settings(
    owner: StoreOwner, old: list[StoreField]
) -> Iterator[tuple[str, Any]]:
    """Yield the settings of a provider that are none of its known stores."""
    known = {fact.path[0] for fact in old}
    for name, value in owner.settings.items():
        if isinstance(name, str) and name not in known:
            yield name, value


def _guess_default(owner: StoreOwner, name: str, family: str, is_alone: bool) -> str:
    """Return the namespace or table for a store under a key of no release."""
    words = [owner.api, remove_conditions(owner.id)]
    if not is_alone:
        words.append(name)
    default = "::".join(words)
    if family == SQL:
        return re.sub(r"[^A-Za-z0-9]+", "_", default)
    return default


def _without_location(owner: StoreOwner, name: str, value: Data) -> Unreadable:
    path = ("providers", owner.api, owner.position, "config", name)
    keys = [key for key in value if key != "type"]
    names = ", ".join(f"{key}: {as_string(value[key])}" for key in keys)
    message = (
        f"'{name}' of {owner.id} does not say where its rows are; write a "
        f"reference, such as {{backend: kv_default, {names}}}"
    )
    return Unreadable(path, message)


def _guess_family(owner: StoreOwner, name: str, has_stores: bool) -> str:
    if any(word in name for word in _SQL_WORDS):
        return SQL
    if has_stores and owner.api == "files" and name == "metadata_store":
        return SQL
    return KV


def _state(settings: Data, fact: StoreField, wanted: StoreField) -> StoreState:
    """Return the state of a store by its old and its new field."""
    if wanted.path != fact.path and value_at(settings, wanted.path) is not None:
        return "superseded"
    if fact.path[-1] in mapping_at(settings, fact.path[:-1]):
        return "written"
    return "absent"
