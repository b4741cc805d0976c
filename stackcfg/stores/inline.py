"""Reads the store map of an old-style config: inline stores, releases 0.1 to 0.2.24.

Facts: `kvstore` and SQL config classes of 0.2.23; the nested `inference_store`
form with queue settings came in 0.2.22 (#3383); an omitted `metadata_store` has
a fixed place below the config folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from stackcfg.paths import Data, as_mapping, mapping_at, value_at
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
from stackcfg.stores.slots import StoreProvider, read_store_providers, server_slot
from stackcfg.stores.store_map import (
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
QUEUE = ("max_write_queue_size", "num_writers")
ENGINE_NAMES = frozenset(each.engine for each in engines())

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
    found = [*_read_server_stores(config, catalog, version, target)]
    for provider in read_store_providers(config):
        old = catalog.provider_fields(provider.api, provider.type, version, INLINE)
        new = catalog.provider_fields(provider.api, provider.type, target, REFERENCE)
        found += _read_provider_stores(provider, old, new)
        found += _read_new_stores(provider, old, new)
        found += _read_guesses(provider, old, bool(new))
    return StoreMap(
        tuple(each for each in found if isinstance(each, Store)),
        unreadable=tuple(each for each in found if isinstance(each, Unreadable)),
    )


def is_inline_store(value: Any) -> bool:
    """Return whether a mapping has a `type` that names an engine, and fields of
    that engine.
    """
    if not isinstance(value, Mapping) or "backend" in value:
        return False
    kind = as_string(value.get("type"))
    if has_placeholder(kind):
        kind = fill_defaults(kind)
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


def _read_server_stores(
    config: Data, catalog: StoreFields, version: Release, target: Release
) -> Iterator[Store | Unreadable]:
    new = {each.use: each for each in catalog.server_fields(target, REFERENCE)}
    for fact in catalog.server_fields(version, INLINE):
        wanted = new.get(fact.use)
        if wanted is None:
            continue
        slot = server_slot(fact)._replace(state=_state(config, fact, wanted))
        value = value_at(config, fact.path)
        if slot.state == "superseded" and is_reference(value):
            # the new key counts, and this reference has no rows of its own
            continue
        if value is not None:
            yield from _read_written(slot, value, wanted)
        elif _is_expected(config, slot, wanted):
            yield _complete_absent_store(config, slot)


def _is_expected(config: Data, slot: Store, wanted: StoreField) -> bool:
    """Return whether the target has a store of the server that has no value in
    the file.
    """
    if slot.fact.use == "quota":
        # a server without a quota has no store for it
        return False
    is_null = slot.path[-1] in mapping_at(config, slot.path[:-1])
    return is_null or (slot.state == "absent" and wanted.required)


def _complete_absent_store(config: Data, slot: Store) -> Store:
    """Add the fixed location that 0.2 gives its registry; other absent stores
    have no rows.
    """
    image = config.get("image_name")
    if slot.fact.use != "metadata" or not image:
        return slot
    file = str(location_facts()["default_metadata"])
    file = file.replace("IMAGE_NAME", as_string(image))
    connection = (("db_path", file),)
    location = Location("sqlite", connection, kv_table("sqlite", {}))
    return slot._replace(location=location)


def _read_provider_stores(
    provider: StoreProvider, old: list[StoreField], new: list[StoreField]
) -> Iterator[Store | Unreadable]:
    new_fields = {each.use: each for each in new}
    for fact in old:
        wanted = new_fields.get(fact.use)
        if wanted is None:
            continue
        state = _state(provider.settings, fact, wanted)
        slot = provider.slot(fact)._replace(state=state, disabled=provider.disabled)
        value = value_at(provider.settings, fact.path)
        if value is not None:
            yield from _read_written(slot, value, wanted)
        elif wanted.required and state != "superseded" and not provider.disabled:
            yield slot


def _read_new_stores(
    provider: StoreProvider, old: list[StoreField], new: list[StoreField]
) -> Iterator[Store]:
    """Yield the stores that the target requires, and of which no earlier
    release has a field.
    """
    if provider.disabled:
        return
    old_stores = {fact.use for fact in old}
    for fact in new:
        if not fact.required or fact.use in old_stores:
            continue
        if value_at(provider.settings, fact.path) is None:
            yield provider.slot(fact)._replace(state="absent")


def _read_guesses(
    provider: StoreProvider, old: list[StoreField], has_stores: bool
) -> Iterator[Store | Unreadable]:
    """Read inline stores under keys that no release has; each keeps its key."""
    known = {fact.path[0] for fact in old}
    found: Data = {
        name: value
        for name, value in provider.settings.items()
        if isinstance(name, str) and name not in known and is_inline_store(value)
    }
    for name, value in found.items():
        family = _guess_family(provider, name, has_stores)
        words = [provider.api, remove_conditions(provider.owner)]
        if len(found) > 1:
            words.append(name)
        default = "::".join(words)
        if family == SQL:
            default = re.sub(r"[^A-Za-z0-9]+", "_", "_".join(words))
        fact = StoreField(
            name, (name,), INLINE, family, api=provider.api, default=default
        )
        yield _read_inline_store(provider.slot(fact), value)


def _guess_family(provider: StoreProvider, name: str, has_stores: bool) -> str:
    if any(word in name for word in _SQL_WORDS):
        return SQL
    if has_stores and provider.api == "files" and name == "metadata_store":
        return SQL
    return KV


def _state(settings: Data, fact: StoreField, wanted: StoreField) -> StoreState:
    """Return the state of a store whose old field is `fact` and whose new one
    is `wanted`.
    """
    if wanted.path != fact.path and value_at(settings, wanted.path) is not None:
        return "superseded"
    if fact.path[-1] in mapping_at(settings, fact.path[:-1]):
        return "written"
    return "absent"


def _read_written(
    slot: Store, value: Any, wanted: StoreField
) -> Iterator[Store | Unreadable]:
    """Read what is under an old key: an inline store, or a reference that only
    moves.
    """
    if not is_reference(value):
        found = _read_inline_store(slot, value)
    elif wanted.path == slot.fact.path:
        # it is in its new form already
        return
    elif slot.state == "superseded":
        found = _read_inline_store(slot, value)
    else:
        found = _read_moved_reference(slot, value)
    if isinstance(found, Unreadable):
        found = found._replace(wanted=wanted.path)
    yield found


def _read_moved_reference(slot: Store, value: Data) -> Store | Unreadable:
    name = slot.fact.name_field
    if name not in value:
        message = f"'{slot.path[-1]}' refers to a backend without a '{name}'"
        return Unreadable(slot.path, message)
    return slot._replace(reference=read_reference(value, name))


def _read_inline_store(slot: Store, value: Any) -> Store | Unreadable:
    """Read an inline store as written, or say why it cannot be read."""
    if slot.fact.use == "inference":
        slot, value = _unwrap_queue(slot, value)
    if isinstance(value, str) and value in ENGINE_NAMES:
        # 0.2.x itself writes a bare `sqlite` for a store that is left out
        value = {"type": value}
    if not isinstance(value, Mapping):
        problem = "is not a store: write a mapping with a 'type'"
        return _unreadable(slot, problem)
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
    """Return the inline store inside of the nested form, the queue settings in
    its slot.
    """
    nested = as_mapping(value)
    if NESTED not in nested:
        return slot, value
    queue: list[tuple[str, Any]] = []
    for name in QUEUE:
        if nested.get(name) is not None:
            queue.append((name, nested[name]))
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
