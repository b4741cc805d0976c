"""A template that has the values of its chart in it, and where each of
its lines is kept: in the template, or in `values.yaml`.
"""

from __future__ import annotations

from stackcfg.light_typing import NamedTuple
from stackcfg.loading.chart_values import (
    MARK,
    Chart,
    Joined,
    WrittenValue,
    join_values,
)
from stackcfg.loading.errors import InputError, StructureError
from stackcfg.loading.template_files import structure_error_at
from stackcfg.loading.template_regions import Region, find_region
from stackcfg.yamltext.lines import Position, content_position


class KeptPlace(NamedTuple):
    """A place in a template, or in the values of its chart."""

    position: Position
    is_in_values: bool = False


class ChartTemplate(NamedTuple):
    """A template, what it is joined to, and the error that it has without that."""

    region: Region
    chart: Chart
    joined: Joined
    error: StructureError

    @property
    def text(self) -> str:
        """The template with its values."""
        return "\n".join(self.joined.lines)

    @property
    def error_in_text(self) -> StructureError:
        """The error of the template at its line in the text."""
        line = self.joined.line_of(self.error.position.line - 1)
        position = Position(line + 1, self.error.position.column)
        return self.error.replace(position=position)

    def with_values(self, values: list[WrittenValue]) -> ChartTemplate:
        """Return the template with values that are written otherwise."""
        joined = join_values(self.region, self.chart, values)
        return self._replace(joined=joined)

    def error_at(self, number: int) -> StructureError:
        """Return the error for a line of the template."""
        return structure_error_at(self.error, self.region.lines, number)

    def error_in_template(self, error: InputError) -> InputError:
        """Return an error of the text as one of the template."""
        position = self.position_in_template(error.position)
        if self.is_unknown(error.position) or MARK in error.message:
            return self.error_at(position.line - 1)
        return error.replace(position=position)

    def position_in_template(self, position: Position) -> Position:
        """Return where a place of the text is in the template: what is
        in a value is at its action.
        """
        line, column = position
        if not self._is_line(line):
            return position
        number = self.joined.numbers[line - 1]
        if self.joined.value_at(line - 1) is not None:
            return content_position(self.region.lines, number)
        return Position(number + 1, column)

    def place_of(self, position: Position) -> KeptPlace:
        """Return where the text at a place is kept."""
        in_template = KeptPlace(self.position_in_template(position))
        if not self._is_line(position.line):
            return in_template
        value = self.joined.value_at(position.line - 1)
        if value is None:
            return in_template
        # the line before the value is its mark
        first = self.joined.line_of(value.number) + 1
        index = position.line - 1 - first
        if not 0 <= index < len(value.lines):
            return in_template
        if value.sample is not None:
            line = value.sample.start + index
            return KeptPlace(Position(line + 1, position.column))
        if value.place is None:
            return in_template
        line = value.place.start + index
        source = self.chart.values.split("\n")[line]
        columns = len(source) - len(value.lines[index])
        column = max(position.column + columns, 1)
        return KeptPlace(Position(line + 1, column), is_in_values=True)

    def is_unknown(self, position: Position) -> bool:
        """Return whether a place is that of a value of which nothing is known."""
        if not self._is_line(position.line):
            return False
        value = self.joined.value_at(position.line - 1)
        return value is not None and value.is_opaque

    def _is_line(self, line: int) -> bool:
        return 0 < line <= len(self.joined.lines)


def read_chart_template(
    text: str, chart: Chart, error: StructureError
) -> ChartTemplate:
    """Return a template with the values of its chart."""
    lines = text.split("\n")
    region = find_region(lines, error.position.line - 1)
    joined = join_values(region, chart)
    return ChartTemplate(region, chart, joined, error)
