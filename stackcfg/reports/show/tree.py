"""An overview for people: a tree of backends or databases with their stores."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Final, NamedTuple

from stackcfg.loading.release_fit import DetectedReleases
from stackcfg.releases.families import describe_releases
from stackcfg.releases.versions import format_release
from stackcfg.reports.console.characters import columns
from stackcfg.reports.console.colors import Lines, join_lines, paint
from stackcfg.reports.console.folding import fold
from stackcfg.reports.show.formats import Context
from stackcfg.reports.show.groups import Group, group_stores
from stackcfg.reports.show.labels import (
    common_folder_of,
    database_labels,
    describe_rows,
    full_text,
    short_text,
)
from stackcfg.show.entries import (
    CATALOG_STYLE,
    DANGLING,
    INLINE_STYLE,
    UNREAD,
    WRONG_FAMILY,
    StoreEntry,
)
from stackcfg.show.overview import MIXED, NO_STORES, FileOverview, Overview

DEFAULT_WIDTH: Final = 80
LEAST_WIDTH: Final = 60
MAX_NAME_WIDTH: Final = 34
INDENT: Final = "    "
STYLES: Final = {
    CATALOG_STYLE: "a storage catalog",
    INLINE_STYLE: "inline stores",
    MIXED: "a storage catalog and inline stores",
    NO_STORES: "no stores",
}


class Guides(NamedTuple):
    """The lines of a tree: before a store and its further rows, before the last
    store and its.
    """

    store: str
    more: str
    last: str
    after: str


UNICODE: Final = Guides("├── ", "│   ", "└── ", "    ")
ASCII: Final = Guides("|-- ", "|   ", "`-- ", "    ")


class Drawing(NamedTuple):
    """How a tree is drawn."""

    width: int
    guides: Guides

    def folded(self, text: str, color: str = "") -> Lines:
        """Yield text in lines that fit, the further ones indented."""
        for line in fold(text, self.width, INDENT):
            yield paint(line, color)


def render(overviews: Sequence[FileOverview], context: Context) -> str:
    """Return the configs of all files as trees, with an empty line between them."""
    width = max(context.width or DEFAULT_WIDTH, LEAST_WIDTH)
    drawing = Drawing(width, _guides_for(context.encoding))
    trees = []
    for overview in overviews:
        for config in overview.configs:
            lines = _draw_config(overview.file, config, drawing)
            trees.append(join_lines(lines, context.colored))
    return "\n".join(trees)


def _guides_for(encoding: str) -> Guides:
    """Return lines of Unicode, or of ASCII if the encoding lacks them."""
    try:
        "".join(UNICODE).encode(encoding)
    except UnicodeEncodeError:
        return ASCII
    return UNICODE


def _draw_config(file: str, config: Overview, drawing: Drawing) -> Lines:
    folder = common_folder_of(config)
    groups = group_stores(config, database_labels(config, folder))
    name = file
    if config.place:
        name = f"{file} ({config.place})"
    head = f"{short_text(name)}: {STYLES[config.style]}"
    if config.style in (CATALOG_STYLE, MIXED):
        head += f", shown as {format_release(config.release)} reads it"
    yield from drawing.folded(head, "strong")
    yield from _draw_releases(config.fit, drawing)
    if folder:
        yield from drawing.folded(f"files are in {full_text(folder)}")
    # A long name is folded, so that there is room for the details behind it.
    names = [columns(short_text(each.consumer)) for each in config.stores]
    name_width = min(MAX_NAME_WIDTH, max(names, default=0))
    for group in groups:
        yield ""
        yield from _draw_group(group, config, name_width, drawing)
    yield from _draw_remarks(config, drawing)


def _draw_releases(fit: DetectedReleases, drawing: Drawing) -> Lines:
    """Yield which releases the file can be for, and the lines that prove or
    contradict it.
    """
    word = "fits"
    if fit.against:
        word = "fits best"
    yield from drawing.folded(f"{word} {describe_releases(fit.releases)}")
    for each in fit.proof:
        words = f"{short_text(each.what)} only in {describe_releases(each.releases)}"
        yield from drawing.folded(f"  line {each.position.line}: {words}")
    for releases in dict.fromkeys(each.releases for each in fit.against):
        first, *others = (each for each in fit.against if each.releases == releases)
        words = f"but {short_text(first.what)} only in {describe_releases(releases)}"
        if others:
            words += f"; {len(others)} more like it"
        line = f"  line {first.position.line}: {words}"
        yield from drawing.folded(line, "warning")


def _draw_group(
    group: Group, config: Overview, name_width: int, drawing: Drawing
) -> Lines:
    yield from drawing.folded(group.heading, group.color)
    release = format_release(config.release)
    for store in group.stores[:-1]:
        guides = (drawing.guides.store, drawing.guides.more)
        yield from _draw_store(store, guides, name_width, release, drawing)
    for store in group.stores[-1:]:
        guides = (drawing.guides.last, drawing.guides.after)
        yield from _draw_store(store, guides, name_width, release, drawing)


def _draw_store(
    store: StoreEntry,
    guides: tuple[str, str],
    name_width: int,
    release: str,
    drawing: Drawing,
) -> Lines:
    """Yield one store in three columns: its name, its line, where in the
    database it is.
    """
    place = "default"
    if not store.implied:
        place = f"line {store.position.line}"
    middle = f"  {place:<9}  "
    color, remark = _remark_on(store, release)
    details = "; ".join(filter(None, (describe_rows(store), remark)))
    guide, further = guides
    room = drawing.width - len(guide) - name_width - len(middle)
    names = fold(short_text(store.consumer), name_width)
    for name, detail in zip_longest(names, fold(details, room), fillvalue=""):
        padding = " " * (name_width - columns(name))
        row = f"{name}{padding}{middle}{detail}".rstrip()
        yield paint(guide, "dim") + paint(row, color)
        guide, middle = further, " " * len(middle)


def _remark_on(store: StoreEntry, release: str) -> tuple[str, str]:
    """Return the color of a store, and what else is to be said of it."""
    if store.status == UNREAD:
        return "warning", f"not read by {release}"
    if store.status == WRONG_FAMILY:
        return "error", f"a {store.family} store on a backend of the other family"
    color = ""
    if store.status == DANGLING:
        color = "error"
    return color, describe_condition(store)


def describe_condition(store: StoreEntry) -> str:
    """Return when the provider of a store is on, '' for always."""
    if store.disabled:
        return "off"
    if store.variable:
        return f"only with ${store.variable}"
    return ""


def _draw_remarks(config: Overview, drawing: Drawing) -> Lines:
    remarks = [
        (f"line {each.position.line}: {short_text(each.message)}", "error")
        for each in config.unreadable
    ]
    if config.without_stores:
        counts = [f"{short_text(api)} {count}" for api, count in config.without_stores]
        remarks.append((f"providers without stores: {', '.join(counts)}", ""))
    if any(_has_ignored_namespace(each) for each in config.stores):
        release = format_release(config.release)
        words = "ignores namespaces on sqlite: stores on one file share their keys"
        remarks.append((f"{release} {words}", ""))
    if remarks:
        yield ""
    for text, color in remarks:
        yield from drawing.folded(text, color)


def _has_ignored_namespace(store: StoreEntry) -> bool:
    location = store.location
    has_prefix = location is None or location.prefix != ""
    return store.family == "kv" and store.name != "" and not has_prefix
