"""Who uses what in the run configs of a text: stores, backends, providers, and which releases it can be for.

Pure; knows no format. Stores given in place are shown where 0.2 keeps them, references where one release does: the
asked one, or the config's own where nobody asked and the config is for later releases only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any, Final

from stackcfg.loading.configs import (
    BOM,
    RunConfig,
    explain_no_run_config,
    find_run_configs,
    input_error,
    position_of_offset,
    position_of_path,
    read_documents,
)
from stackcfg.loading.errors import Problem
from stackcfg.loading.release_fit import DetectedReleases, Place, detect_releases
from stackcfg.paths import Path, value_at
from stackcfg.releases.families import DEFAULT_TARGET
from stackcfg.releases.providers import provider_spec
from stackcfg.releases.stores import (
    KV,
    LAST_INLINE,
    REFERENCE,
    SQL,
    StoreField,
    StoreFields,
    find_engine,
    load_store_fields,
)
from stackcfg.releases.versions import Release
from stackcfg.runconfig.placeholders import NAMED_START, has_placeholder
from stackcfg.runconfig.providers import is_disabled, provider_entries
from stackcfg.runconfig.values import as_string, with_string_keys
from stackcfg.stores import catalog as storage_section
from stackcfg.stores import inline as inline_stores
from stackcfg.stores.store_map import (
    Backend,
    Location,
    Reference,
    Store,
    connection_of,
    is_reference,
    store_label,
)
from stackcfg.yamltext.document import ParseError
from stackcfg.yamltext.lines import Position

INLINE_STYLE: Final = "inline"
CATALOG_STYLE: Final = "catalog"
MIXED: Final = "mixed"
NO_STORES: Final = "none"

USED: Final = "used"
UNREAD: Final = "unread"
DANGLING: Final = "dangling"
WRONG_FAMILY: Final = "wrong-family"
BY_VARIABLE: Final = "variable"

_CONDITION: Final = re.compile(NAMED_START + r":\+")


@dataclass(frozen=True, slots=True)
class StoreEntry:
    """One store and its consumer.

    `backend` and `name` are those of a reference, as written; `location` is None where the release keeps no rows.
    `status` is used, unread (the release drops it), dangling (no such backend), wrong-family, or variable (only the
    environment knows the backend). `implied` marks a store that is not in the file and that the server has all the
    same, `disabled` one of a provider that is off, `variable` what must be set for its provider to be on.
    """

    consumer: str
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
    """An entry of `storage.backends`; `location` is None for a type that no release knows."""

    name: str
    type: str
    position: Position
    location: Location | None
    users: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A store of the old style that makes no sense: why, and where."""

    message: str
    position: Position


@dataclass(frozen=True, slots=True)
class Overview:
    """One run config.

    `release` is the one whose reading of references is told, `without_stores` counts by API the providers that have no
    store.
    """

    place: str
    release: Release
    style: str
    fit: DetectedReleases
    backends: tuple[BackendEntry, ...]
    stores: tuple[StoreEntry, ...]
    unreadable: tuple[Unreadable, ...]
    without_stores: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class FileOverview:
    """The run configs of one file, or the problem that kept it from being read."""

    file: str
    configs: tuple[Overview, ...] = ()
    problem: Problem | None = None


def read_overviews(
    text: str,
    version: Release,
    catalog: StoreFields | None = None,
    *,
    flexible: bool = False,
) -> tuple[Overview, ...]:
    """Every run config in a text, its references as release `version` reads them.

    `flexible`: a config that only later releases read is told as the last of them reads it.

    Raises `InputError` when the text cannot be read, `NotRunConfigError` when there is no run config in it.
    """
    documents = read_documents(text.removeprefix(BOM), lenient=True)
    configs = list(find_run_configs(documents, lenient=True))
    if not configs:
        raise explain_no_run_config(documents)
    return tuple(
        _guarded(config, catalog or load_store_fields(), version, flexible)
        for config in configs
    )


def _guarded(
    config: RunConfig, catalog: StoreFields, version: Release, flexible: bool
) -> Overview:
    try:
        return _overview(config, catalog, version, flexible)
    except ParseError as error:
        raise input_error(
            error, lambda offset: position_of_offset(config, offset)
        ) from None


def _overview(
    config: RunConfig, catalog: StoreFields, asked: Release, flexible: bool
) -> Overview:
    data = with_string_keys(config.data)

    def place(path: Path) -> Position:
        return position_of_path(config, path)

    old = inline_stores.read_inline_stores(
        data, catalog, LAST_INLINE, DEFAULT_TARGET.last
    )
    written = [use for use in old.stores if use.inline is not None]
    fit = detect_releases(config, catalog)
    version = max(fit.releases) if flexible and min(fit.releases) > asked else asked
    backends = storage_section.read_backends(data)
    references = [*_references(data, catalog, version, backends, place)]
    is_old = bool(written or old.unreadable) or max(fit.releases) <= LAST_INLINE
    inline = [
        _inline(use, data, place)
        for use in old.stores
        if use.inline or (is_old and _has_default(use, data))
    ]
    style = _style(bool(written or old.unreadable), bool(backends or references))
    if style == MIXED:  # what reads the catalog reads nothing that is given in place
        inline = [replace(each, status=UNREAD) for each in inline]
    stores = sorted(
        [*inline, *references],
        key=lambda each: (each.implied, each.position.line, each.position.column),
    )
    return Overview(
        config.place,
        version,
        style,
        fit,
        tuple(_backends(backends, stores, place, version)),
        tuple(stores),
        tuple(Unreadable(each.message, place(each.path)) for each in old.unreadable),
        _without_stores(
            data,
            {each.path[:3] for each in stores}
            | {each.path[:3] for each in old.unreadable},
        ),
    )


def _style(inline: bool, catalog: bool) -> str:
    if inline and catalog:
        return MIXED
    return INLINE_STYLE if inline else CATALOG_STYLE if catalog else NO_STORES


def _has_default(use: Store, data: Mapping[str, Any]) -> bool:
    """Whether 0.2 has the store though the file leaves it out: the registry, in a place of its own."""
    return (
        use.fact.use == "metadata"
        and use.location is not None
        and "storage" not in data
    )


def _inline(use: Store, data: Mapping[str, Any], place: Place) -> StoreEntry:
    entry = _entry(use, data, place, INLINE_STYLE)
    return replace(
        entry, location=use.location, implied=use.inline is None, disabled=use.disabled
    )


def _entry(use: Store, data: Mapping[str, Any], place: Place, style: str) -> StoreEntry:
    """What inline stores and references have in common."""
    provider = value_at(data, use.path[:3]) if use.path[:1] == ("providers",) else None
    known = provider if isinstance(provider, Mapping) else {}
    return StoreEntry(
        store_label(use),
        use.family,
        style,
        place(use.path),
        disabled=bool(known) and is_disabled(known),
        variable=next(iter(_CONDITION.findall(use.owner)), ""),
        api=use.fact.api,
        provider=use.owner if known else "",
        provider_type=as_string(known.get("provider_type")),
        path=use.path,
    )


def _references(
    data: Mapping[str, Any],
    catalog: StoreFields,
    version: Release,
    backends: Mapping[str, Backend],
    place: Place,
) -> Iterator[StoreEntry]:
    """The references that the release reads, those that it has by default, and those that it drops."""
    read = storage_section.read_catalog(data, catalog, version).stores
    seen = {use.path for use in read}
    strays = (
        _stray(path, value, data)
        for path, value in _reference_nodes(data, ())
        if path not in seen
    )
    for use in (*read, *strays):
        yield _reference(use, data, backends, place, _is_dropped(use, data, version))
    for use in storage_section.read_implied_stores(data, catalog, version):
        yield replace(
            _reference(use, data, backends, place, dropped=False), implied=True
        )


def _reference(
    use: Store,
    data: Mapping[str, Any],
    backends: Mapping[str, Backend],
    place: Place,
    dropped: bool,
) -> StoreEntry:
    assert use.reference is not None
    status = UNREAD if dropped else _status(use, backends)
    backend = backends.get(use.reference.backend)
    location = (
        use.location if status == USED and backend and _is_known(backend) else None
    )
    entry = _entry(use, data, place, CATALOG_STYLE)
    return replace(
        entry,
        location=location,
        backend=use.reference.backend,
        name=use.reference.name,
        status=status,
    )


def _status(use: Store, backends: Mapping[str, Backend]) -> str:
    assert use.reference is not None
    backend = backends.get(use.reference.backend)
    if backend is None:
        return BY_VARIABLE if has_placeholder(use.reference.backend) else DANGLING
    return (
        WRONG_FAMILY
        if backend.family in (KV, SQL) and backend.family != use.family
        else USED
    )


def _is_known(backend: Backend) -> bool:
    return find_engine(backend.family, backend.engine) is not None


def _is_dropped(use: Store, data: Mapping[str, Any], version: Release) -> bool:
    """Whether the release has the consumer and reads no store there; of consumers outside the tree nobody knows."""
    if use.fact.known:
        return False
    if not _in_provider(use.path):
        return True
    kind = as_string(value_at(data, (*use.path[:3], "provider_type")))
    return provider_spec(str(use.path[1]), kind, version) is not None


def _in_provider(path: Path) -> bool:
    return path[:1] == ("providers",) and len(path) > 4 and path[3] == "config"


def _reference_nodes(
    value: Any, path: Path
) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Everything that is written like a reference, wherever it stands."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _reference_nodes(item, (*path, index))
    elif isinstance(value, Mapping):
        if path and is_reference(value):
            yield path, value
        elif path != ("storage", "backends"):
            for name, item in value.items():
                yield from _reference_nodes(item, (*path, name))


def _stray(path: Path, value: Mapping[str, Any], data: Mapping[str, Any]) -> Store:
    """A reference at a place where no release at hand has a store."""
    family = SQL if "table_name" in value else KV
    api, owner, words = "", "", path[2:] if path[:2] == ("storage", "stores") else path
    if _in_provider(path):
        api, words = str(path[1]), path[4:]
        provider = value_at(data, path[:3])
        known = provider if isinstance(provider, Mapping) else {}
        owner = as_string(known.get("provider_id")) or as_string(
            known.get("provider_type")
        )
    fact = StoreField(".".join(map(str, words)), (), REFERENCE, family, api=api)
    reference = Reference(
        as_string(value.get("backend")), as_string(value.get(fact.name_field))
    )
    return Store(".".join(map(str, path)), path, fact, reference=reference, owner=owner)


def _backends(
    backends: Mapping[str, Backend],
    stores: Iterable[StoreEntry],
    place: Place,
    version: Release,
) -> Iterator[BackendEntry]:
    for name, backend in backends.items():
        users = tuple(
            each.consumer
            for each in stores
            if each.backend == name and each.style == CATALOG_STYLE
        )
        connection = connection_of(
            backend.engine, backend.family, backend.fields, version
        )
        location = Location(backend.engine, connection) if _is_known(backend) else None
        yield BackendEntry(
            name, backend.type, place(("storage", "backends", name)), location, users
        )


def _without_stores(
    data: Mapping[str, Any], having: Set[Path]
) -> tuple[tuple[str, int], ...]:
    return tuple(
        Counter(
            api
            for api, index, _ in provider_entries(data)
            if ("providers", api, index) not in having
        ).items()
    )
