"""Reads the store map of an old-style config: inline snippets, releases 0.1 to 0.2.24.

Facts: `kvstore` and SQL config classes of 0.2.23; the nested `inference_store` form with queue settings came in
0.2.22 (#3383); an omitted `db_path` and an omitted `metadata_store` have fixed places under the config folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from stackcfg.paths import Path, value_at
from stackcfg.releases.stores import (
    INLINE,
    KV,
    LAST_INLINE,
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
from stackcfg.runconfig.providers import (
    is_disabled,
    provider_entries,
    provider_store_key,
)
from stackcfg.runconfig.values import as_string
from stackcfg.stores.store_map import (
    InlineStore,
    Location,
    Reference,
    Store,
    StoreMap,
    Unreadable,
    connection_of,
    is_reference,
    kv_table,
)

INLINE_RELEASE: Final = LAST_INLINE
"""The release whose inline fields are read: the last one, which still has every earlier field of the style."""

NESTED: Final = "sql_store_config"
QUEUE: Final = ("max_write_queue_size", "num_writers")
ENGINE_NAMES: Final = frozenset(each.engine for each in engines())


def read_inline_stores(
    config: Mapping[str, Any], catalog: StoreFields, version: Release, target: Release
) -> StoreMap:
    """The uses of inline stores in a config of release `version`, with those that `target` asks for and it lacks.

    Stores that are already references are left to `storage_section.read`.
    """
    found: list[Store | Unreadable] = []
    found += _server_stores(config, catalog, version, target)
    found += _provider_stores(config, catalog, version, target)
    uses = tuple(each for each in found if isinstance(each, Store))
    return StoreMap(
        uses, unreadable=tuple(each for each in found if isinstance(each, Unreadable))
    )


def _server_stores(
    config: Mapping[str, Any], catalog: StoreFields, version: Release, target: Release
) -> Iterator[Store | Unreadable]:
    new = {each.use: each for each in catalog.server_fields(target, REFERENCE)}
    for fact in catalog.server_fields(version, INLINE):
        value = value_at(config, fact.path)
        present = isinstance(value_at(config, fact.path[:-1]), Mapping) and fact.path[
            -1
        ] in value_at(config, fact.path[:-1])
        wanted = new.get(fact.use)
        if wanted is None:
            continue
        superseded = (
            value_at(config, wanted.path) is not None and wanted.path != fact.path
        )
        if is_reference(value):
            if wanted.path != fact.path and not superseded:
                yield from _asked(
                    _misplaced(fact.use, fact.path, fact, value, fact.use), wanted
                )
            continue
        if value is None:
            if superseded and not present:
                continue
            if fact.use == "quota" or (not wanted.required and not present):
                continue
            yield _absent_server_store(config, fact, present, superseded)
            continue
        yield from _asked(
            _use(
                fact.use, fact.path, fact, value, owner=fact.use, superseded=superseded
            ),
            wanted,
        )


def _absent_server_store(
    config: Mapping[str, Any], fact: StoreField, present: bool, superseded: bool
) -> Store:
    """A store that the file leaves out: the registry then has a fixed place, the others do not exist."""
    image = config.get("image_name")
    if fact.use == "metadata" and image:
        file = str(location_facts()["default_metadata"]).replace(
            "IMAGE_NAME", as_string(image)
        )
        place = Location("sqlite", (("db_path", file),), kv_table("sqlite", {}))
        return Store(
            fact.use,
            fact.path,
            fact,
            place,
            owner=fact.use,
            absent=not present,
            superseded=superseded,
        )
    return Store(
        fact.use,
        fact.path,
        fact,
        owner=fact.use,
        absent=not present,
        fresh=True,
        superseded=superseded,
    )


def _provider_stores(
    config: Mapping[str, Any], catalog: StoreFields, version: Release, target: Release
) -> Iterator[Store | Unreadable]:
    for api, index, provider in provider_entries(config):
        settings = provider.get("config")
        settings = settings if isinstance(settings, Mapping) else {}
        base: Path = ("providers", api, index, "config")
        kind = as_string(provider.get("provider_type"))
        owner = as_string(provider.get("provider_id")) or kind
        disabled = is_disabled(provider)
        old = catalog.provider_fields(api, kind, version, INLINE)
        new = {
            each.use: each
            for each in catalog.provider_fields(api, kind, target, REFERENCE)
        }
        handled: set[str] = set()
        for fact in old:
            handled.add(fact.path[0])
            value = value_at(settings, fact.path)
            wanted = new.get(fact.use)
            key = provider_store_key(api, index, fact.use)
            if wanted is None or (is_reference(value) and wanted.path == fact.path):
                continue
            superseded = (
                wanted.path != fact.path and value_at(settings, wanted.path) is not None
            )
            if is_reference(value) and not superseded:
                yield from _asked(
                    _misplaced(key, base + fact.path, fact, value, owner), wanted
                )
                continue
            if value is None:
                if superseded or disabled or not wanted.required:
                    continue
                absent = fact.path[0] not in settings
                yield Store(
                    key,
                    base + fact.path,
                    fact,
                    owner=owner,
                    absent=absent,
                    fresh=True,
                    disabled=disabled,
                )
                continue
            found = _use(
                key,
                base + fact.path,
                fact,
                value,
                owner=owner,
                superseded=superseded,
                disabled=disabled,
            )
            yield from _asked(found, wanted)
        for each in new.values():  # required now, and a field of no earlier release
            written = value_at(settings, each.path)
            if (
                each.required
                and not disabled
                and written is None
                and all(fact.use != each.use for fact in old)
            ):
                key = provider_store_key(api, index, each.use)
                yield Store(
                    key,
                    base + each.path,
                    each,
                    owner=owner,
                    absent=True,
                    fresh=True,
                    disabled=disabled,
                )
        yield from _guesses(settings, base, api, index, owner, handled, bool(new))


def _asked(
    found: Iterable[Store | Unreadable], wanted: StoreField
) -> Iterator[Store | Unreadable]:
    """What was found, an unreadable store with the field that the target asks for in its place."""
    for each in found:
        yield (
            each._replace(wanted=wanted.path) if isinstance(each, Unreadable) else each
        )


def _misplaced(
    key: str, path: Path, fact: StoreField, value: Mapping[str, Any], owner: str
) -> Iterator[Store | Unreadable]:
    """A store that is a reference already, but under its old key: it only moves."""
    name = fact.name_field
    if name not in value:
        yield Unreadable(path, f"'{path[-1]}' refers to a backend without a '{name}'")
        return
    extra = tuple(
        (each, item) for each, item in value.items() if each not in ("backend", name)
    )
    written = Reference(
        as_string(value.get("backend")), as_string(value.get(name)), extra
    )
    yield Store(key, path, fact, reference=written, owner=owner, fresh=True)


def _guesses(
    settings: Mapping[str, Any],
    base: Path,
    api: str,
    index: int,
    owner: str,
    handled: set[str],
    catalogued: bool,
) -> Iterator[Store | Unreadable]:
    """Inline snippets under keys that the catalog does not know: converted under their own key, as a guess."""
    found = {
        name: value
        for name, value in settings.items()
        if isinstance(name, str) and name not in handled and looks_inline(value)
    }
    for name, value in found.items():
        family = (
            SQL if "sql" in name or "responses" in name or "inference" in name else KV
        )
        if catalogued and name == "metadata_store" and api == "files":
            family = SQL
        words = [api, remove_conditions(owner), *([name] if len(found) > 1 else [])]
        default = (
            "::".join(words)
            if family == KV
            else re.sub(r"[^A-Za-z0-9]+", "_", "_".join(words))
        )
        fact = StoreField(name, (name,), INLINE, family, api=api, default=default)
        for use in _use(
            provider_store_key(api, index, name),
            (*base, name),
            fact,
            value,
            owner=owner,
        ):
            yield (
                use
                if isinstance(use, Unreadable)
                else Store(
                    use.key,
                    use.path,
                    fact,
                    use.location,
                    use.snippet,
                    owner=owner,
                    guess=True,
                )
            )


def looks_inline(value: Any) -> bool:
    """Whether a value is an inline store snippet: a `type` that names an engine, and fields of that engine."""
    if not isinstance(value, Mapping) or "backend" in value:
        return False
    kind = as_string(value.get("type"))
    resolved = fill_defaults(kind) if has_placeholder(kind) else kind
    known = [each for each in engines() if each.engine == resolved]
    return bool(known) and any(name in each.fields for each in known for name in value)


def _use(
    key: str,
    path: Path,
    fact: StoreField,
    value: Any,
    owner: str,
    superseded: bool = False,
    disabled: bool = False,
) -> Iterator[Store | Unreadable]:
    """The use of a store that is written in the file, or why it cannot be read."""
    queue: tuple[tuple[str, Any], ...] = ()
    if fact.use == "inference" and isinstance(value, Mapping) and NESTED in value:
        queue = tuple(
            (name, value[name]) for name in QUEUE if value.get(name) is not None
        )
        path, value = (*path, NESTED), value[NESTED]
    if isinstance(value, str) and value in ENGINE_NAMES:
        value = {
            "type": value
        }  # a bare engine name; 0.2.x itself writes `sqlite` for a store left out
    if not isinstance(value, Mapping):
        yield Unreadable(
            path, f"'{path[-1]}' is not a store: write a mapping with a 'type'"
        )
        return
    if not all(isinstance(name, str) for name in value):
        yield Unreadable(path, f"'{path[-1]}' has a key that is not text")
        return
    kind = as_string(value.get("type")) or ("sqlite" if "db_path" in value else "")
    known = find_engine(fact.family, kind)
    if known is None and not has_placeholder(kind):
        expected = ", ".join(
            each.engine for each in engines() if each.family == fact.family
        )
        problem = (
            f"has no 'type' (one of {expected})"
            if not kind
            else f"has the type '{kind}', not one of {expected}"
        )
        yield Unreadable(path, f"'{path[-1]}' {problem}")
        return
    fields = {name: item for name, item in value.items() if name != "type"}
    needed = "user" if kind == "postgres" else ""
    if needed and fields.get(needed) is None:
        yield Unreadable(
            path, f"'{path[-1]}' has no '{needed}', which a postgres store needs"
        )
        return
    snippet = InlineStore(path, kind, tuple(fields.items()))
    location = locate(fact, kind, fields)
    yield Store(
        key,
        path,
        fact,
        location,
        snippet,
        None,
        queue,
        owner,
        superseded=superseded,
        disabled=disabled,
    )


def locate(fact: StoreField, engine_name: str, fields: Mapping[str, Any]) -> Location:
    """Where 0.2.x keeps the rows of an inline store."""
    connection = connection_of(engine_name, fact.family, fields)
    if fact.family == SQL:
        return Location(engine_name, connection, fact.table)
    namespace = as_string(fields.get("namespace"))
    prefix = "" if engine_name == "sqlite" or may_be_empty(namespace) else namespace
    return Location(engine_name, connection, kv_table(engine_name, fields), prefix)
