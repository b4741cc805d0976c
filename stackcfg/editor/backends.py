"""Backends of an open file: where they are defined, and what refers to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from stackcfg.editor.analysis import Analysis
from stackcfg.editor.spots import Spot, find_spot, spot_of
from stackcfg.loading.configs import RunConfig
from stackcfg.redaction.secrets import mask_secrets
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.runconfig.placeholders import has_placeholder
from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.stores.catalog import read_catalog
from stackcfg.stores.store_map import Store, StoreMap
from stackcfg.validation.rule_finding import KEY
from stackcfg.yamltext.document import SCALAR, Span

_NAME: Final = re.compile(r"[A-Za-z_][\w.-]*")
_QUOTES: Final = ("'", '"')


class RenameError(ValueError):
    """Why a backend cannot be renamed."""


class BackendUse(NamedTuple):
    """A reference to a backend: the store that has it, and the place of the name."""

    store: Store
    spot: Spot


class Backend(NamedTuple):
    """A backend of one config: its definition, and what refers to it.

    A backend that is referred to and not defined has no `definition`.
    """

    name: str
    number: int
    definition: Spot | None
    uses: tuple[BackendUse, ...] = ()

    @property
    def spots(self) -> tuple[Spot, ...]:
        """Every place of the name, the definition first."""
        used = tuple(use.spot for use in self.uses)
        if self.definition is None:
            return used
        return (self.definition, *used)


def find_backend(analysis: Analysis, offset: int) -> Backend | None:
    """Return the backend whose name is at an offset of the file."""
    spot = find_spot(analysis.configs, offset)
    if spot is None:
        return None
    for backend in read_backends(analysis, spot.number):
        if any(each.span == spot.span for each in backend.spots):
            return backend
    return None


def read_backends(analysis: Analysis, number: int) -> list[Backend]:
    """Return the backends that a config defines or refers to."""
    config = analysis.configs[number]
    stores = store_map(analysis, number).stores
    definitions = {spot.node.text: spot for spot in _definitions(config, number)}
    uses: dict[str, list[BackendUse]] = {name: [] for name in definitions}
    for use in _uses(config, number, stores):
        name = use.spot.node.text
        uses.setdefault(name, []).append(use)
    return [
        Backend(name, number, definitions.get(name), tuple(found))
        for name, found in uses.items()
    ]


def store_map(analysis: Analysis, number: int) -> StoreMap:
    """Return the references and backends of a config, as its release reads them."""
    release = max(analysis.release_of(number), CATALOG_SINCE)
    data = analysis.configs[number].data
    return read_catalog(data, analysis.store_fields, release)


def _definitions(config: RunConfig, number: int) -> Iterator[Spot]:
    section = config.document.root.at(BACKENDS_PATH)
    if section is None:
        return
    for key, _ in section.entries:
        if key.kind == SCALAR:
            path = (*BACKENDS_PATH, key.text)
            yield spot_of(config, number, path, key, KEY)


def _uses(
    config: RunConfig, number: int, stores: Sequence[Store]
) -> Iterator[BackendUse]:
    seen: set[Span] = set()
    for store in stores:
        path = (*store.path, "backend")
        node = config.document.root.at(path)
        if node is None or node.kind != SCALAR or has_placeholder(node.text):
            continue
        spot = spot_of(config, number, path, node)
        # an anchor gives several references one name
        if spot.span not in seen:
            seen.add(spot.span)
            yield BackendUse(store, spot)


def rename_backend(
    backend: Backend, new: str, body: str, analysis: Analysis
) -> list[tuple[Span, str]]:
    """Return the spans of a backend's name with their new text.

    Raises `RenameError`.
    """
    if not _NAME.fullmatch(new):
        raise RenameError(f"'{new}' is no name for a backend: use letters, digits, _")
    names = {each.name for each in read_backends(analysis, backend.number)}
    names.discard(backend.name)
    if new in names:
        raise RenameError(f"there is a backend '{new}' already")
    if not all(spot.is_plain for spot in backend.spots):
        raise RenameError("the run config is encoded: decode it first")
    return [(spot.span, _quote_like(body, spot, new)) for spot in backend.spots]


def _quote_like(body: str, spot: Spot, new: str) -> str:
    """Return a new name in the quotes that the old one has."""
    start, end = spot.span
    written = body[start:end]
    for quote in _QUOTES:
        if written.startswith(quote) and written.endswith(quote):
            return f"{quote}{new}{quote}"
    return new


def describe_backend(backend: Backend, analysis: Analysis) -> str:
    """Return what an editor shows of a backend: its database, and its users."""
    stores = store_map(analysis, backend.number)
    known = stores.backends.get(backend.name)
    if known is None:
        return f"**{backend.name}**: no such backend under `storage.backends`\n"
    lines = [f"**{backend.name}**: `{known.type}`\n"]
    if not backend.uses:
        lines.append("No store refers to it.\n")
    lines += [_describe_use(use) for use in backend.uses]
    return "\n".join(lines)


def _describe_use(use: BackendUse) -> str:
    owner = use.store.owner or use.store.key
    if use.store.location is None:
        return f"- {owner}"
    where = mask_secrets(use.store.location.describe())
    return f"- {owner}: `{where}`"
