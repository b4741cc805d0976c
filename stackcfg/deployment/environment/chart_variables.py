"""Variables that a container in the templates of a Helm chart has from its values.

They are changed in `values.yaml` where only servers have them. What
users of the chart set themselves they must set under the new name,
which is said there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple

from stackcfg.deployment.changes import DeploymentChanges
from stackcfg.deployment.environment.chart_values import ChartValues
from stackcfg.deployment.environment.place_changes import PlaceChanges
from stackcfg.deployment.environment.regions import Region, ScalarRegion
from stackcfg.deployment.environment.server import Server, SplitVariable
from stackcfg.deployment.environment.variable_sources import VariableSources
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.manifests.containers import Container
from stackcfg.migration.changes import CHECK
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.server_environment import new_variable, renamed_variables
from stackcfg.releases.versions import Release
from stackcfg.yamltext.document import SCALAR, Node, walk_nodes

_NAMED: Final = lazy_pattern(r"\.Values\.(?P<path>[\w.]+)")
_PAIRS: Final = lazy_pattern(
    r"range\s+\$\w+\s*,\s*\$\w+\s*:=\s*\.Values\.(?P<path>[\w.]+)"
)
_CONDITION: Final = lazy_pattern(r"\{\{-?\s*(?:else\s+)?if\b[^}]*\}\}")


class FilledContainer:
    """A container of a template, and what it has from the values of its chart."""

    def __init__(self, own: Container, values: ChartValues) -> None:
        self.own = own
        self.values = values
        start, end = own.node.span
        # the lines of actions behind the last node belong to it as well
        column = own.document.lines.indent_at(start)
        rest = own.document.text[end:]
        behind = re.search(rf"(?m)^ {{0,{column}}}(?! )(?!\{{\{{)\S", rest)
        self.end = end + (behind.start() if behind else len(rest))
        self.text = own.document.text[start : self.end]
        self.lists = list(self._read_lists())

    @property
    def whole(self) -> Container:
        """The container with its values."""
        data = self.values.fill(dict(self.own.data))
        pod = self.values.fill(dict(self.own.pod))
        listed = [each for found in self.lists for each in found.variables]
        given = [{"name": each.name, "value": each.value} for each in listed]
        env = data.get("env")
        data["env"] = [*(env if isinstance(env, list) else ()), *given]
        return self.own._replace(data=data, pod=pod)

    def _read_lists(self) -> Iterator[_Listed]:
        """Yield the values that are variables."""
        pairs = {match["path"] for match in _PAIRS.finditer(self.text)}
        named = (match["path"] for match in _NAMED.finditer(self.text))
        for path in dict.fromkeys(named):
            place = self.values.find(path)
            if place is None:
                continue
            values, node = place
            found = list(_read_items(values, node))
            if path in pairs:
                found += _read_pairs(values, node)
            if found:
                yield _Listed(values, path, found)

    def inherit(
        self, server: Server, sources: VariableSources, files: DeploymentFiles
    ) -> None:
        """Let a server have the values of its chart."""
        for listed in self.lists:
            place = PlaceChanges(listed.values.file, f"value {listed.path}")
            others = partial(self._find_others, files, listed.path)
            sources.add(server, place, list(listed.variables), others)
            renamed = [
                each for each in listed.variables if each.name in renamed_variables()
            ]
            if renamed and listed.values.defaults is None:
                message = (
                    f"who sets '{listed.path}' in values of their own must use the new "
                    "names of these variables, too"
                )
                place.note(CHECK, message, renamed[0].place)

    def _find_others(
        self, files: DeploymentFiles, path: str, _name: str
    ) -> Iterator[str]:
        """Yield where else in the chart a value is named."""
        pattern = re.compile(rf"\.Values\.{re.escape(path)}(?![\w.])")
        for name, text in files.texts.items():
            if not name.startswith(f"{self.values.chart}templates/"):
                continue
            if name == self.own.file:
                start = self.own.node.start
                text = text[:start] + text[self.end :]
            if pattern.search(_CONDITION.sub("", text)):
                yield name


class _Listed(NamedTuple):
    """Variables that are a value of a chart: where, the path, what is there."""

    values: ChartValues
    path: str
    variables: list[SplitVariable]


def _read_items(values: ChartValues, node: Node) -> Iterator[SplitVariable]:
    """Yield the variables of a list as `env` has it."""
    for item in node.items:
        name, value = item.target.get("name"), item.target.get("value")
        is_variable = value is not None or item.target.get("valueFrom") is not None
        if name is not None and name.kind == SCALAR and is_variable:
            yield _variable(values, name, value, item.target.flow)


def _read_pairs(values: ChartValues, node: Node) -> Iterator[SplitVariable]:
    """Yield the variables of a mapping of names to values."""
    for key, value in node.entries:
        yield _variable(values, key, value, node.flow)


def _variable(
    values: ChartValues, name: Node, value: Node | None, flow: bool
) -> SplitVariable:
    text: Region | None = None
    if value is not None and value.kind == SCALAR and value.named is None:
        text = ScalarRegion(values.document, value, flow)
    return SplitVariable(ScalarRegion(values.document, name, flow), text)


def note_left(
    files: DeploymentFiles, filled: list[FilledContainer]
) -> DeploymentChanges:
    """Yield notes on variables among the values of charts that no
    server is known to have: a helper of the chart can write them.
    """
    known = {
        (listed.values.file, variable.place)
        for each in filled
        for listed in each.lists
        for variable in listed.variables
    }
    charts = {each.values.file: each.values for each in filled}
    for values in charts.values():
        changes = PlaceChanges(values.file, "values of the chart")
        found = list(_find_names(values, files.settings.release))
        for name, new, node in found:
            if (values.file, node.start) not in known:
                message = f"if the server has this: ogx reads '{new}', not '{name}'"
                changes.note(CHECK, message, node.start)
        if any((values.file, node.start) not in known for _, _, node in found):
            yield from changes.changes()


def _find_names(
    values: ChartValues, release: Release
) -> Iterator[tuple[str, str, Node]]:
    """Yield the variables that only servers have: the name, the new one, where."""
    for path, node in walk_nodes(values.document.root):
        keys = [key for key, _ in node.entries]
        if path[-1:] == ("name",) and node.kind == SCALAR:
            keys = [node]
        for key in keys:
            variable = renamed_variables().get(key.text)
            if variable is None or variable.is_shared:
                continue
            new = new_variable(key.text, release)
            if new:
                yield key.text, new, key
