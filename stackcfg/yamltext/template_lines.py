"""What each line of a template is: text, or an action that is alone on it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.patterns import lazy_pattern

TEXT: Final = "text"
OPEN: Final = "open"
ELSE: Final = "else"
END: Final = "end"
SILENT: Final = "silent"
EMITTED: Final = "emitted"
UNKNOWN: Final = "unknown"

_COMMENT: Final = lazy_pattern(r"\s*\{\{-?\s*/\*[^\n]*?\*/(?:\s+-)?\}\}\s*")
_COMMENT_START: Final = lazy_pattern(r"\s*\{\{-?\s*/\*(?!.*\*/).*")
_COMMENT_END: Final = lazy_pattern(r".*\*/\}\}\s*")
_ALONE: Final = lazy_pattern(
    r"\s*\{\{-?\s*(?P<body>[^\s{}-][^{}]*(?:\{\}[^{}]*)*?)\s*(?P<trim>-?)\}\}\s*"
)
_OPENING: Final = lazy_pattern(r"(?:if|with|range)\b")
_ELSE: Final = lazy_pattern(r"else(?:\s+(?:if|with)\b|$)")
_ASSIGNMENT: Final = lazy_pattern(r"(?P<name>\$\w+)(?:\s*,\s*\$\w+)?\s*:?=")
_REFUSED: Final = lazy_pattern(r"(?:define|block|break|continue)\b")


class TemplateLine(NamedTuple):
    """A line: its kind, and the action of it without braces.

    `UNKNOWN` is an action whose effect on lines is more than that of
    its line.
    """

    kind: str
    body: str = ""


def read_line(line: str) -> TemplateLine:
    """Return what a line of a template is.

    An action that is alone on a line takes the line away with it.
    """
    if "{{" not in line:
        return TemplateLine(TEXT)
    if _COMMENT.fullmatch(line):
        return _trimmed(line, TemplateLine(SILENT))
    match = _ALONE.fullmatch(line)
    if match is None:
        return TemplateLine(TEXT)
    return _trimmed(line, _read_action(match["body"].strip()))


def _trimmed(line: str, read: TemplateLine) -> TemplateLine:
    """Return what a line is, unless it takes the begin of the next one away."""
    if line.rstrip().endswith("-}}"):
        return TemplateLine(UNKNOWN, read.body)
    return read


def _read_action(body: str) -> TemplateLine:
    if body == "end":
        return TemplateLine(END, body)
    if _REFUSED.match(body):
        return TemplateLine(UNKNOWN)
    if _ELSE.match(body):
        return TemplateLine(ELSE, body.removeprefix("else").strip())
    if _OPENING.match(body):
        return TemplateLine(OPEN, body)
    if _ASSIGNMENT.match(body):
        return TemplateLine(SILENT, body)
    return TemplateLine(EMITTED, body)


def comment_height(lines: Sequence[str], number: int) -> int:
    """Return how many lines a comment of the template has that begins on a line.

    A comment on one line is a line as others are: 0.
    """
    if not _COMMENT_START.fullmatch(lines[number]):
        return 0
    for below in range(number + 1, len(lines)):
        if "*/" in lines[below]:
            height = below + 1 - number
            return height * bool(_COMMENT_END.fullmatch(lines[below]))
    return 0


class Assignment(NamedTuple):
    """A variable that an action gives a value; `names` are all variables of it."""

    names: tuple[str, ...]
    value: str


def read_assignment(body: str) -> Assignment | None:
    """Return the assignment that an action is, None if it is none."""
    match = _ASSIGNMENT.match(body)
    if match is None:
        return None
    names = tuple(re.findall(r"\$\w+", match[0]))
    return Assignment(names, body[match.end() :].strip())
