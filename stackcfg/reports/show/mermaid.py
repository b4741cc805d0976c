"""Overviews as a Mermaid flowchart for a pull request or a README: stores,
backends, databases.

Every node has a made-up id, every label is quoted and its special characters
are entities, so that nothing in a config can break the chart. Several configs
are subgraphs of one chart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from stackcfg.releases.versions import Release, format_release
from stackcfg.reports.console.colors import Lines
from stackcfg.reports.show.formats import Context
from stackcfg.reports.show.labels import (
    database_labels,
    database_name,
    describe_rows,
    short_text,
)
from stackcfg.reports.show.tree import describe_condition
from stackcfg.show.entries import (
    BY_VARIABLE,
    CATALOG_STYLE,
    DANGLING,
    UNREAD,
    USED,
    WRONG_FAMILY,
    StoreEntry,
)
from stackcfg.show.overview import FileOverview, Overview
from stackcfg.stores.store_map import Location

CLASSES: Final = (
    "classDef missing stroke:red,stroke-width:2px,stroke-dasharray:5",
    "classDef unused stroke:gray,stroke-dasharray:5",
)
INDENT: Final = "    "
RECTANGLE: Final = ("[", "]")
ROUNDED: Final = ("(", ")")
CYLINDER: Final = ("[(", ")]")
UNDEFINED: Final = {
    DANGLING: "not defined",
    UNREAD: "not defined",
    BY_VARIABLE: "named by a variable",
}
"""What is said of a backend that is not in the catalog, by the status of its store."""

# '%%' begins a comment or a directive even inside quotes.
_ENTITIES: Final = str.maketrans({each: f"#{ord(each)};" for each in '#&<>"`%\\'})


class Chart:
    """The lines of a flowchart; a node is drawn when it is first asked for."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._ids: dict[tuple[object, ...], str] = {}

    def node(
        self,
        key: tuple[object, ...],
        kind: str,
        shape: tuple[str, str],
        words: Iterable[str],
    ) -> str:
        """Return the id of the node of a key."""
        # Names of a config could be words of Mermaid, so ids are made up.
        if key not in self._ids:
            self._ids[key] = f"{kind}{len(self._ids) + 1}"
            label = "<br/>".join(escape(each) for each in words if each) or " "
            self.add(f'{self._ids[key]}{shape[0]}"{label}"{shape[1]}')
        return self._ids[key]

    def edge(self, start: str, end: str, words: str = "", dotted: bool = False) -> None:
        """Add an arrow, with words on it if there are any."""
        arrow = "-->"
        if dotted:
            arrow = "-.->"
        if words:
            arrow += f'|"{escape(words)}"|'
        self.add(f"{start} {arrow} {end}")

    def add(self, line: str) -> None:
        """Add one line as it is."""
        self.lines.append(line)


def render(overviews: Sequence[FileOverview], _context: Context) -> str:
    """Return all configs as one flowchart, nothing if there are none."""
    configs = [(each.file, config) for each in overviews for config in each.configs]
    if not configs:
        return ""
    chart = Chart()
    if len(configs) == 1:
        _add_config(chart, 0, configs[0][1])
    else:
        for index, (file, config) in enumerate(configs):
            name = file
            if config.place:
                name = f"{file} ({config.place})"
            chart.add(f'subgraph f{index + 1}["{escape(short_text(name))}"]')
            _add_config(chart, index, config)
            chart.add("end")
    lines = ["flowchart LR", *_indent(chart.lines), *_used_classes(chart.lines)]
    return "".join(f"{line}\n" for line in lines)


def escape(text: str) -> str:
    """Return text as it can be in a quoted label; two dollars would begin a formula."""
    return text.translate(_ENTITIES).replace("$$", "#36;#36;")


def _indent(lines: Iterable[str]) -> Lines:
    depth = 1
    for line in lines:
        if line == "end":
            depth -= 1
        yield INDENT * depth + line
        if line.startswith("subgraph "):
            depth += 1


def _used_classes(lines: Iterable[str]) -> Lines:
    """Yield the definitions of the classes that some node has."""
    used = {line.split()[-1] for line in lines if line.startswith("class ")}
    for definition in CLASSES:
        if definition.split()[1] in used:
            yield INDENT + definition


def _add_config(chart: Chart, index: int, config: Overview) -> None:
    labels = database_labels(config)
    for backend in config.backends:
        words = [short_text(backend.name), short_text(backend.type)]
        if not backend.users:
            words.append("unused")
        node = chart.node((index, "backend", backend.name), "b", ROUNDED, words)
        if backend.location:
            chart.edge(node, _database(chart, index, backend.location, labels))
        if not backend.users:
            chart.add(f"class {node} unused")
    for number, store in enumerate(config.stores):
        words = [short_text(store.consumer), describe_condition(store)]
        node = chart.node((index, number, "store"), "c", RECTANGLE, words)
        label = _edge_label(store, config.release)
        dotted = store.status != USED
        if store.style == CATALOG_STYLE:
            chart.edge(node, _backend(chart, index, store), label, dotted)
        elif store.location:
            database = _database(chart, index, store.location, labels)
            chart.edge(node, database, label, dotted)


def _edge_label(store: StoreEntry, release: Release) -> str:
    remark = ""
    if store.status == UNREAD:
        remark = f"not read by {format_release(release)}"
    elif store.status == WRONG_FAMILY:
        remark = f"a {store.family} store"
    return "; ".join(filter(None, (describe_rows(store), remark)))


def _backend(chart: Chart, index: int, store: StoreEntry) -> str:
    """Return the node of the backend of a reference; an undefined one has its
    own look.
    """
    lines_before = len(chart.lines)
    words = (short_text(store.backend), UNDEFINED.get(store.status, ""))
    node = chart.node((index, "backend", store.backend), "b", ROUNDED, words)
    is_new = len(chart.lines) > lines_before
    if is_new and store.status == DANGLING:
        chart.add(f"class {node} missing")
    return node


def _database(
    chart: Chart, index: int, location: Location, labels: Mapping[str, str]
) -> str:
    name = database_name(location)
    return chart.node((index, "database", name), "d", CYLINDER, (labels[name],))
