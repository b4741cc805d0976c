"""Who uses what in the run configs of a text, and which releases each
of them can be for.

Inline stores are shown where 0.2 keeps them, references as one release
reads them: the asked one, or the newest one that the config fits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from stackcfg.loading.config_positions import position_of_offset, position_of_path
from stackcfg.loading.configs import (
    BOM,
    RunConfig,
    explain_no_run_config,
    find_run_configs,
    input_error,
    read_documents,
)
from stackcfg.loading.errors import InputError, Problem, StructureError
from stackcfg.loading.recognition import weigh_evidence
from stackcfg.loading.release_fit import DetectedReleases, detect_releases
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.families import DEFAULT_TARGET
from stackcfg.releases.stores import LAST_INLINE, StoreFields, load_store_fields
from stackcfg.releases.versions import Release
from stackcfg.runconfig.providers import provider_entries
from stackcfg.runconfig.values import with_string_keys
from stackcfg.show.entries import (
    CATALOG_STYLE,
    INLINE_STYLE,
    UNREAD,
    BackendEntry,
    Source,
    StoreEntry,
    backend_entries,
    inline_entry,
    reference_entries,
)
from stackcfg.stores.catalog import read_backends
from stackcfg.stores.default_files import locate_default_files
from stackcfg.stores.inline import read_inline_stores
from stackcfg.stores.store_map import Store, StoreMap
from stackcfg.yamltext.document import ParseError
from stackcfg.yamltext.lines import Position
from stackcfg.yamltext.values import data_of

if TYPE_CHECKING:
    from stackcfg.show.deployments import DeploymentOverview

MIXED: Final = "mixed"
NO_STORES: Final = "none"


@dataclass(frozen=True, slots=True)
class UnreadableEntry:
    """An inline store that no release can read: why, and where."""

    message: str
    position: Position


@dataclass(frozen=True, slots=True)
class Judgement:
    """What speaks for a run config, with a weight below zero
    against it, and where.
    """

    weight: int
    what: str
    position: Position


@dataclass(frozen=True, slots=True)
class Overview:
    """One run config.

    `place` is where it is in the file, empty for the file itself.
    `release` is the one whose reading of references is shown;
    `without_stores` counts by API the providers without a store.
    """

    place: str
    release: Release
    style: str
    fit: DetectedReleases
    backends: tuple[BackendEntry, ...]
    stores: tuple[StoreEntry, ...]
    unreadable: tuple[UnreadableEntry, ...]
    without_stores: tuple[tuple[str, int], ...]
    judgements: tuple[Judgement, ...] = ()


@dataclass(frozen=True, slots=True)
class FileOverview:
    """The run configs of one file and its deployments, or the problem
    for which it was refused.

    `judgements` are the evidence in a refused file.
    """

    file: str
    configs: tuple[Overview, ...] = ()
    problem: Problem | None = None
    judgements: tuple[Judgement, ...] = ()
    deployments: tuple[DeploymentOverview, ...] = ()


def read_overviews(
    text: str,
    release: Release | None = None,
    fields: StoreFields | None = None,
) -> tuple[Overview, ...]:
    """Return an overview of every run config in a text, its references
    as a release reads them.

    Without a release, as the newest one that the config fits.

    Raises `InputError` when the text cannot be read,
    `NotRunConfigError` when it holds no run config.
    """
    fields = fields or load_store_fields()
    read = partial(_read_overviews, release=release, fields=fields)
    try:
        return read(text)
    except StructureError as error:
        from stackcfg.show.templates import read_template_overviews

        return read_template_overviews(text, error, read)


def _read_overviews(
    text: str, release: Release | None, fields: StoreFields
) -> tuple[Overview, ...]:
    documents = read_documents(text.removeprefix(BOM), lenient=True)
    configs = list(find_run_configs(documents, lenient=True))
    if not configs:
        raise explain_no_run_config(documents)
    return tuple(read_config_overview(each, fields, release) for each in configs)


def read_config_overview(
    config: RunConfig, fields: StoreFields | None = None, asked: Release | None = None
) -> Overview:
    """Return the overview of one config.

    Raises `InputError` for YAML that no release reads, at its position.
    """
    try:
        return _read_overview(config, fields or load_store_fields(), asked)
    except ParseError as error:
        raise input_error(
            error, lambda offset: position_of_offset(config, offset)
        ) from None


def _read_overview(
    config: RunConfig, fields: StoreFields, asked: Release | None
) -> Overview:
    data = with_string_keys(config.data)
    old = read_inline_stores(data, fields, LAST_INLINE, DEFAULT_TARGET.last)
    fit = detect_releases(config, fields, old)
    old = locate_default_files(old, min(fit.releases))
    release = asked or fit.newest
    # a release without a catalog would show every reference as unread
    if release < CATALOG_SINCE:
        release = DEFAULT_TARGET.last
    source = Source(config, data, fields, release, read_backends(data))
    references = list(reference_entries(source))
    has_inline = bool(old.unreadable) or any(each.inline for each in old.stores)
    style = _style_of(has_inline, bool(source.backends or references))
    is_old = has_inline or max(fit.releases) <= LAST_INLINE
    inline = _inline_entries(old, source, is_old)
    if style == MIXED:
        # A release that reads the catalog reads no inline store.
        inline = [replace(each, status=UNREAD) for each in inline]
    stores = sorted(
        [*inline, *references], key=lambda each: (each.implied, each.position)
    )
    unreadable = [
        UnreadableEntry(each.message, source.position(each.path))
        for each in old.unreadable
    ]
    return Overview(
        config.place,
        release,
        style,
        fit,
        tuple(backend_entries(source, stores)),
        tuple(stores),
        tuple(unreadable),
        _count_without_stores(data, stores, old),
        _judge(config),
    )


def judge_text(text: str) -> tuple[Judgement, ...]:
    """Return what speaks for a run config, and against one, in a refused text."""
    found: list[Judgement] = []
    try:
        for document in read_documents(text.removeprefix(BOM), lenient=True):
            found += _judge(RunConfig(document, data_of(document.root), ""))
    except (InputError, ParseError):
        return ()
    return tuple(found)


def _judge(config: RunConfig) -> tuple[Judgement, ...]:
    """Return what makes the config one, in the order of the
    file, then the rest.
    """
    found = []
    for piece in weigh_evidence(config.data):
        position = position_of_path(config, piece.path)
        found.append(Judgement(piece.weight, piece.what, position))
    found.sort(key=lambda each: (each.weight < 0, each.position))
    return tuple(found)


def _style_of(has_inline: bool, has_catalog: bool) -> str:
    if has_inline and has_catalog:
        return MIXED
    if has_inline:
        return INLINE_STYLE
    if has_catalog:
        return CATALOG_STYLE
    return NO_STORES


def _inline_entries(old: StoreMap, source: Source, is_old: bool) -> list[StoreEntry]:
    return [
        inline_entry(store, source)
        for store in old.stores
        if store.inline or (is_old and _is_default(store, source.data))
    ]


def _is_default(store: Store, data: Mapping[str, Any]) -> bool:
    """Return whether the old server opens a store that the file omits:
    the registry, or what a provider of 0.1.0 to 0.1.6 has by default.
    """
    return store.location is not None and "storage" not in data


def _count_without_stores(
    data: Mapping[str, Any], stores: Iterable[StoreEntry], old: StoreMap
) -> tuple[tuple[str, int], ...]:
    shown = {each.path[:3] for each in stores}
    shown |= {each.path[:3] for each in old.unreadable}
    counts = Counter(
        api
        for api, index, _ in provider_entries(data)
        if ("providers", api, index) not in shown
    )
    return tuple(counts.items())
