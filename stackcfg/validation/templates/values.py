"""The findings of a template that writes values of its chart: each is
where its text is kept, in the template or in `values.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stackcfg.light_typing import TYPE_CHECKING, NamedTuple
from stackcfg.loading.chart_templates import (
    ChartTemplate,
    KeptPlace,
    read_chart_template,
)
from stackcfg.loading.chart_values import join_values
from stackcfg.loading.errors import InputError, StructureError
from stackcfg.validation.findings import Finding, RelatedLocation, Span
from stackcfg.validation.templates.findings import (
    SOME,
    Validate,
    validate_template,
)
from stackcfg.validation.templates.texts import LINE_NUMBER
from stackcfg.yamltext.lines import Position
from stackcfg.yamltext.template_lines import ELSE, END, OPEN, read_line

if TYPE_CHECKING:
    from stackcfg.validation.engine import Validation
    from stackcfg.validation.settings import Settings


def validate_with_values(
    text: str, settings: Settings, error: StructureError, validate: Validate
) -> Validation:
    """Return the findings of a template and, in `of_values`, those of
    the values of its chart.

    Values are those of the chart: what is only written for other ones
    is not judged. Raises the error of the template if its texts are not
    known.
    """
    chart = settings.chart
    assert chart is not None
    settings = settings._replace(chart=None)
    template = read_chart_template(text, chart, error)
    if not template.joined.values:
        return validate_template(text, settings, error, validate)
    template = _without_unwritten(template)
    try:
        found = validate_template(
            template.text,
            settings,
            template.error_in_text,
            validate,
        )
    except InputError as other:
        raise template.error_in_template(other) from None
    placed = [_place(each, template) for each in found.findings]
    in_template = [each.finding for each in placed if not each.is_in_values]
    in_values = [each.finding for each in placed if each.is_in_values]
    return found._replace(
        findings=_in_order(in_template),
        of_values=_in_order(in_values),
    )


def _without_unwritten(template: ChartTemplate) -> ChartTemplate:
    """Return a template without the blocks that ask for what the chart
    leaves empty.

    Raises `StructureError` for a value that is not known otherwise.
    """
    lines = list(template.region.lines)
    for value in template.joined.values:
        if not value.is_opaque:
            continue
        if not value.is_unwritten:
            raise template.error_at(value.number)
        branch = _branch_around(lines, value.number)
        lines[branch.start : branch.stop] = [""] * len(branch)
    region = template.region._replace(lines=lines)
    values = [each for each in template.joined.values if lines[each.number]]
    joined = join_values(region, template.chart, values)
    return template._replace(region=region, joined=joined)


def _branch_around(lines: Sequence[str], number: int) -> range:
    """Return the lines of the innermost branch that a line is in."""
    above = range(number - 1, -1, -1)
    below = range(number + 1, len(lines))
    start = _end_of_branch(lines, above, enters=END, leaves=(OPEN, ELSE))
    end = _end_of_branch(lines, below, enters=OPEN, leaves=(END, ELSE))
    return range(start + 1, end)


def _end_of_branch(
    lines: Sequence[str],
    numbers: range,
    enters: str,
    leaves: tuple[str, str],
) -> int:
    """Return the first of some lines that is not in the branch of the one before.

    A line of the kind `enters` begins another block on the way.
    """
    depth = 0
    for number in numbers:
        kind = read_line(lines[number]).kind
        if not depth and kind in leaves:
            return number
        if kind == enters:
            depth += 1
        if kind == leaves[0]:
            depth -= 1
    return numbers.stop


class _Placed(NamedTuple):
    """A finding at the place where its text is kept."""

    finding: Finding
    is_in_values: bool


def _place(finding: Finding, template: ChartTemplate) -> _Placed:
    """Return a finding of a text where the text is kept.

    What is related and is kept in the other file is named in words.
    """
    start = template.place_of(finding.span.start)
    placing = _Placing(template, start.is_in_values)
    help_parts = [placing.message(finding.help)]
    related: list[RelatedLocation] = []
    for each in finding.related:
        message = placing.message(each.message)
        place = template.place_of(each.span.start)
        if place.is_in_values == start.is_in_values:
            related.append(RelatedLocation(placing.span(each.span), message))
        else:
            help_parts.append(f"{placing.name_of(place)}: {message}")
    place_name = finding.place
    if start.is_in_values:
        names = [template.chart.template, finding.place]
        place_name = ", ".join(filter(None, names))
    placed = finding._replace(
        message=placing.message(finding.message),
        help="; ".join(filter(None, help_parts)),
        span=placing.span(finding.span),
        related=tuple(related),
        place=place_name,
    )
    return _Placed(placed, start.is_in_values)


class _Placing(NamedTuple):
    """Says where a place of a text is, seen from one of the two files."""

    template: ChartTemplate
    is_in_values: bool

    def span(self, span: Span) -> Span:
        """Return where a span is kept; it ends in the file that it begins in."""
        start = self.template.place_of(span.start)
        end = self.template.place_of(span.end)
        position = end.position
        if end.is_in_values != start.is_in_values or position < start.position:
            line, column = start.position
            position = Position(line, column + 1)
        return Span(start.position, position)

    def message(self, message: str) -> str:
        """Return a message with the line numbers of the files."""

        def number_in_file(match: re.Match[str]) -> str:
            place = self.template.place_of(Position(int(match[0]), 1))
            number = str(place.position.line)
            if place.is_in_values == self.is_in_values:
                return number
            return f"{number} of {self._other_file}"

        return LINE_NUMBER.sub(number_in_file, message)

    def name_of(self, place: KeptPlace) -> str:
        """Return the words for a place in the other file."""
        return f"line {place.position.line} of {self._other_file}"

    @property
    def _other_file(self) -> str:
        if self.is_in_values:
            return self.template.chart.template
        return self.template.chart.file


def _in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return findings in the order of their file, each once."""
    ordered = sorted(findings, key=lambda each: (each.span.start, each.rule))
    return tuple(_without_repeated(ordered))


def _without_repeated(findings: Sequence[Finding]) -> Iterator[Finding]:
    known: set[tuple[str, Span, str]] = set()
    for finding in findings:
        message = finding.message.removesuffix(SOME)
        key = (finding.rule, finding.span, message)
        if key not in known:
            known.add(key)
            yield finding
