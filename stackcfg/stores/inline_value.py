"""Reads the value of one inline store, to 0.2.24: its engine and its location.

Facts: `kvstore` and SQL config classes of 0.2.23; the nested
`inference_store` form with queue settings came in 0.2.22 (#3383).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.light_typing import Any
from stackcfg.paths import Data, as_mapping
from stackcfg.releases.stores import SQL, StoreField, engines, find_engine
from stackcfg.runconfig.placeholders import fill_defaults, has_placeholder, may_be_empty
from stackcfg.runconfig.values import as_string
from stackcfg.stores.store_map import (
    NOT_CONNECTION,
    InlineStore,
    Location,
    Store,
    Unreadable,
    connection_of,
    is_reference,
    kv_table,
    read_reference,
)

NESTED = "sql_store_config"
QUEUE = ("max_write_queue_size", "num_writers")
ENGINE_NAMES = {each.engine for each in engines()}

_REQUIRED_FIELDS = {"postgres": "user"}
"""The field of an engine that an inline store cannot leave out."""


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
    table = kv_table(engine_name, fields)
    return Location(engine_name, connection, table, prefix)


def lacks_location(value: Any) -> bool:
    """Return whether a mapping looks like an inline store, but for its database."""
    if not isinstance(value, Mapping) or "backend" in value:
        return False
    kind = fill_defaults(as_string(value.get("type")))
    if kind not in ENGINE_NAMES:
        return False
    return len(value) > 1 and set(value) <= NOT_CONNECTION


def read_written_value(
    slot: Store, value: Any, wanted: StoreField
) -> Iterator[Store | Unreadable]:
    """Read an inline store, or a reference that only moves."""
    found: Store | Unreadable
    if not is_reference(value):
        found = read_store_value(slot, value)
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


def read_store_value(slot: Store, value: Any) -> Store | Unreadable:
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
    return slot._replace(
        inline=InlineStore(slot.path, kind, tuple(fields.items())),
        location=locate(slot.fact, kind, fields),
    )


def _unwrap_queue(slot: Store, value: Any) -> tuple[Store, Any]:
    """Return the inline store of the nested form, and queue settings."""
    nested = as_mapping(value)
    if NESTED not in nested:
        return slot, value
    queue: list[tuple[str, Any]] = []
    for name in QUEUE:
        setting = nested.get(name)
        if setting is not None:
            queue.append((name, setting))
    slot = slot._replace(
        path=(*slot.path, NESTED),
        queue=tuple(queue),
    )
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
