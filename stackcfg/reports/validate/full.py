"""Diagnostics for people: each in a frame of the source lines that it speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.loading.errors import Problem
from stackcfg.reports.console.characters import visible
from stackcfg.reports.console.colors import paint
from stackcfg.reports.validate.counts import Counts
from stackcfg.reports.validate.excerpt import Frame, Mark, excerpt, line_at, shortened
from stackcfg.validation.findings import FileResult, Finding, Fix, Span
from stackcfg.yamltext.lines import Position

FIX_ROWS: Final = 8
"""So many rows of a replacement are shown at most."""
_LINE_BREAK: Final = re.compile(r"\r\n|\n|\r")


def render(
    result: FileResult, lines: Sequence[str], colored: bool, width: int = 0
) -> Iterator[str]:
    """A frame for each diagnostic, or for the problem, with an empty row behind it.

    `lines` are the lines of the file as they may be shown; without them no source is. `width` > 0 cuts source lines
    to a terminal of that many columns.
    """
    if result.problem is not None:
        yield from _problem(result.file, result.problem, lines, colored, width)
        yield ""
    for each in result.findings:
        yield from _diagnostic(result.file, each, lines, colored, width)
        yield ""


def summary(counts: Counts) -> str:
    """The closing line: how many files, and what was found in them."""
    amounts = (
        (counts.unchecked, "not checked", "not checked"),
        (counts.errors, "error", "errors"),
        (counts.warnings, "warning", "warnings"),
        (counts.infos, "info", "infos"),
    )
    found = [
        f"{number} {one if number == 1 else many}"
        for number, one, many in amounts
        if number
    ]
    files = "1 file" if counts.files == 1 else f"{counts.files} files"
    ignored = f" ({counts.ignored} ignored)" if counts.ignored else ""
    if not counts.files:
        return "no files to check"
    return (
        f"{files}: {', '.join(found)}" if found else f"no problems in {files}"
    ) + ignored


def _diagnostic(
    file: str, found: Finding, lines: Sequence[str], colored: bool, width: int
) -> Iterator[str]:
    marks = [Mark(found.span, "^", found.severity)]
    marks += [Mark(each.span, "-", "strong", each.message) for each in found.related]
    spans = [mark.span for mark in marks] + [
        each.span for each in (found.fix.replacements if found.fix else ())
    ]
    frame = Frame(len(str(max(span.start.line for span in spans))), width, colored)
    start = found.span.start
    yield from _head(
        f"{found.severity}[{found.rule}]", found.severity, found.message, colored
    )
    place = f" ({visible(found.place)})" if found.place else ""
    yield _arrow(f"{visible(file)}:{start.line}:{start.column}{place}", frame)
    if lines:
        yield from _source(lines, marks, frame, followed=bool(found.help or found.fix))
    if found.fix is None or found.fix.message != found.help:
        yield from _note("help", found.help, frame)
    if found.fix:
        yield from _fix(found.fix, lines, frame)


def _problem(
    file: str, problem: Problem, lines: Sequence[str], colored: bool, width: int
) -> Iterator[str]:
    frame = Frame(len(str(problem.line)), width, colored)
    yield from _head("error", "error", problem.message, colored)
    place = f":{problem.line}:{problem.column}" if problem.line else ""
    yield _arrow(visible(file) + place, frame)
    if lines and problem.line:
        position = Position(problem.line, problem.column)
        yield from _source(
            lines,
            [Mark(Span(position, position), "^", "error")],
            frame,
            followed=bool(problem.hint),
        )
    yield from _note("help", problem.hint, frame)


def _head(word: str, color: str, message: str, colored: bool) -> Iterator[str]:
    first, *rest = _rows(message)
    yield f"{paint(visible(word), color, colored)}: {paint(first, 'strong', colored)}"
    yield from (f"  {paint(row, 'strong', colored)}".rstrip() for row in rest)


def _arrow(place: str, frame: Frame) -> str:
    return f"{' ' * frame.digits}{paint('-->', 'frame', frame.colored)} {place}"


def _source(
    lines: Sequence[str], marks: Sequence[Mark], frame: Frame, followed: bool
) -> Iterator[str]:
    yield frame.row()
    yield from excerpt(lines, marks, frame)
    if followed:
        yield frame.row()


def _note(word: str, text: str, frame: Frame) -> Iterator[str]:
    if text:
        first, *rest = _rows(text)
        yield frame.row(
            f"{paint(f'{word}:', 'strong', frame.colored)} {first}", sign="="
        )
        yield from (
            f"{' ' * (frame.digits + len(word) + 5)}{row}".rstrip() for row in rest
        )


def _fix(fix: Fix, lines: Sequence[str], frame: Frame) -> Iterator[str]:
    """What is taken away and what is written instead, of each replacement."""
    yield from _note("fix", fix.message, frame)
    for each in fix.replacements:
        number = each.span.start.line
        yield from _changed(_between(lines, each.span), number, "-", "removed", frame)
        yield from _changed(each.text, number, "+", "added", frame)


def _changed(
    text: str, number: int, sign: str, color: str, frame: Frame
) -> Iterator[str]:
    if not text:
        return
    rows = _LINE_BREAK.split(text.strip("\r\n"))
    for index, row in enumerate(rows[:FIX_ROWS]):
        shown = paint(shortened(row, frame), color, frame.colored)
        yield frame.row(shown, None if index else number, sign)
    if len(rows) > FIX_ROWS:
        yield frame.row(f"... {len(rows) - FIX_ROWS} more", sign=sign)


def _between(lines: Sequence[str], span: Span) -> str:
    """The text of a stretch, as far as it is there."""
    last = max(span.start.line, min(span.end.line, len(lines) + 1))
    rows = [line_at(lines, number) for number in range(span.start.line, last + 1)]
    rows[-1] = rows[-1][: span.end.column - 1]
    rows[0] = rows[0][span.start.column - 1 :]
    return "\n".join(rows)


def _rows(text: str) -> list[str]:
    return [visible(row) for row in _LINE_BREAK.split(text.strip("\r\n"))]
