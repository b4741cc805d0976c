"""Values of a Helm chart that a container in its templates has: image, mounts, variables.

A value is changed in `values.yaml` where only servers have it. What
users of the chart set themselves they must set under the new name,
which is said there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import partial
from typing import Any, Final, NamedTuple

from stackcfg.deployment.changes import DeploymentChanges
from stackcfg.deployment.environment.regions import (
    FixedRegion,
    PlaceChanges,
    Region,
    ScalarRegion,
)
from stackcfg.deployment.environment.server import Server, SplitVariable, Variable
from stackcfg.deployment.environment.variable_sources import VariableSources
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.loading.errors import InputError
from stackcfg.manifests.containers import Container
from stackcfg.migration.changes import ACTION_REQUIRED, CHECK
from stackcfg.paths import Path
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.server_environment import (
    new_variable,
    renamed_variables,
    split_image,
)
from stackcfg.releases.versions import Release
from stackcfg.yamltext.document import (
    SCALAR,
    Document,
    Node,
    ParseError,
    walk_nodes,
)

_TEMPLATE: Final = lazy_pattern(r"(?:(?P<chart>.*)/)?templates/")
_ACTION: Final = lazy_pattern(
    r"\{\{-?\s*\.Values\.(?P<path>[\w.]+)"
    r"(?:\s*\|\s*(?:quote|squote|toString|trim|default\s+[\w.\"-]+))*\s*-?\}\}"
)
"""What writes a value as it is."""

_NAMED: Final = lazy_pattern(r"\.Values\.(?P<path>[\w.]+)")
_OTHER_VALUES: Final = lazy_pattern(r"(?:values[.-][\w.-]+|[\w.-]+[.-]values)\.ya?ml")
_PAIRS: Final = lazy_pattern(
    r"range\s+\$\w+\s*,\s*\$\w+\s*:=\s*\.Values\.(?P<path>[\w.]+)"
)
_CONDITION: Final = lazy_pattern(r"\{\{-?\s*(?:else\s+)?if\b[^}]*\}\}")


class ChartValues:
    """The values of one chart: its own, or those of another file in front of these."""

    def __init__(
        self,
        file: str,
        chart: str,
        document: Document,
        defaults: ChartValues | None = None,
    ) -> None:
        self.file = file
        self.chart = chart
        self.document = document
        self.defaults = defaults

    def node(self, path: str) -> Node | None:
        """Return the node at a path, which nothing else in the file repeats."""
        node: Node | None = self.document.root.target
        for part in path.strip(".").split("."):
            entry = None if node is None else node.entry(part)
            if entry is None or entry[1].named is not None or entry[1].anchor:
                return None
            node = entry[1]
        return node

    def find(self, path: str) -> tuple[ChartValues, Node] | None:
        """Return the node at a path, and the values that it is in."""
        node = self.node(path)
        if node is not None:
            return self, node
        if self.defaults is None:
            return None
        return self.defaults.find(path)

    def region(self, path: str) -> ValueRegion | None:
        """Return the string at a path; None where there is none."""
        found = self.find(path)
        if found is None or found[1].kind != SCALAR or found[1].is_null:
            return None
        return ValueRegion(*found)

    def fill(self, data: Any) -> Any:
        """Return data with the values that its strings name."""
        if isinstance(data, str):
            return _ACTION.sub(self._value_of, data)
        if isinstance(data, list):
            return [self.fill(each) for each in data]
        if isinstance(data, dict):
            return {key: self.fill(each) for key, each in data.items()}
        return data

    def _value_of(self, match: re.Match[str]) -> str:
        region = self.region(match["path"])
        if region is None:
            return match[0]
        return region.old


class ValueRegion(ScalarRegion):
    """A string in the values of a chart, which knows its file."""

    def __init__(self, values: ChartValues, node: Node) -> None:
        super().__init__(values.document, node)
        self.file = values.file


def chart_of(template: str) -> str | None:
    """Return what the paths of a template's chart begin with; None for other files."""
    match = _TEMPLATE.match(template)
    if match is None:
        return None
    return template[: match.end()].removesuffix("templates/")


def is_template(file: str) -> bool:
    """Return whether a file can be a template of a chart."""
    return _TEMPLATE.match(file) is not None


def is_written_image(files: DeploymentFiles, file: str, path: Path) -> bool:
    """Return whether a template of this run has a value as the image of a container."""
    chart = file[: file.rfind("/") + 1]
    name = re.escape(".".join(map(str, path)))
    pattern = re.compile(rf"(?m)^[ -]*image:.*\.Values\.{name}(?![\w.])")
    return any(
        each.startswith(f"{chart}templates/") and pattern.search(text)
        for each, text in files.texts.items()
    )


def find_values(files: DeploymentFiles, template: str) -> list[ChartValues]:
    """Return the values of the chart of a template that are in the run:
    its own first, then those of other files beside it, such as
    `values-prod.yaml`.
    """
    chart = chart_of(template)
    if chart is None:
        return []
    own = _read_values(files, chart, f"{chart}values.yaml", None)
    if own is None:
        return []
    others = [
        _read_values(files, chart, name, own)
        for name in files.texts
        if name != own.file and _OTHER_VALUES.fullmatch(name.removeprefix(chart))
    ]
    return [own, *filter(None, others)]


def _read_values(
    files: DeploymentFiles, chart: str, file: str, defaults: ChartValues | None
) -> ChartValues | None:
    if file not in files.texts:
        return None
    try:
        [document] = files.documents(file)
    except (InputError, ParseError, ValueError):
        return None
    return ChartValues(file, chart, document, defaults)


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


def _old_names() -> Collection[str]:
    return renamed_variables().keys()


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
            renamed = [each for each in listed.variables if each.name in _old_names()]
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


class ValueRegions:
    """Strings of a server that are values of its chart, and what becomes of them."""

    def __init__(self, filled: FilledContainer, server: Server) -> None:
        self._values = filled.values
        self._pairs: list[tuple[str, FixedRegion, ValueRegion]] = []
        self._template = server.image
        self._image: FixedRegion | None = None
        self._replace_image(server)
        server.mounts = [self._replace(each) for each in server.mounts]
        server.variables = [self._replace_value(each) for each in server.variables]

    def _replace(self, region: Region) -> Region:
        """Return the value that a string of the template is."""
        match = _ACTION.fullmatch(region.old)
        if match is None:
            return region
        value = self._values.region(match["path"])
        if value is None:
            return region
        fixed = FixedRegion(value.old, region.place(0))
        self._pairs.append((match["path"], fixed, value))
        return fixed

    def _replace_value(self, variable: Variable) -> Variable:
        """Return a variable with the value that a string of the template is."""
        if not isinstance(variable, SplitVariable) or variable.value_region is None:
            return variable
        value = self._replace(variable.value_region)
        return SplitVariable(variable.name_region, value)

    def _replace_image(self, server: Server) -> None:
        region = server.image
        if region is not None and _ACTION.search(region.old):
            image = self._values.fill(region.old)
            server.image = self._image = FixedRegion(image, region.place(0))

    def finish(self, changes: PlaceChanges, sources: VariableSources) -> None:
        """Write what has changed into the values; add to what is said of the server."""
        for path, fixed, value in self._pairs:
            if fixed.new != fixed.old:
                value.new = fixed.new
                self._write(path, value, sources)
        if self._template is not None and self._image is not None:
            self._change_image(self._template, self._image, changes, sources)

    def _write(self, path: str, value: ValueRegion, sources: VariableSources) -> None:
        place = PlaceChanges(value.file, f"value {path}")
        place.add_regions(value)
        sources.add_place(place)

    def _change_image(
        self,
        template: Region,
        image: FixedRegion,
        changes: PlaceChanges,
        sources: VariableSources,
    ) -> None:
        """Write the parts of the new image where those of the old one are."""
        if image.new == image.old:
            return
        written = template.old
        for match in _ACTION.finditer(template.old):
            region = self._values.region(match["path"])
            if region is None:
                continue
            region.new = _new_part(region.old, image)
            written = written.replace(match[0], region.new)
            if region.new != region.old:
                self._write(match["path"], region, sources)
        if written == image.new:
            return
        old, new = split_image(image.old), split_image(image.new)
        if written.replace(f":{old.tag}", f":{new.tag}") == image.new:
            template.new = template.old.replace(f":{old.tag}", f":{new.tag}")
            changes.add_regions(template)
            return
        message = f"the image must be '{image.new}'; write what is missing of it here"
        changes.note(ACTION_REQUIRED, message, template.place(0))


def _new_part(part: str, image: FixedRegion) -> str:
    """Return what a part of an image's name is in the new name."""
    old, new = split_image(image.old), split_image(image.new)
    parts = {image.old: image.new, old.name: new.name, old.tag: new.tag}
    if part in parts:
        return parts[part]
    registry = old.name.removesuffix(part)
    if registry.endswith("/") and new.name.startswith(registry):
        return new.name.removeprefix(registry)
    return part


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
