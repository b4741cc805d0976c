"""Overviews as a Mermaid flowchart for a pull request or a README.

Every node has a made-up id, every label is quoted and its special
characters are entities, so that nothing in a config can break the
chart. Several configs are subgraphs of one chart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from stackcfg.light_typing import TYPE_CHECKING, Final
from stackcfg.releases.versions import Release, format_release
from stackcfg.reports.console.colors import Lines
from stackcfg.reports.show.formats import Context
from stackcfg.reports.show.labels import (
    config_name,
    database_labels,
    database_name,
    describe_condition,
    describe_rows,
    join_words,
    short_text,
)
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
from stackcfg.show.volumes import ON_VOLUME
from stackcfg.stores.store_map import Location

if TYPE_CHECKING:
    from stackcfg.show.deployments import DeploymentOverview

CLASSES: Final = {
    "missing": "stroke:red,stroke-width:2px,stroke-dasharray:5",
    "unused": "stroke:gray,stroke-dasharray:5",
}
INDENT: Final = "    "
STORE, BACKEND, DATABASE = "c", "b", "d"
SERVER, MOUNTED, VOLUME = "s", "m", "v"
BRACKETS: Final = {
    STORE: ("[", "]"),
    BACKEND: ("(", ")"),
    DATABASE: ("[(", ")]"),
    SERVER: ("[[", "]]"),
    MOUNTED: ("[", "]"),
    VOLUME: ("([", "])"),
}
"""What is around a node, by its kind; ids begin with the kind."""

UNDEFINED: Final = {
    DANGLING: "not defined",
    UNREAD: "not defined",
    BY_VARIABLE: "named by a variable",
}
"""What is said of a backend that is not in the catalog, by the status
of its store.
"""

# '%%' begins a comment or a directive even inside quotes.
_ENTITIES: Final = str.maketrans({each: f"#{ord(each)};" for each in '#&<>"`%\\'})


class Chart:
    """The lines of a flowchart; a node is drawn when it is first asked for."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.classes: set[str] = set()
        self._count = 0
        self._ids: dict[tuple[str, object], str] = {}
        self._labels: Mapping[str, str] = {}

    def begin(self, config: Overview | None = None) -> None:
        """Begin with a config or deployment, which shares no node with
        the one before.
        """
        self._ids = {}
        self._labels = {}
        if config is not None:
            self._labels = database_labels(config)

    def has(self, kind: str, key: object) -> bool:
        """Return whether the config has this node already."""
        return (kind, key) in self._ids

    def node(self, kind: str, key: object, *words: str) -> str:
        """Return the id of a node of the config."""
        if not self.has(kind, key):
            # Names of a config could be words of Mermaid, so ids are made up.
            self._count += 1
            self._ids[kind, key] = f"{kind}{self._count}"
            label = join_words("<br/>", *map(escape, words)) or " "
            before, behind = BRACKETS[kind]
            self.lines.append(f'{self._ids[kind, key]}{before}"{label}"{behind}')
        return self._ids[kind, key]

    def database(self, location: Location) -> str:
        """Return the id of the node of a database."""
        name = database_name(location)
        return self.node(DATABASE, name, self._labels[name])

    def edge(self, start: str, end: str, words: str = "", dotted: bool = False) -> None:
        """Add an arrow, with words on it if there are any."""
        arrow = "-->"
        if dotted:
            arrow = "-.->"
        if words:
            arrow += f'|"{escape(words)}"|'
        self.lines.append(f"{start} {arrow} {end}")

    @contextmanager
    def frame(self, name: str, title: str) -> Iterator[None]:
        """Draw a frame with a title around what is added inside."""
        self.lines.append(f'subgraph {name}["{escape(title)}"]')
        yield
        self.lines.append("end")

    def mark(self, node: str, name: str) -> None:
        """Give a node a class."""
        self.classes.add(name)
        self.lines.append(f"class {node} {name}")


def render(overviews: Sequence[FileOverview], _context: Context) -> str:
    """Return all configs as one flowchart, nothing if there are none."""
    configs = [(each.file, config) for each in overviews for config in each.configs]
    deployments = [(o.file, each) for o in overviews for each in o.deployments]
    if not configs and not deployments:
        return ""
    chart = Chart()
    _add_deployments(chart, deployments)
    if len(configs) == 1 and not deployments:
        _add_config(chart, configs[0][1])
    else:
        _add_configs(chart, configs)
    return "".join(f"{line}\n" for line in _all_lines(chart))


def _add_deployments(
    chart: Chart, deployments: Sequence[tuple[str, DeploymentOverview]]
) -> None:
    for number, (file, deployment) in enumerate(deployments, 1):
        title = short_text(f"{file} ({deployment.kind}/{deployment.name})")
        with chart.frame(f"o{number}", title):
            _add_deployment(chart, deployment)


def _add_configs(chart: Chart, configs: Sequence[tuple[str, Overview]]) -> None:
    for number, (file, config) in enumerate(configs, 1):
        with chart.frame(f"f{number}", config_name(file, config)):
            _add_config(chart, config)


def _all_lines(chart: Chart) -> Lines:
    yield "flowchart LR"
    yield from _indent(chart.lines)
    for name, style in CLASSES.items():
        if name in chart.classes:
            yield f"{INDENT}classDef {name} {style}"


def escape(text: str) -> str:
    """Return text as it can be in a quoted label; two dollars would
    begin a formula.
    """
    return text.translate(_ENTITIES).replace("$$", "#36;#36;")


def _indent(lines: Iterable[str]) -> Lines:
    depth = 1
    for line in lines:
        if line == "end":
            depth -= 1
        yield INDENT * depth + line
        if line.startswith("subgraph "):
            depth += 1


def _add_deployment(chart: Chart, deployment: DeploymentOverview) -> None:
    chart.begin()
    name = short_text(deployment.name)
    server = chart.node(SERVER, "", deployment.kind, name, short_text(deployment.runs))
    for volume in deployment.volumes:
        words = short_text(volume.name) or short_text(volume.what)
        node = chart.node(VOLUME, volume.name, words)
        chart.edge(server, node, short_text(volume.folder))
    config = deployment.config
    if config is None:
        return
    source = config.source
    words = short_text(source.key)
    node = chart.node(MOUNTED, source.name, source.kind, short_text(source.name), words)
    chart.edge(server, node)
    if not source.line:
        chart.mark(node, "missing")
    for database in config.databases:
        backend = chart.node(BACKEND, database.name, short_text(database.name))
        chart.edge(node, backend)
        label = database.location._replace(table="", prefix="").describe()
        stored = chart.node(DATABASE, database.name, short_text(label))
        chart.edge(backend, stored)
        if chart.has(VOLUME, database.volume) and database.where == ON_VOLUME:
            chart.edge(stored, chart.node(VOLUME, database.volume), "on", dotted=True)


def _add_config(chart: Chart, config: Overview) -> None:
    chart.begin(config)
    for backend in config.backends:
        words = [short_text(backend.name), short_text(backend.type)]
        if not backend.users:
            words.append("unused")
        node = chart.node(BACKEND, backend.name, *words)
        if backend.location:
            chart.edge(node, chart.database(backend.location))
        if not backend.users:
            chart.mark(node, "unused")
    for number, store in enumerate(config.stores):
        name = short_text(store.store)
        node = chart.node(STORE, number, name, describe_condition(store))
        if store.style == CATALOG_STYLE:
            end = _backend(chart, store)
        elif store.location:
            end = chart.database(store.location)
        else:
            continue
        label = _edge_label(store, config.release)
        chart.edge(node, end, label, dotted=store.status != USED)


def _edge_label(store: StoreEntry, release: Release) -> str:
    remark = ""
    if store.status == UNREAD:
        remark = f"not read by {format_release(release)}"
    elif store.status == WRONG_FAMILY:
        remark = f"a {store.family} store"
    return join_words("; ", describe_rows(store), remark)


def _backend(chart: Chart, store: StoreEntry) -> str:
    """Return the node of the backend of a reference; an undefined one
    is marked.
    """
    is_new = not chart.has(BACKEND, store.backend)
    undefined = UNDEFINED.get(store.status, "")
    node = chart.node(BACKEND, store.backend, short_text(store.backend), undefined)
    if is_new and store.status == DANGLING:
        chart.mark(node, "missing")
    return node
