"""Reads the store map of an old-style config: inline stores, to 0.2.24.

Facts: `kvstore` and SQL config classes of 0.2.23; the nested `inference_store`
form with queue settings came in 0.2.22 (#3383); an omitted `metadata_store` has
a fixed place below the config folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from stackcfg.light_typing import Any
from stackcfg.paths import Data, as_mapping, mapping_at, value_at
from stackcfg.releases.families import families
from stackcfg.releases.providers import provider_spans, provider_spec
from stackcfg.releases.stores import (
    INLINE,
    KV,
    REFERENCE,
    SQL,
    StoreField,
    StoreFields,
    engines,
    find_engine,
    location_facts,
)
from stackcfg.releases.versions import Release
from stackcfg.runconfig.placeholders import (
    fill_defaults,
    has_placeholder,
    may_be_empty,
    remove_conditions,
)
from stackcfg.runconfig.values import as_string
from stackcfg.stores.siblings import new_key
from stackcfg.stores.slots import StoreOwner, read_store_owners
from stackcfg.stores.store_map import (
    KV_TABLE,
    NOT_CONNECTION,
    InlineStore,
    Location,
    Store,
    StoreMap,
    StoreState,
    Unreadable,
    connection_of,
    is_reference,
    kv_table,
    read_reference,
)

NESTED = "sql_store_config"
TELEMETRY = "telemetry"
"""The API whose providers, all of which went, kept traces and no stores."""

QUEUE = ("max_write_queue_size", "num_writers")
ENGINE_NAMES = {each.engine for each in engines()}

_SQL_WORDS = ("sql", "responses", "inference")
_REQUIRED_FIELDS = {"postgres": "user"}
"""The field of an engine that an inline store cannot leave out."""


def read_inline_stores(
    config: Data, catalog: StoreFields, version: Release, target: Release
) -> StoreMap:
    """Read the inline stores of a config of release `version`.

    The map also has the absent stores that `target` asks for, and references
    under an old key. Other references belong to `catalog.read_catalog`.
    """
    found: list[Store | Unreadable] = []
    for owner in read_store_owners(config):
        old = owner.fields(catalog, version, INLINE)
        new = owner.fields(catalog, target, REFERENCE)
        stores = list(_read_known_stores(owner, old, new))
        if owner.api:
            stores += _read_new_stores(owner, old, new)
            stores = _without_later_forms(stores, owner, catalog, new)
        found += stores
        # a known class drops the keys that it does not have
        if _keeps_unknown_keys(owner, target):
            found += _read_guesses(owner, old, bool(new), catalog, target)
    return StoreMap(
        tuple(each for each in found if isinstance(each, Store)),
        unreadable=tuple(each for each in found if isinstance(each, Unreadable)),
    )


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


def is_inline_store(value: Any) -> bool:
    """Return whether a mapping has an engine as `type`, and a field of it."""
    if not isinstance(value, Mapping) or "backend" in value:
        return False
    kind = fill_defaults(as_string(value.get("type")))
    known = [each for each in engines() if each.engine == kind]
    return any(name in each.fields for each in known for name in value)


def locate(fact: StoreField, engine_name: str, fields: Data) -> Location:
    """Return where 0.2 keeps the rows of an inline store."""
    connection = connection_of(engine_name, fact.family, fields)
    if fact.family == SQL:
        return Location(engine_name, connection, fact.table)
    prefix = as_string(fields.get("namespace"))
    # sqlite ignores the namespace, and one that becomes null adds no prefix
    if engine_name == "sqlite" or may_be_empty(prefix):
        prefix = ""
    return Location(engine_name, connection, kv_table(engine_name, fields), prefix)


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
            yield from _read_written(slot, value, wanted)
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
    connection = (("db_path", file.replace("IMAGE_NAME", as_string(image))),)
    return slot._replace(location=Location("sqlite", connection, KV_TABLE))


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

    Each keeps its key, or gets the one that all other types have instead.
    """
    unknown = dict(_unknown_settings(owner, old))
    stores = {key: value for key, value in unknown.items() if is_inline_store(value)}
    if not old:
        for name, value in unknown.items():
            if name not in stores and _lacks_location(value):
                yield _without_location(owner, name, value)
    for name, value in stores.items():
        family = _guess_family(owner, name, has_stores)
        default = _guess_default(owner, name, family, is_alone=len(stores) == 1)
        use = new_key(catalog, owner.api, name, target)
        fact = StoreField(use, (name,), INLINE, family, api=owner.api, default=default)
        yield _read_inline_store(owner.slot(fact), value)


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


def _lacks_location(value: Any) -> bool:
    """Return whether a mapping looks like an inline store, but for its database."""
    if not isinstance(value, Mapping) or "backend" in value:
        return False
    kind = fill_defaults(as_string(value.get("type")))
    return kind in ENGINE_NAMES and set(value) <= NOT_CONNECTION and len(value) > 1


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


def _read_written(
    slot: Store, value: Any, wanted: StoreField
) -> Iterator[Store | Unreadable]:
    """Read an inline store, or a reference that only moves."""
    found: Store | Unreadable
    if not is_reference(value):
        found = _read_inline_store(slot, value)
    elif wanted.path == slot.fact.path:
        # it is in its new form already
        return
    elif slot.state != "superseded":
        found = _read_moved_reference(slot, value)
    elif slot.fact.api:
        # the new key counts, and no release reads a reference under the old one
        found = slot
    else:
        # the new key counts, and this reference has no rows of its own
        return
    if isinstance(found, Unreadable):
        found = found._replace(wanted=wanted.path)
    yield found


def _read_moved_reference(slot: Store, value: Data) -> Store | Unreadable:
    name = slot.fact.name_field
    if name not in value:
        return _unreadable(slot, f"refers to a backend without a '{name}'")
    return slot._replace(reference=read_reference(value, name))


def _read_inline_store(slot: Store, value: Any) -> Store | Unreadable:
    """Read an inline store as written, or say why it cannot be read."""
    if slot.fact.use == "inference":
        slot, value = _unwrap_queue(slot, value)
    if isinstance(value, str) and value in ENGINE_NAMES:
        # 0.2.x itself writes a bare `sqlite` for a store that is left out
        value = {"type": value}
    if not isinstance(value, Mapping):
        return _unreadable(slot, "is not a store: write a mapping with a 'type'")
    if not all(isinstance(name, str) for name in value):
        return _unreadable(slot, "has a key that is not a string")
    fields = dict(value)
    kind = as_string(fields.pop("type", None))
    if not kind and "db_path" in fields:
        kind = "sqlite"
    problem = _find_problem(slot.family, kind, fields)
    if problem:
        return _unreadable(slot, problem)
    inline = InlineStore(slot.path, kind, tuple(fields.items()))
    return slot._replace(inline=inline, location=locate(slot.fact, kind, fields))


def _unwrap_queue(slot: Store, value: Any) -> tuple[Store, Any]:
    """Return the inline store of the nested form, and queue settings."""
    nested = as_mapping(value)
    if NESTED not in nested:
        return slot, value
    queue = [(name, nested[name]) for name in QUEUE if nested.get(name) is not None]
    slot = slot._replace(path=(*slot.path, NESTED), queue=tuple(queue))
    return slot, nested[NESTED]


def _find_problem(family: str, kind: str, fields: Data) -> str:
    # which engine a variable stands for is known only to the server
    if find_engine(family, kind) is None and not has_placeholder(kind):
        known = ", ".join(each.engine for each in engines() if each.family == family)
        if not kind:
            return f"has no 'type' (one of {known})"
        return f"has the type '{kind}', not one of {known}"
    required = _REQUIRED_FIELDS.get(kind)
    if required and fields.get(required) is None:
        return f"has no '{required}', which a {kind} store needs"
    return ""


def _unreadable(slot: Store, problem: str) -> Unreadable:
    return Unreadable(slot.path, f"'{slot.path[-1]}' {problem}")
