"""Text that a template engine (Helm, Jinja) still has to fill in.

`mask_expressions` replaces expressions that are scalar values character
for character, so that offsets stay. If expressions decide about lines
or structure, `mask_structure` makes blank lines of them: what is around
them can be read, and what they are in cannot, before it is rendered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from zlib import crc32

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.patterns import lazy_pattern

_EXPRESSION: Final = lazy_pattern(r"\{\{[^\n}]*+(?:\}(?!\})[^\n}]*+)*\}\}")
_BLOCKS: Final = "if|else|end|range|with|define|block"
_CONDITION: Final = lazy_pattern(
    r"\{\{-?\s*(?:if|with)\b[^\n{}]*+\}\}"
    rf"(?:(?!\{{\{{-?\s*(?:{_BLOCKS})\b)[^\n]|\{{\{{-?\s*else\b)*"
    r"\{\{-?\s*end\s*-?\}\}"
)
"""A condition inside of a line, which makes a part of a scalar."""

_STRUCTURE: Final = lazy_pattern(
    r"\{%"
    r"|\{\{-?\s*/\*"
    rf"|\{{\{{-?\s*(?:{_BLOCKS})\b"
)
_OPENED: Final = lazy_pattern(r"\{\{[^\n]*+")
_BLOCK_FUNCTION: Final = lazy_pattern(r"\|[ \t]*+n?indent\b|toYaml\b")
_ACTION: Final = (
    r"(?:\{\{[^{}]*+(?:(?:\}(?!\})|\{(?!\{))[^{}]*+)*\}\}"
    r"|\{%[^%]*+(?:%(?!\})[^%]*+)*%\}"
    r"|\{#[^#]*+(?:#(?!\})[^#]*+)*#\})"
)
_ALONE: Final = lazy_pattern(rf"(?m)^[ \t]*+({_ACTION}(?:[ \t]*+{_ACTION})*)[ \t\r]*+$")
_BESIDE: Final = lazy_pattern(
    rf"(?m)^[^\n{{]*+(?:\{{(?!\{{)[^\n{{]*+)*\{{\{{-?\s*(?:{_BLOCKS})\b[^\n]*+$"
)
_OVER_LINES: Final = lazy_pattern(
    r"\{\{[^{}\n]*+(?:(?:\}(?!\})|\{(?!\{))[^{}\n]*+)*\n"
    r"[^{}]*+(?:(?:\}(?!\})|\{(?!\{))[^{}]*+)*\}\}"
)
"""An action that goes on on the next line."""

_SILENT: Final = lazy_pattern(
    r"\{%-?\s*(?:if|elif|else|endif|for|endfor|set|macro|endmacro|raw|endraw)\b|\{#"
    rf"|\{{\{{-?\s*(?:/\*|(?:{_BLOCKS})\b|\$\w+\s*:?=)"
)
"""An action that writes nothing itself."""

_NOT_LINE_END: Final = lazy_pattern(r"[^\n]")
_FIRST_MASK: Final = 0xE000
_MASKS: Final = 0xF900 - _FIRST_MASK

_MAX_SHOWN = 60


class StructuralExpression(NamedTuple):
    """A template expression that decides about structure, and its offset."""

    expression: str
    offset: int


def find_structural(
    text: str, start: int = 0, end: int | None = None
) -> StructuralExpression | None:
    """Return the first template expression of a span that is more than
    a scalar value.
    """
    if end is None:
        end = len(text)
    # what a condition in a line writes is a part of a scalar
    lines = _CONDITION.sub(_blank, text[start:end])
    match = _find_structure(lines) or _ALONE.search(lines) or _OVER_LINES.search(lines)
    if match is None:
        return None
    return _expression_at(text, start + match.start())


def find_emitted_lines(text: str, start: int, end: int) -> StructuralExpression | None:
    """Return the first action of a span that writes lines of its own."""
    for match in _ALONE.finditer(text, start, end):
        if not _SILENT.match(match[1]):
            return _expression_at(text, match.start(1))
    return None


def _expression_at(text: str, offset: int) -> StructuralExpression:
    rest = text[offset:]
    offset += len(rest) - len(rest.lstrip())
    return StructuralExpression(shorten_expression(rest.lstrip()), offset)


def shorten_expression(text: str) -> str:
    """Return the first line of a text, as long as messages show it."""
    line = text.strip().split("\n", 1)[0].strip()
    if len(line) > _MAX_SHOWN:
        line = line[: _MAX_SHOWN - 3] + "..."
    return line


def _blank(match: re.Match[str]) -> str:
    before = match.string[: match.start()].rpartition("\n")[2]
    if not before.strip():
        # it is all of the line
        return match[0]
    return "x" * len(match[0])


def _find_structure(text: str) -> re.Match[str] | None:
    """Return the first expression that is a block, or is put in as a block."""
    first = _STRUCTURE.search(text)
    end = len(text)
    if first is not None:
        end = first.start()
    for opened in _OPENED.finditer(text, 0, end):
        if _BLOCK_FUNCTION.search(opened[0]):
            return opened
    return first


def mask_structure(text: str, beside: bool = False) -> str:
    """Return the text with actions that are alone on their lines as blank lines.

    A carriage return stands for each character. It is a line break of
    YAML, so that the line has no indentation. With `beside`, what a
    condition or loop has beside it on its line is blank, too.
    """
    masked = _ALONE.sub(_mask_lines, text)
    if beside:
        masked = _BESIDE.sub(_mask_lines, masked)
    return _OVER_LINES.sub(_mask_first_line, masked)


def _mask_lines(match: re.Match[str]) -> str:
    return _NOT_LINE_END.sub("\r", match[0])


def _mask_first_line(match: re.Match[str]) -> str:
    first, line_end, others = match[0].partition("\n")
    mask = chr(_FIRST_MASK + crc32(match[0].encode()) % _MASKS)
    return mask * len(first) + line_end + _NOT_LINE_END.sub("\r", others)


def mask_expressions(text: str) -> str:
    """Return the text with each expression replaced by one private-use
    character.

    The character is as often there as the expression is long. It
    depends on the expression alone, so that different values stay
    different, and the same one is the same in an edited text.
    """
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if "{{" in line:
            # behind the last end of an expression there is none to look for
            end = line.rfind("}}") + 2
            whole = _CONDITION.sub(_mask, line[:end])
            lines[number] = _EXPRESSION.sub(_mask, whole) + line[end:]
    return "\n".join(lines)


def mask_words(text: str, words: Iterable[str]) -> str:
    """Return the text with each of some words replaced as an expression is."""
    # a word can begin with another one
    longest_first = sorted(words, key=len, reverse=True)
    pattern = "|".join(map(re.escape, longest_first))
    return re.sub(pattern, _mask, text)


def _mask(match: re.Match[str]) -> str:
    written = match[0]
    return chr(_FIRST_MASK + crc32(written.encode()) % _MASKS) * len(written)
