"""The values of a Helm chart: its own, and those of other files beside them."""

from __future__ import annotations

import re
from typing import Any, Final

from stackcfg.deployment.environment.regions import ScalarRegion
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.loading.errors import InputError
from stackcfg.paths import Path
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.document import SCALAR, Document, Node, ParseError

_TEMPLATE: Final = lazy_pattern(r"(?:(?P<chart>.*)/)?templates/")
ACTION: Final = lazy_pattern(
    r"\{\{-?\s*\.Values\.(?P<path>[\w.]+)"
    r"(?:\s*\|\s*(?:quote|squote|toString|trim|default\s+[\w.\"-]+))*\s*-?\}\}"
)
"""What writes a value as it is."""

_OTHER_VALUES: Final = lazy_pattern(r"(?:values[.-][\w.-]+|[\w.-]+[.-]values)\.ya?ml")


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
            if entry is None or entry[1].is_shared:
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
            return ACTION.sub(self._value_of, data)
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
