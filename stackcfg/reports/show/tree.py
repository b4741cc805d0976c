"""An overview for people: a tree of backends or databases with the stores on them, in 80 columns or the terminal's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final, NamedTuple

from stackcfg.loading.release_fit import DetectedReleases
from stackcfg.redaction.secrets import mask_secrets
from stackcfg.releases.families import describe_releases
from stackcfg.releases.versions import format_release
from stackcfg.reports.console.characters import columns, flat
from stackcfg.reports.console.colors import paint
from stackcfg.reports.console.folding import fold
from stackcfg.reports.console.locations import common_folder, short_variables
from stackcfg.show.overview import (
    BY_VARIABLE,
    CATALOG_STYLE,
    DANGLING,
    INLINE_STYLE,
    MIXED,
    NO_STORES,
    UNREAD,
    WRONG_FAMILY,
    BackendEntry,
    FileOverview,
    Overview,
    StoreEntry,
)
from stackcfg.stores.store_map import KV_TABLE, Location, file_identity
from stackcfg.stores.visibility import StoreVisibility

WIDTH: Final = 80
LEAST_WIDTH: Final = 60
CONSUMER_ROOM: Final = 34
STYLES: Final = {
    CATALOG_STYLE: "a storage catalog",
    INLINE_STYLE: "stores given in place",
    MIXED: "a storage catalog and stores given in place",
    NO_STORES: "no stores given",
}


class Guides(NamedTuple):
    """What is drawn in front of a store and of its further lines, and of the last store of a group."""

    store: str
    more: str
    last: str
    after: str


UNICODE: Final = Guides("├── ", "│   ", "└── ", "    ")
INDENT: Final = "    "
ASCII: Final = Guides("|-- ", "|   ", "`-- ", "    ")


def guides_for(encoding: str) -> Guides:
    """Return the lines of Unicode, or those of ASCII where an encoding lacks them."""
    try:
        "".join(UNICODE).encode(encoding)
    except UnicodeEncodeError:
        return ASCII
    return UNICODE


@dataclass(frozen=True, slots=True)
class Look:
    """How a tree is drawn: its columns, in color or not, with the lines of Unicode or of ASCII."""

    width: int = WIDTH
    colored: bool = False
    guides: Guides = UNICODE

    @property
    def room(self) -> int:
        """The columns to fill."""
        return max(self.width or WIDTH, LEAST_WIDTH)


class Group(NamedTuple):
    """Stores under one heading."""

    name: str
    about: str
    color: str
    stores: list[StoreEntry]


def render(found: FileOverview, look: Look) -> Iterator[str]:
    """One file, config by config, as lines."""
    for index, config in enumerate(found.configs):
        if index:
            yield ""
        name = f"{found.file} ({config.place})" if config.place else found.file
        yield from _config(name, config, format_release(config.release), look)


def _config(name: str, config: Overview, release: str, look: Look) -> Iterator[str]:
    folder = folder_of(config)
    labels = database_labels(config, folder)
    shown = (
        f", shown as {release} reads it"
        if config.style in (CATALOG_STYLE, MIXED)
        else ""
    )
    yield from _folded(f"{said(name)}: {STYLES[config.style]}{shown}", look, "strong")
    yield from _releases(config.fit, look)
    if folder:
        yield from _folded(f"files are in {in_full(folder)}", look)
    groups = [*_backend_groups(config, labels), *_inline_groups(config, labels)]
    size = min(
        CONSUMER_ROOM,
        max((columns(said(each.consumer)) for each in config.stores), default=0),
    )
    for group in groups:
        yield ""
        yield from _folded(f"{group.name}  {group.about}".strip(), look, group.color)
        for store in group.stores:
            yield from _store(store, release, size, store is group.stores[-1], look)
    yield from _end(config, release, look)


def _releases(fit: DetectedReleases, look: Look) -> Iterator[str]:
    """What the file can be for, and the lines that say so, or that speak against it."""
    word = "fits best" if fit.against else "fits"
    yield from _folded(f"{word} {describe_releases(fit.releases)}", look)
    for each in fit.proof:
        yield from _folded(
            f"  line {each.position.line}: {said(each.what)} only in {describe_releases(each.releases)}",
            look,
        )
    for releases in dict.fromkeys(each.releases for each in fit.against):
        first, *others = (each for each in fit.against if each.releases == releases)
        words = f"but {said(first.what)} only in {describe_releases(releases)}"
        more = f"; {len(others)} more like it" if others else ""
        yield from _folded(
            f"  line {first.position.line}: {words}{more}", look, "warning"
        )


def _backend_groups(config: Overview, labels: Mapping[str, str]) -> Iterator[Group]:
    """The backends in their order, then the names that stand for none."""
    references = [each for each in config.stores if each.style == CATALOG_STYLE]
    defined = {each.name for each in config.backends}
    for backend in config.backends:
        color = "strong" if backend.users else "warning"
        users = [each for each in references if each.backend == backend.name]
        yield Group(said(backend.name), _about(backend, labels), color, users)
    for name in dict.fromkeys(
        each.backend for each in references if each.backend not in defined
    ):
        users = [each for each in references if each.backend == name]
        by_variable = any(each.status == BY_VARIABLE for each in users)
        words = "named by a variable" if by_variable else "not defined"
        yield Group(
            said(name) or "''", words, "strong" if by_variable else "error", users
        )


def _about(backend: BackendEntry, labels: Mapping[str, str]) -> str:
    where = (
        labels[database(backend.location)]
        if backend.location
        else "of no type that is known"
    )
    words = [
        said(backend.type),
        where,
        f"line {backend.position.line}",
        "" if backend.users else "unused",
    ]
    return "  ".join(word for word in words if word)


def _inline_groups(config: Overview, labels: Mapping[str, str]) -> Iterator[Group]:
    """The stores given in place, by the database that they are in."""
    found: dict[str, list[StoreEntry]] = {}
    for each in config.stores:
        if each.style == INLINE_STYLE and each.location is not None:
            found.setdefault(database(each.location), []).append(each)
    for name, stores in found.items():
        location = stores[0].location
        engine = said(location.engine) if location and location.file is not None else ""
        yield Group(labels[name], engine, "strong", stores)


def _store(
    store: StoreEntry, release: str, size: int, last: bool, look: Look
) -> Iterator[str]:
    """One store: its consumer, its line, where in the database it is; each in a column of its own."""
    line = "default" if store.implied else f"line {store.position.line}"
    head = f"{line:<9}  "
    color, words = _remark(store, release)
    details = "; ".join(each for each in (inside(store), words) if each)
    guides = look.guides
    room = look.room - len(guides.store) - size - 2 - len(head)
    cells = zip_longest(
        fold(said(store.consumer), size), fold(details, room), fillvalue=""
    )
    for index, (consumer, detail) in enumerate(cells):
        guide = (
            (guides.last if last else guides.store)
            if not index
            else guides.after
            if last
            else guides.more
        )
        padded = consumer + " " * (size - columns(consumer) + 2)
        text = f"{padded}{head if not index else ' ' * len(head)}{detail}".rstrip()
        yield paint(guide, "frame", look.colored) + paint(
            text, color, look.colored and bool(color)
        )


def _remark(store: StoreEntry, release: str) -> tuple[str, str]:
    """What else is to be said of a store, and in which color."""
    if store.status == UNREAD:
        return "warning", f"not read by {release}"
    if store.status == WRONG_FAMILY:
        return "error", f"a {store.family} store on a backend of the other family"
    color = "error" if store.status == DANGLING else ""
    if store.disabled:
        return color, "off"
    return color, f"only with ${store.variable}" if store.variable else ""


def inside(store: StoreEntry) -> str:
    """Where in its database a store is: the table, the beginning of its keys."""
    place, named = store.location, "namespace" if store.family == "kv" else "table"
    if place is None:
        return f"{named} {said(store.name)}" if store.name else ""
    words = [] if place.table in ("", KV_TABLE) else [f"table {said(place.table)}"]
    if words and store.family == "sql" and store.name not in ("", place.table):
        words.append(f"'{said(store.name)}' is ignored")
    if place.prefix:
        words.append(f"keys {said(place.prefix)}:*")
    elif store.family == "kv" and store.name:
        words.append(f"namespace {said(store.name)}")
    elif not words:
        words.append(store.family)
    return ", ".join(words)


def _end(config: Overview, release: str, look: Look) -> Iterator[str]:
    lines = [
        (f"line {each.position.line}: {said(each.message)}", "error")
        for each in config.unreadable
    ]
    if config.without_stores:
        counts = ", ".join(
            f"{said(api)} {count}" for api, count in config.without_stores
        )
        lines.append((f"providers without stores: {counts}", ""))
    if any(_ignores_namespace(each) for each in config.stores):
        lines.append(
            (
                f"{release} ignores namespaces on sqlite: stores on one file share their keys",
                "",
            )
        )
    if lines:
        yield ""
    for text, color in lines:
        yield from _folded(text, look, color)


def _ignores_namespace(store: StoreEntry) -> bool:
    place = store.location
    return (
        store.family == "kv"
        and store.name != ""
        and place is not None
        and not place.prefix
    )


def database(place: Location) -> str:
    """A database in words, the same for every spelling of one file; without credentials, placeholders as written."""
    fields = dict(place.connection)
    if place.file is not None:
        return file_identity(place.file) if "${" not in place.file else place.file
    if fields.get("db_path") and not fields.get(
        "host"
    ):  # an engine that a variable chooses
        return f"{place.engine} {fields['db_path']}"
    return place._replace(table="", prefix="").describe()


def _databases(config: Overview) -> dict[str, Location]:
    """The databases of a config by what they are called."""
    places = [
        *(each.location for each in config.backends),
        *(each.location for each in config.stores),
    ]
    return {database(place): place for place in places if place is not None}


def folder_of(config: Overview) -> str:
    """The folder that most sqlite files of a config are in; empty when no two share one."""
    files = [
        name for name, place in _databases(config).items() if place.file is not None
    ]
    return common_folder(
        tuple(
            StoreVisibility("", Location("sqlite", (("db_path", name),)), None, "", "")
            for name in files
        )
    )


def database_labels(config: Overview, folder: str = "") -> dict[str, str]:
    """How the databases of a config are shown: in few words, in full where those would say the same of two places."""
    short = {
        name: _short(name, place, folder) for name, place in _databases(config).items()
    }
    often = Counter(short.values())
    alike = said(folder) or "\n"
    return {
        name: in_full(name) if often[words] > 1 or words.startswith(alike) else words
        for name, words in short.items()
    }


def _short(name: str, place: Location, folder: str) -> str:
    elsewhere = folder and place.file is not None and not name.startswith(folder)
    return f"{'./' if elsewhere and _is_relative(name) else ''}{said(name, folder)}"


def _is_relative(path: str) -> bool:
    """Whether a path is one below the folder that the server runs in, which a reader could take for the common one."""
    return not path.startswith(("/", "~", "$", "{", "../", ":")) and path[1:2] != ":"


def said(text: str, folder: str = "") -> str:
    """A text of the file as it may be shown: no secrets, placeholders by their name, on one line."""
    return flat(short_variables(mask_secrets(text.removeprefix(folder))))


def in_full(text: str) -> str:
    """A text of the file as it stands there, but for secrets, on one line."""
    return flat(mask_secrets(text))


def _folded(text: str, look: Look, color: str = "") -> Iterator[str]:
    """A text in lines that fit, the further ones indented."""
    for line in fold(text, look.room, INDENT):
        yield paint(line, color, look.colored and bool(color))
