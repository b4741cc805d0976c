"""The lines of a template that are a run config whose structure the
template decides.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.loading.configs import looks_like_run_config
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.lines import indent_of
from stackcfg.yamltext.template_blocks import Written
from stackcfg.yamltext.template_lines import TEXT, read_line

_HEADER: Final = lazy_pattern(
    r"(?P<indent>[ -]*)[\"']?[\w./-]+[\"']?:[ \t]*\|[0-9+-]*\s*"
)
_SEPARATOR: Final = lazy_pattern(r"---(?:\s|$)")
_DEFINE: Final = lazy_pattern(r"\{\{-?\s*define\b")
_ALL: Final = 10_000


class Region(NamedTuple):
    """Lines of a template, from `start` up to `end`.

    `is_alone`: the lines are a text of their own, which another file
    includes.
    """

    lines: Sequence[str]
    start: int
    end: int
    is_alone: bool = False

    def text_with(self, written: Sequence[Written]) -> tuple[str, list[int]]:
        """Return the text with what a template writes, and the number
        of the line of the template that each of its lines is.
        """
        texts = [each.text for each in written]
        numbers = [each.number for each in written]
        if self.is_alone:
            return "\n".join([*texts, ""]), numbers
        before, after = self.lines[: self.start], self.lines[self.end :]
        every = [*range(self.start), *numbers, *range(self.end, len(self.lines))]
        return "\n".join([*before, *texts, *after]), every


def find_region(lines: Sequence[str], number: int) -> Region:
    """Return the lines of the run config that a line of a template is in."""
    # YAML counts the line behind a lone carriage return, a template does not
    number = min(number, len(lines))
    least = _ALL
    for above in range(number - 1, -1, -1):
        line = lines[above]
        if _DEFINE.search(line):
            return _region_of_define(lines, above)
        if _SEPARATOR.match(line):
            break
        header = _HEADER.fullmatch(line)
        if header is not None and len(header["indent"]) < least:
            indent = len(header["indent"])
            return Region(lines, above + 1, _end_of_text(lines, above + 1, indent))
        if _is_text(line):
            least = min(least, indent_of(line))
    return _document_around(lines, number)


def _is_text(line: str) -> bool:
    return bool(line.strip()) and read_line(line).kind == TEXT


def _end_of_text(lines: Sequence[str], start: int, indent: int) -> int:
    """Return where a literal block scalar ends."""
    end = start
    for number in range(start, len(lines)):
        line = lines[number]
        if _is_text(line):
            if indent_of(line) <= indent:
                break
            end = number + 1
        elif line.strip():
            end = number + 1
    return end


def _region_of_define(lines: Sequence[str], number: int) -> Region:
    """Return the lines that a template defines, which are a run config.

    A file of helpers defines other texts, too; the first one that looks
    like a run config counts.
    """
    heads = [each for each, line in enumerate(lines) if _DEFINE.search(line)]
    for head in [number, *heads]:
        region = _defined_below(lines, head)
        if looks_like_run_config("\n".join(lines[region.start : region.end])):
            return region
    return _defined_below(lines, number)


def _defined_below(lines: Sequence[str], head: int) -> Region:
    """Return the lines that the action in a line defines."""
    end = _end_of_define(lines, head + 1)
    return Region(lines, head + 1, end, is_alone=True)


def _end_of_define(lines: Sequence[str], start: int) -> int:
    for below in range(start, len(lines)):
        if _DEFINE.search(lines[below]):
            return below
    return len(lines)


def _document_around(lines: Sequence[str], number: int) -> Region:
    starts = [below + 1 for below in range(number) if _SEPARATOR.match(lines[below])]
    ends = [
        below for below in range(number, len(lines)) if _SEPARATOR.match(lines[below])
    ]
    return Region(lines, max([0, *starts]), min([*ends, len(lines)]))
