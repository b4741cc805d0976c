"""The stores of an overview by the backend or the database that they are on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.light_typing import NamedTuple
from stackcfg.reports.show.labels import database_name, join_words, short_text
from stackcfg.show.entries import (
    BY_VARIABLE,
    CATALOG_STYLE,
    INLINE_STYLE,
    BackendEntry,
    StoreEntry,
)
from stackcfg.show.overview import Overview


class Group(NamedTuple):
    """Stores under one heading, and the color of the heading."""

    heading: str
    color: str
    stores: list[StoreEntry]


def group_stores(config: Overview, labels: Mapping[str, str]) -> Iterator[Group]:
    """Yield the backends, undefined backends, and databases of inline stores."""
    references: dict[str, list[StoreEntry]] = {}
    for store in config.stores:
        if store.style == CATALOG_STYLE:
            references.setdefault(store.backend, []).append(store)
    for backend in config.backends:
        stores = references.pop(backend.name, [])
        yield _backend_group(backend, stores, labels)
    for name, stores in references.items():
        yield _undefined_group(name, stores)
    yield from _inline_groups(config, labels)


def _backend_group(
    backend: BackendEntry, stores: list[StoreEntry], labels: Mapping[str, str]
) -> Group:
    location, color, unused = "of unknown type", "strong", ""
    if backend.location:
        location = labels[database_name(backend.location)]
    if not backend.users:
        color, unused = "warning", "unused"
    name, kind = short_text(backend.name), short_text(backend.type)
    line = f"line {backend.position.line}"
    return Group(join_words("  ", name, kind, location, line, unused), color, stores)


def _undefined_group(name: str, stores: list[StoreEntry]) -> Group:
    shown = short_text(name) or "''"
    if any(each.status == BY_VARIABLE for each in stores):
        return Group(f"{shown}  named by a variable", "strong", stores)
    return Group(f"{shown}  not defined", "error", stores)


def _inline_groups(config: Overview, labels: Mapping[str, str]) -> Iterator[Group]:
    found: dict[str, list[StoreEntry]] = {}
    engines: dict[str, str] = {}
    for store in config.stores:
        if store.style == INLINE_STYLE and store.location:
            name = database_name(store.location)
            found.setdefault(name, []).append(store)
            # The words for a server name its engine already.
            if store.location.file is not None:
                engines.setdefault(name, short_text(store.location.engine))
    for name, stores in found.items():
        heading = join_words("  ", labels[name], engines.get(name, ""))
        yield Group(heading, "strong", stores)
