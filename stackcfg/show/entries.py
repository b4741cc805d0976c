"""The stores and backends of one run config, with their positions and status."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from stackcfg.loading.config_positions import position_of_path
from stackcfg.loading.configs import RunConfig
from stackcfg.paths import Path, mapping_at
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.providers import provider_spec
from stackcfg.releases.stores import (
    KV,
    REFERENCE,
    SQL,
    StoreField,
    StoreFields,
    find_engine,
)
from stackcfg.releases.versions import Release
from stackcfg.runconfig.placeholders import NAMED_START, has_placeholder
from stackcfg.runconfig.providers import is_disabled
from stackcfg.runconfig.sections import BACKENDS_PATH, STORES_PATH
from stackcfg.runconfig.values import as_string
from stackcfg.stores.catalog import read_catalog, read_implied_stores
from stackcfg.stores.store_map import (
    Backend,
    Location,
    Reference,
    Store,
    connection_of,
    is_reference,
    store_label,
)
from stackcfg.yamltext.lines import Position

INLINE_STYLE: Final = "inline"
CATALOG_STYLE: Final = "catalog"

USED: Final = "used"
UNREAD: Final = "unread"
DANGLING: Final = "dangling"
WRONG_FAMILY: Final = "wrong-family"
BY_VARIABLE: Final = "variable"

_CONDITION: Final = lazy_pattern(NAMED_START + r":\+")


@dataclass(frozen=True, slots=True)
class StoreEntry:
    """One store and who uses it.

    `backend` and `name` are those of a reference, as written;
    `location` is None where the release keeps no rows. `status` is
    used, unread (the release drops it), dangling (no such backend),
    wrong-family, or variable (only the environment knows the backend).
    `implied` marks a store that is not in the file and that the server
    has nevertheless, `disabled` one of a provider that is off,
    `variable` what must be set for its provider to be on.
    """

    store: str
    family: str
    style: str
    position: Position
    location: Location | None = None
    backend: str = ""
    name: str = ""
    status: str = USED
    implied: bool = False
    disabled: bool = False
    variable: str = ""
    api: str = ""
    provider: str = ""
    provider_type: str = ""
    path: Path = ()


@dataclass(frozen=True, slots=True)
class BackendEntry:
    """A backend of the catalog; `location` is None if no release knows
    its type.
    """

    name: str
    type: str
    position: Position
    location: Location | None
    users: tuple[str, ...] = ()


class Source(NamedTuple):
    """A run config, and what is needed to read its stores as a release does."""

    config: RunConfig
    data: Mapping[str, Any]
    fields: StoreFields
    release: Release
    backends: Mapping[str, Backend]

    def position(self, path: Path) -> Position:
        """Return the position of a path in the outer file."""
        return position_of_path(self.config, path)

    def provider_at(self, path: Path) -> Mapping[str, Any]:
        """Return the provider that a path leads through, {} if there is none."""
        if path[:1] != ("providers",):
            return {}
        return mapping_at(self.data, path[:3])


def inline_entry(store: Store, source: Source) -> StoreEntry:
    """Return the entry of an inline store, or of a default one."""
    return replace(
        _entry(store, source, INLINE_STYLE),
        location=store.location,
        implied=store.inline is None,
        disabled=store.disabled,
    )


def reference_entries(source: Source) -> Iterator[StoreEntry]:
    """Yield the references that are read, those that are dropped, default ones."""
    read = read_catalog(source.data, source.fields, source.release).stores
    paths = {store.path for store in read}
    for store in read:
        yield _reference_entry(store, source)
    for path, value in _reference_nodes(source.data, ()):
        if path not in paths:
            yield _reference_entry(_unknown_reference(path, value, source), source)
    for store in read_implied_stores(source.data, source.fields, source.release):
        yield replace(_reference_entry(store, source), implied=True)


def backend_entries(
    source: Source, stores: Iterable[StoreEntry]
) -> Iterator[BackendEntry]:
    """Yield the backends of the catalog with the stores that refer to them."""
    references = [each for each in stores if each.style == CATALOG_STYLE]
    for name, backend in source.backends.items():
        users = tuple(each.store for each in references if each.backend == name)
        position = source.position((*BACKENDS_PATH, name))
        location = _locate_backend(backend, source.release)
        yield BackendEntry(name, backend.type, position, location, users)


def _locate_backend(backend: Backend, release: Release) -> Location | None:
    if not _is_known(backend):
        return None
    engine, family = backend.engine, backend.family
    return Location(engine, connection_of(engine, family, backend.fields, release))


def _is_known(backend: Backend) -> bool:
    return find_engine(backend.family, backend.engine) is not None


def _entry(store: Store, source: Source, style: str) -> StoreEntry:
    """Return what inline stores and references have in common."""
    provider = source.provider_at(store.path)
    owner = ""
    if provider:
        owner = store.owner
    condition = _CONDITION.search(store.owner)
    variable = ""
    if condition:
        variable = condition[1]
    return StoreEntry(
        store_label(store),
        store.family,
        style,
        source.position(store.path),
        disabled=bool(provider) and is_disabled(provider),
        variable=variable,
        api=store.fact.api,
        provider=owner,
        provider_type=as_string(provider.get("provider_type")),
        path=store.path,
    )


def _reference_entry(store: Store, source: Source) -> StoreEntry:
    assert store.reference is not None
    status = _status_of(store, store.reference, source)
    backend = source.backends.get(store.reference.backend)
    location = None
    if status == USED and backend and _is_known(backend):
        location = store.location
    return replace(
        _entry(store, source, CATALOG_STYLE),
        location=location,
        backend=store.reference.backend,
        name=store.reference.name,
        status=status,
    )


def _status_of(store: Store, reference: Reference, source: Source) -> str:
    if _is_dropped(store, source):
        return UNREAD
    backend = source.backends.get(reference.backend)
    if backend is None and has_placeholder(reference.backend):
        return BY_VARIABLE
    if backend is None:
        return DANGLING
    if backend.family in (KV, SQL) and backend.family != store.family:
        return WRONG_FAMILY
    return USED


def _is_dropped(store: Store, source: Source) -> bool:
    """Return whether the release reads no store there; False for
    unknown providers.
    """
    if store.fact.known:
        return False
    if not _is_in_provider(store.path):
        return True
    # What an external provider reads is not known here.
    provider_type = as_string(source.provider_at(store.path).get("provider_type"))
    api = str(store.path[1])
    return provider_spec(api, provider_type, source.release) is not None


def _is_in_provider(path: Path) -> bool:
    return path[:1] == ("providers",) and path[3:4] == ("config",) and len(path) > 4


def _reference_nodes(
    value: Any, path: Path
) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield every mapping that is written like a reference, wherever it is."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _reference_nodes(item, (*path, index))
    elif path and is_reference(value):
        yield path, value
    elif isinstance(value, Mapping) and path != BACKENDS_PATH:
        for name, item in value.items():
            yield from _reference_nodes(item, (*path, name))


def _unknown_reference(path: Path, value: Mapping[str, Any], source: Source) -> Store:
    """Return the store of a reference that the release does not know at
    this path.
    """
    family = KV
    if "table_name" in value:
        family = SQL
    api = owner = ""
    field = path
    if path[:2] == STORES_PATH:
        field = path[2:]
    elif _is_in_provider(path):
        provider = source.provider_at(path)
        api, field = str(path[1]), path[4:]
        names = (provider.get("provider_id"), provider.get("provider_type"))
        owner = next(filter(None, map(as_string, names)), "")
    fact = StoreField(_dotted(field), (), REFERENCE, family, api=api)
    name = as_string(value.get(fact.name_field))
    reference = Reference(as_string(value.get("backend")), name)
    return Store(_dotted(path), path, fact, reference=reference, owner=owner)


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))
