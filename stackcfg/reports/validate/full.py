"""Findings for people: each in a frame of the source lines that it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackcfg.light_typing import Final
from stackcfg.loading.errors import Problem
from stackcfg.patterns import lazy_pattern
from stackcfg.reports.console.characters import visible
from stackcfg.reports.console.colors import Lines, join_lines, paint
from stackcfg.reports.console.problems import locate
from stackcfg.reports.validate.excerpt import Frame, Mark, excerpt, line_at, shorten
from stackcfg.reports.validate.formats import Context
from stackcfg.validation.findings import FileResult, Finding, Fix, Span
from stackcfg.yamltext.lines import Position

MAX_FIX_ROWS: Final = 8
"""How many rows of a replacement are shown."""

_LINE_BREAK: Final = lazy_pattern(r"\r\n|\n|\r")


def render(results: Sequence[FileResult], context: Context) -> str:
    """Return a frame for each finding or problem, each with an empty
    row behind it.
    """
    rows: list[str] = []
    for result in results:
        rows += _rows(result, context)
    return join_lines(rows, context.colored)


def _rows(result: FileResult, context: Context) -> Lines:
    file = visible(result.file)
    if result.problem:
        yield from _render_problem(file, result.problem, context)
        yield ""
    for finding in result.findings:
        yield from _render_finding(file, finding, context)
        yield ""


def _render_finding(
    file: str,
    finding: Finding,
    context: Context,
) -> Lines:
    """Yield the frame of a finding: head, place, source, help, fix."""
    severity = finding.severity
    fix = finding.fix
    digits = _count_digits(finding)
    frame = Frame(digits, context.width)
    word = f"{severity}[{finding.rule}]"
    yield from _render_head(word, severity, finding.message)
    location = _describe_place(file, finding)
    yield _render_location(location, frame)
    if context.lines:
        marks = list(_marks_of(finding))
        yield from _render_source(context.lines, marks, frame)
        if finding.help or fix:
            yield frame.row()
    # A fix often says the same as the help.
    if not fix or fix.message != finding.help:
        yield from _render_note("help", finding.help, frame)
    if fix:
        yield from _render_fix(fix, frame, context.lines)


def _describe_place(file: str, finding: Finding) -> str:
    line, column = finding.span.start
    location = f"{file}:{line}:{column}"
    if not finding.place:
        return location
    place = visible(finding.place)
    return f"{location} ({place})"


def _marks_of(finding: Finding) -> Iterator[Mark]:
    yield Mark(finding.span, "^", finding.severity)
    for each in finding.related:
        yield Mark(
            span=each.span,
            sign="-",
            color="strong",
            label=each.message,
        )


def _count_digits(finding: Finding) -> int:
    """Return the digits of the last line number that the frame shows."""
    spans = [finding.span, *(each.span for each in finding.related)]
    if finding.fix:
        spans += [each.span for each in finding.fix.replacements]
    last = max(span.start.line for span in spans)
    return len(str(last))


def _render_problem(
    file: str,
    problem: Problem,
    context: Context,
) -> Lines:
    digits = len(str(problem.line))
    frame = Frame(digits, context.width)
    yield from _render_head("error", "error", problem.message)
    location = locate(file, problem)
    yield _render_location(location, frame)
    if context.lines and problem.line:
        position = Position(problem.line, problem.column)
        span = Span(position, position)
        mark = Mark(span, "^", "error")
        yield from _render_source(context.lines, [mark], frame)
        if problem.hint:
            yield frame.row()
    yield from _render_note("help", problem.hint, frame)


def _render_head(
    word: str,
    color: str,
    message: str,
) -> Lines:
    first, *others = _visible_rows(message)
    head = paint(visible(word), color)
    strong = paint(first, "strong")
    yield f"{head}: {strong}"
    for row in others:
        strong = paint(row, "strong")
        yield f"  {strong}".rstrip()


def _render_location(location: str, frame: Frame) -> str:
    """Return the row that says where it is."""
    indent = " " * frame.digits
    arrow = paint("-->", "dim")
    return f"{indent}{arrow} {location}"


def _render_source(
    lines: Sequence[str],
    marks: Sequence[Mark],
    frame: Frame,
) -> Lines:
    yield frame.row()
    yield from excerpt(lines, marks, frame)


def _render_note(
    word: str,
    text: str,
    frame: Frame,
) -> Lines:
    """Yield a text behind its word; nothing for an empty one."""
    if not text:
        return
    first, *others = _visible_rows(text)
    head = paint(f"{word}:", "strong")
    yield frame.row(f"{head} {first}", sign="=")
    width = frame.digits + len(word) + 5
    indent = " " * width
    for row in others:
        yield f"{indent}{row}".rstrip()


def _render_fix(
    fix: Fix,
    frame: Frame,
    lines: Sequence[str],
) -> Lines:
    """Yield the message, and what each replacement removes and writes."""
    word = "fix"
    if not fix.is_safe:
        word = "unsafe fix"
    yield from _render_note(word, fix.message, frame)
    for each in fix.replacements:
        number = each.span.start.line
        removed = _text_of(each.span, lines)
        for text, sign, color in ((removed, "-", "red"), (each.text, "+", "green")):
            yield from _render_change(text, number, sign, color, frame)


def _render_change(
    text: str, number: int, sign: str, color: str, frame: Frame
) -> Lines:
    """Yield the rows that are removed or written, but for those behind many."""
    if not text:
        return
    rows = _LINE_BREAK.split(text.strip("\r\n"))
    label: int | None = number
    for row in rows[:MAX_FIX_ROWS]:
        shown = shorten(row, frame)
        painted = paint(shown, color)
        yield frame.row(painted, label, sign)
        label = None
    hidden = len(rows) - MAX_FIX_ROWS
    if hidden > 0:
        yield frame.row(f"... {hidden} more", sign=sign)


def _text_of(span: Span, lines: Sequence[str]) -> str:
    start, end = span
    # An end behind the last line is at most one line behind it.
    behind = len(lines) + 1
    last = max(start.line, min(end.line, behind))
    rows = [line_at(lines, number) for number in range(start.line, last + 1)]
    rows[-1] = rows[-1][: end.column - 1]
    rows[0] = rows[0][start.column - 1 :]
    return "\n".join(rows)


def _visible_rows(text: str) -> list[str]:
    """Return the rows of a text without characters that a terminal obeys."""
    rows = _LINE_BREAK.split(text.strip("\r\n"))
    return [visible(row) for row in rows]
