"""The values of a chart in its templates: what `toYaml` writes is a
part of the run config, and its text is in `values.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.loading.template_regions import Region
from stackcfg.yamltext.document import (
    ALIAS,
    MAPPING,
    SCALAR,
    Document,
    Node,
    ParseError,
    walk_nodes,
)
from stackcfg.yamltext.lines import indent_of
from stackcfg.yamltext.parser import parse_yaml
from stackcfg.yamltext.template_lines import (
    ELSE,
    EMITTED,
    END,
    OPEN,
    TEXT,
    read_line,
)
from stackcfg.yamltext.template_values import (
    Blocks,
    ValueAction,
    ValuePath,
    read_value_action,
)

MARK: Final = "stackcfg value"
"""What the lines around a value have, which are comments of the template."""

OPAQUE: Final = "stackcfg_value_"
"""What the lines have that stand for a value of which nothing is known."""


class Chart(NamedTuple):
    """What is around a template: the text of `values.yaml`, its file
    name, the texts of the other templates, and what the chart calls the
    template.
    """

    values: str
    file: str
    others: tuple[str, ...] = ()
    template: str = "the template"


class Place(NamedTuple):
    """The lines of `values.yaml` that are a value, and their indentation."""

    start: int
    end: int
    indent: int


class WrittenValue(NamedTuple):
    """An action on line `number` of a template, and the lines that stand for it.

    `place` is where these are in `values.yaml`. Without it they are the
    `sample` of the branch beside it, or stand for a value that only
    users give. `is_unwritten`: the block around the action asks for
    what the chart leaves empty, so that nothing of the block is
    written.
    """

    number: int
    path: ValuePath
    indent: int
    lines: list[str]
    place: Place | None = None
    sample: range | None = None
    is_unwritten: bool = False

    @property
    def is_opaque(self) -> bool:
        """Return whether nothing is known of the value."""
        return any(OPAQUE in line for line in self.lines)

    @property
    def name(self) -> str:
        """The value as a user sets it."""
        return ".".join(self.path)


class Joined(NamedTuple):
    """The lines of a template with those of its values.

    `numbers` has for each line that of the template.
    """

    lines: list[str]
    numbers: list[int]
    values: list[WrittenValue]

    def line_of(self, number: int) -> int:
        """Return where a line of the template is."""
        return self.numbers.index(number)

    def value_at(self, line: int) -> WrittenValue | None:
        """Return the value that a line belongs to."""
        number = self.numbers[line]
        for value in self.values:
            if value.number == number:
                return value
        return None


def join_values(
    region: Region, chart: Chart, known: Sequence[WrittenValue] = ()
) -> Joined:
    """Return a template whose run config has the values of its chart in it.

    `known` values are put in as they are.
    """
    values = {each.number: each for each in known or _find_values(region, chart)}
    lines: list[str] = []
    numbers: list[int] = []
    order = list(values)
    for number, line in enumerate(region.lines):
        written = [line]
        if number in values:
            written = _with_marks(values[number], order.index(number))
        lines += written
        numbers += [number] * len(written)
    return Joined(lines, numbers, list(values.values()))


def mark_of(index: int, word: str) -> str:
    """Return the comment before or behind a value."""
    return f"{{{{/* {MARK} {index} {word} */}}}}"


def is_begin_mark(line: str) -> bool:
    """Return whether a line is the comment before a value."""
    return MARK in line and "begins" in line


def _with_marks(value: WrittenValue, index: int) -> list[str]:
    pad = " " * value.indent
    begin = pad + mark_of(index, "begins")
    end = pad + mark_of(index, "ends")
    return [begin, *value.lines, end]


def _find_values(region: Region, chart: Chart) -> Iterator[WrittenValue]:
    document = _read_values(chart.values)
    if document is None:
        return
    blocks = Blocks()
    first = region.start * region.is_alone
    for number in range(first, region.end):
        line = read_line(region.lines[number])
        blocks.read(line)
        if line.kind != EMITTED or number < region.start:
            continue
        action = read_value_action(region.lines[number])
        if action is None:
            continue
        path = blocks.path_of(action.expression)
        if path is not None:
            asked = blocks.asked_part(path)
            yield from _read_value(region, document, number, action, path, asked)


def _read_values(text: str) -> Document | None:
    try:
        documents = parse_yaml(text)
    except ParseError:
        return None
    if len(documents) != 1:
        return None
    return documents[0]


def _read_value(
    region: Region,
    document: Document,
    number: int,
    action: ValueAction,
    path: ValuePath,
    asked: ValuePath | None,
) -> Iterator[WrittenValue]:
    """Yield the value that an action writes, if what it writes can be known."""
    indent = action.indent
    node = document.root.at(path)
    if node is None or _is_empty(node):
        sample = _sample_of(region, number, indent)
        lines = [_opaque_line(region, number, indent, path)]
        if sample is not None:
            lines = list(region.lines[sample.start : sample.stop])
        elif asked is None:
            lines = [" " * indent + _empty_text(node)]
        unwritten = asked is not None and _is_empty(document.root.at(asked))
        yield WrittenValue(
            number,
            path,
            indent,
            lines,
            sample=sample,
            is_unwritten=unwritten,
        )
        return
    place = _place_of(document, node)
    if place is not None:
        written = document.text.split("\n")[place.start : place.end]
        lines = [shift_line(line, indent - place.indent) for line in written]
        yield WrittenValue(number, path, indent, lines, place)


def _opaque_line(region: Region, number: int, indent: int, path: ValuePath) -> str:
    """Return a line that stands for a value of which nothing is known.

    Only a list can begin in the column of its key.
    """
    line = f"'{{{{ {OPAQUE}{'_'.join(path)} }}}}'"
    above = [each for each in region.lines[:number] if read_line(each).kind == TEXT]
    key = next(filter(str.strip, reversed(above)), "")
    if indent_of(key) == indent:
        line = f"- {line}"
    return " " * indent + line


def _is_empty(node: Node | None) -> bool:
    if node is None:
        return True
    if node.kind == SCALAR:
        return node.is_null
    return not node.entries and not node.items


def _empty_text(node: Node | None) -> str:
    if node is None or node.kind == SCALAR:
        return "null"
    if node.kind == MAPPING:
        return "{}"
    return "[]"


def _place_of(document: Document, node: Node) -> Place | None:
    """Return the lines of a value; None if they are not its alone, or
    mean more than they say.
    """
    if node.kind == SCALAR or node.flow or "{{" in document.source(node):
        return None
    for _, each in walk_nodes(node):
        if each.kind == ALIAS or each.anchor or each.tag:
            return None
    lines = document.text.split("\n")
    start = document.position(node.start).line - 1
    end = document.position(max(node.end - 1, node.start)).line
    indent = document.position(node.start).column - 1
    if lines[start][:indent].strip():
        return None
    return Place(start, end, indent)


def shift_line(line: str, columns: int) -> str:
    """Return a line with more or fewer spaces before it."""
    content = line.lstrip(" ")
    if not content.strip():
        return line
    return " " * max(indent_of(line) + columns, 0) + content


def _sample_of(region: Region, number: int, indent: int) -> range | None:
    """Return the lines that a template writes where a value is not given."""
    lines = region.lines
    if read_line(lines[number - 1]).kind not in (OPEN, ELSE):
        return None
    above = read_line(lines[number + 1])
    if above.kind != ELSE or above.body:
        return None
    for end in range(number + 2, region.end):
        kind = read_line(lines[end]).kind
        if kind == END:
            return _range_of_column(lines, range(number + 2, end), indent)
        if kind != TEXT:
            return None
    return None


def _range_of_column(lines: Sequence[str], found: range, indent: int) -> range | None:
    columns = {indent_of(lines[each]) for each in found}
    if not columns or min(columns) != indent:
        return None
    return found
