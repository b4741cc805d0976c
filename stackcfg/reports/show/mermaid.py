"""Overviews as a Mermaid flowchart for a pull request or a README: consumers, backends, databases.

Every node has a made-up id, every label is quoted and its special characters are entities, so that nothing in a
config can break the chart. Several configs are subgraphs of one chart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from stackcfg.releases.versions import Release
from stackcfg.releases.versions import format_release as version
from stackcfg.reports.show.tree import database, database_labels, inside, said
from stackcfg.show.overview import (
    BY_VARIABLE,
    CATALOG_STYLE,
    DANGLING,
    UNREAD,
    USED,
    WRONG_FAMILY,
    FileOverview,
    Overview,
    StoreEntry,
)
from stackcfg.stores.store_map import Location

CLASSES: Final = (
    "classDef missing stroke:red,stroke-width:2px,stroke-dasharray:5",
    "classDef unused stroke:gray,stroke-dasharray:5",
)
INDENT: Final = "    "
_ENTITIES: Final = str.maketrans(
    {
        each: f"#{ord(each)};" for each in '#&<>"`%\\'
    }  # '%%' begins a comment or a directive even inside quotes
)


class Chart:
    """The lines of a flowchart, with ids that are used once; equal databases of one config are one node."""

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
        """The id of a node, which is drawn when it is first asked for."""
        if key not in self._ids:
            self._ids[key] = f"{kind}{len(self._ids) + 1}"
            label = "<br/>".join(escaped(each) for each in words if each)
            self.add(f'{self._ids[key]}{shape[0]}"{label or " "}"{shape[1]}')
        return self._ids[key]

    def edge(self, start: str, end: str, words: str = "", dotted: bool = False) -> None:
        """An arrow, with words on it where there are any."""
        arrow = "-.->" if dotted else "-->"
        label = f'|"{escaped(words)}"|' if words else ""
        self.add(f"{start} {arrow}{label} {end}")

    def add(self, line: str) -> None:
        """One line as it is."""
        self.lines.append(line)


RECTANGLE: Final = ("[", "]")
ROUNDED: Final = ("(", ")")
CYLINDER: Final = ("[(", ")]")


def render(found: Sequence[FileOverview]) -> str:
    """All configs as one flowchart."""
    configs = [(each.file, config) for each in found for config in each.configs]
    chart = Chart()
    for index, (file, config) in enumerate(configs):
        if len(configs) > 1:
            name = f"{file} ({config.place})" if config.place else file
            chart.add(f'subgraph f{index + 1}["{escaped(said(name))}"]')
        _config(chart, index, config)
        if len(configs) > 1:
            chart.add("end")
    return "".join(
        f"{line}\n"
        for line in ("flowchart LR", *_indented(chart.lines), *_classes(chart.lines))
    )


def _indented(lines: Iterable[str]) -> Iterator[str]:
    depth = 1
    for line in lines:
        depth -= line == "end"
        yield INDENT * depth + line
        depth += line.startswith("subgraph ")


def _classes(lines: Iterable[str]) -> Iterator[str]:
    """The definitions of the classes that some node has."""
    used = {line.split()[-1] for line in lines if line.startswith("class ")}
    yield from (INDENT + each for each in CLASSES if each.split()[1] in used)


def _config(chart: Chart, index: int, config: Overview) -> None:
    labels = database_labels(config)
    for backend in config.backends:
        words = (
            said(backend.name),
            said(backend.type),
            "" if backend.users else "unused",
        )
        node = chart.node((index, "backend", backend.name), "b", ROUNDED, words)
        if backend.location is not None:
            chart.edge(node, _database(chart, index, backend.location, labels))
        if not backend.users:
            chart.add(f"class {node} unused")
    for number, store in enumerate(config.stores):
        _store(chart, (index, number), store, labels, config.release)


def _store(
    chart: Chart,
    key: tuple[int, int],
    store: StoreEntry,
    labels: Mapping[str, str],
    release: Release,
) -> None:
    condition = (
        "off"
        if store.disabled
        else f"only with ${store.variable}"
        if store.variable
        else ""
    )
    consumer = chart.node(
        (*key, "store"), "c", RECTANGLE, (said(store.consumer), condition)
    )
    remarks = {
        UNREAD: f"not read by {version(release)}",
        WRONG_FAMILY: f"a {store.family} store",
    }
    words = "; ".join(
        each for each in (inside(store), remarks.get(store.status, "")) if each
    )
    if store.style == CATALOG_STYLE:
        chart.edge(
            consumer, _backend(chart, key[0], store), words, dotted=store.status != USED
        )
    elif store.location is not None:
        chart.edge(
            consumer,
            _database(chart, key[0], store.location, labels),
            words,
            dotted=store.status != USED,
        )


def _backend(chart: Chart, index: int, store: StoreEntry) -> str:
    """The node of the backend that a store refers to; one of its own look where there is no such backend."""
    about = {
        DANGLING: "not defined",
        BY_VARIABLE: "named by a variable",
        UNREAD: "not defined",
    }.get(store.status, "")
    before = len(chart.lines)
    node = chart.node(
        (index, "backend", store.backend), "b", ROUNDED, (said(store.backend), about)
    )
    if len(chart.lines) > before and store.status == DANGLING:
        chart.add(f"class {node} missing")
    return node


def _database(
    chart: Chart, index: int, place: Location, labels: Mapping[str, str]
) -> str:
    name = database(place)
    return chart.node((index, "database", name), "d", CYLINDER, (labels[name],))


def escaped(text: str) -> str:
    """A text as it may stand in a quoted label."""
    return text.translate(_ENTITIES).replace(
        "$$", "#36;#36;"
    )  # two dollars begin a formula
