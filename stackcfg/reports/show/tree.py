"""An overview for people: a tree of backends or databases with their stores."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from stackcfg.light_typing import Final, NamedTuple
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
    config_name,
    database_labels,
    describe_condition,
    describe_rows,
    draw_judgements,
    full_text,
    join_words,
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
from stackcfg.show.overview import (
    MIXED,
    NO_STORES,
    FileOverview,
    Overview,
)

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
    """The lines of a tree: before a store and before its further rows."""

    store: tuple[str, str]
    last_store: tuple[str, str]


UNICODE: Final = Guides(("├── ", "│   "), ("└── ", "    "))
ASCII: Final = Guides(("|-- ", "|   "), ("`-- ", "    "))


class Drawing(NamedTuple):
    """One config and how its tree is drawn; names of stores have
    `name_width` columns.
    """

    config: Overview
    width: int
    guides: Guides
    name_width: int
    verbose: bool = False

    @property
    def release(self) -> str:
        """The release whose reading of references is shown."""
        return format_release(self.config.release)

    def folded(self, text: str, color: str = "") -> Lines:
        """Yield text in lines that fit, the further ones indented."""
        for line in fold(text, self.width, INDENT):
            yield paint(line, color)


def render(overviews: Sequence[FileOverview], context: Context) -> str:
    """Return the configs of all files as trees, with an empty line
    between them.
    """
    width = max(context.width or DEFAULT_WIDTH, LEAST_WIDTH)
    guides = _guides_for(context.encoding)
    trees = []
    for overview in overviews:
        for deployment in overview.deployments:
            # only manifests have deployments
            from stackcfg.reports.show.deployment_tree import draw_deployment

            lines = draw_deployment(overview.file, deployment, width, guides is UNICODE)
            trees.append(join_lines(lines, context.colored))
        for config in overview.configs:
            names = [columns(short_text(each.store)) for each in config.stores]
            # A long name is folded, so that there is room for the details
            # behind it.
            name_width = min(MAX_NAME_WIDTH, max(names, default=0))
            drawing = Drawing(config, width, guides, name_width, context.verbose)
            lines = _draw_config(overview.file, drawing)
            trees.append(join_lines(lines, context.colored))
    return "\n".join(trees)


def _guides_for(encoding: str) -> Guides:
    """Return lines of Unicode, or of ASCII if the encoding lacks them."""
    try:
        "├│└─".encode(encoding)
    except UnicodeEncodeError:
        return ASCII
    return UNICODE


def _draw_config(file: str, drawing: Drawing) -> Lines:
    config = drawing.config
    folder = common_folder_of(config)
    head = f"{config_name(file, config)}: {STYLES[config.style]}"
    if config.style in (CATALOG_STYLE, MIXED):
        head += f", shown as {drawing.release} reads it"
    yield from drawing.folded(head, "strong")
    if drawing.verbose:
        yield from drawing.folded("evidence of a run config")
        yield from draw_judgements(config.judgements, drawing.width)
    yield from _draw_releases(config.fit, drawing)
    if folder:
        yield from drawing.folded(f"files are in {full_text(folder)}")
    for group in group_stores(config, database_labels(config, folder)):
        yield ""
        yield from _draw_group(group, drawing)
    yield from _draw_remarks(drawing)


def _draw_releases(fit: DetectedReleases, drawing: Drawing) -> Lines:
    """Yield which releases the file can be for, and the lines that
    prove or contradict it.
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


def _draw_group(group: Group, drawing: Drawing) -> Lines:
    yield from drawing.folded(group.heading, group.color)
    for store in group.stores[:-1]:
        yield from _draw_store(store, drawing.guides.store, drawing)
    for store in group.stores[-1:]:
        yield from _draw_store(store, drawing.guides.last_store, drawing)


def _draw_store(store: StoreEntry, guides: tuple[str, str], drawing: Drawing) -> Lines:
    """Yield one store in three columns: its name, its line, where in
    the database it is.
    """
    place = "default"
    if not store.implied:
        place = f"line {store.position.line}"
    middle = f"  {place:<9}  "
    color, remark = _remark_on(store, drawing.release)
    guide, further = guides
    room = drawing.width - len(guide) - drawing.name_width - len(middle)
    names = fold(short_text(store.store), drawing.name_width)
    details = fold(join_words("; ", describe_rows(store), remark), room)
    for name, detail in zip_longest(names, details, fillvalue=""):
        padding = " " * (drawing.name_width - columns(name))
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


def _draw_remarks(drawing: Drawing) -> Lines:
    config = drawing.config
    remarks = [
        (f"line {each.position.line}: {short_text(each.message)}", "error")
        for each in config.unreadable
    ]
    if config.without_stores:
        counts = [f"{short_text(api)} {count}" for api, count in config.without_stores]
        remarks.append((f"providers without stores: {', '.join(counts)}", ""))
    if any(_has_ignored_namespace(each) for each in config.stores):
        words = "ignores namespaces on sqlite: stores on one file share their keys"
        remarks.append((f"{drawing.release} {words}", ""))
    if remarks:
        yield ""
    for text, color in remarks:
        yield from drawing.folded(text, color)


def _has_ignored_namespace(store: StoreEntry) -> bool:
    location = store.location
    if store.family != "kv" or not store.name or not location:
        return False
    return not location.prefix
