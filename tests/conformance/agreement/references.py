"""Faults of stores, backends and references."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stackcfg.paths import Path, as_mapping, value_at
from tests.conformance.agreement.draft import Draft, Fault
from tests.conformance.mutations.language import ABSENT, put, rename, typo

FIELDS = ("backend", "namespace", "table_name")
INLINE_STORE = {"type": "sqlite", "db_path": "/tmp/distro/own.db"}
BACKEND_VALUES: tuple[Any, ...] = (
    {"type": "kv_sqlite", "db_path": "/tmp/kv.db"},
    {"type": "sql_sqlite", "db_path": "/tmp/sql.db"},
    {"type": "kv_redis"},
    {"type": "kv_redis", "host": "localhost", "port": 6379},
    {"type": "kv_mongodb", "db": "x"},
    {"type": "kv_postgres", "password": "x"},
    {"type": "sql_postgres", "user": "u", "password": "x"},
    {"type": "kv_sqlite"},
    {"type": "sql_sqlite"},
    {"type": "sqlite", "db_path": "/tmp/kv.db"},
    {"type": "redis", "host": "localhost"},
    {"type": "postgres"},
    {"db_path": "/tmp/kv.db"},
)


def reference_faults() -> Iterator[Fault]:
    """Yield the faults, the frequent ones more than once."""
    yield from (_set_field, _set_field, _set_field, _inline, _change_backend)
    yield from (_change_backend, _drop_backend, _change_store)


def _is_store(_: Path, value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    return "backend" in value or {"type", "db_path"} <= set(value)


def _set_field(draft: Draft) -> str | None:
    path = draft.choose(_is_store)
    if path is None:
        return None
    names = draft.names("backend")
    some = draft.rng.choice([*names, "kv_default"])
    values = ("nope", typo(some, draft.rng), some.upper(), ABSENT, *names)
    name = draft.rng.choice((*FIELDS, "type"))
    value = draft.rng.choice((*values, draft.odd()))
    if value is ABSENT and name not in value_at(draft.config, path):
        return None
    put(draft.config, (*path, name), value)
    return f"reference {name}"


def _inline(draft: Draft) -> str | None:
    path = draft.choose(_is_store)
    if path is None:
        return None
    names = draft.names("backend")
    values = [INLINE_STORE, *BACKEND_VALUES, None, {}, "kv_default", *names]
    if names:
        backend = draft.rng.choice(names)
        values += [
            {"backend": backend},
            {"backend": backend, "namespace": "mine"},
            {"backend": backend, "table_name": "mine"},
            {"backend": backend, "namespace": "a", "table_name": "b"},
        ] * 3
    put(draft.config, path, draft.rng.choice(values))
    return "store replaced"


def _backends(draft: Draft) -> dict[str, Any]:
    found = as_mapping(as_mapping(draft.config.get("storage")).get("backends"))
    return dict(found)


def _change_backend(draft: Draft) -> str | None:
    found = _backends(draft)
    if not found:
        return None
    name = draft.rng.choice(list(found))
    path: Path = ("storage", "backends", name)
    forms = ("type", "value", "name", "added", "field")
    form = draft.rng.choice(forms)
    if form == "type":
        types = ("kv_sqlite", "sql_sqlite", "kv_redis", "sql_postgres", "sqlite", None)
        put(draft.config, (*path, "type"), draft.rng.choice(types))
    elif form == "value":
        put(draft.config, path, draft.rng.choice((*BACKEND_VALUES, None, [], "x")))
    elif form == "name":
        new = draft.rng.choice((typo(name, draft.rng), name.upper(), 17, True, ""))
        if new in found:
            return None
        rename(draft.config, path, new)
    elif form == "added":
        put(draft.config, (*path[:-1], "mine"), draft.rng.choice(BACKEND_VALUES))
    else:
        fields = ("host", "port", "user", "db_path", "max_retries", "namespace", "db")
        put(draft.config, (*path, draft.rng.choice(fields)), draft.odd())
    return f"backend {form}"


def _drop_backend(draft: Draft) -> str | None:
    found = _backends(draft)
    if not found:
        return None
    name = draft.rng.choice(list(found))
    path = draft.rng.choice(
        [("storage", "backends", name), ("storage", "backends"), ("storage",)]
    )
    put(draft.config, path, draft.rng.choice((ABSENT, {}, None)))
    return "backend removed"


def _change_store(draft: Draft) -> str | None:
    stores = as_mapping(as_mapping(draft.config.get("storage")).get("stores"))
    known = ("metadata", "inference", "conversations", "responses", "prompts")
    name = draft.rng.choice((*known, "connectors", "mine", *stores))
    path = ("storage", "stores", name)
    backend = draft.rng.choice([*draft.names("backend"), "nope"])
    values = (
        {"backend": backend, "namespace": "mine"},
        {"backend": backend, "table_name": "mine"},
        {"backend": backend},
        ABSENT,
        None,
        {},
    )
    value = draft.rng.choice(values)
    if not stores or (value is ABSENT and name not in stores):
        return None
    put(draft.config, path, value)
    return "store of the server changed"
