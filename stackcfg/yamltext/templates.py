"""Text that a template engine (Helm, Jinja) still has to fill in.

`mask_expressions` replaces expressions that are scalar values character for
character, so that offsets stay. If expressions decide about lines or structure,
the file cannot be read before it is rendered.
"""

from __future__ import annotations

import re
from itertools import cycle
from typing import NamedTuple

_EXPRESSION = re.compile(r"\{\{(?:[^\n}]++|\}(?!\}))*+\}\}")
_KEYWORDS = "if|else|end|range|with|define|template|block|include|tpl|toYaml"
_STRUCTURE = re.compile(
    r"\{%"
    r"|\{\{-?\s*/\*"
    r"|\{\{-?\s*(?:" + _KEYWORDS + r")\b"
)
_OPENED = re.compile(r"\{\{[^\n}]*+")
_BLOCK_FUNCTION = re.compile(r"\|[ \t]*+n?indent\b|toYaml\b")
_ALONE_ON_LINE = re.compile(r"(?m)^[ \t]*(\{\{[^\n]*\}\})[ \t]*$")

_PRIVATE_USE = range(0xE000, 0xF900)

_MAX_SHOWN = 60


class StructuralExpression(NamedTuple):
    """A template expression that decides about structure, and its offset."""

    expression: str
    offset: int

    @property
    def message(self) -> str:
        """What is wrong, in one line."""
        return (
            f"a template decides about the structure of this file ({self.expression})"
        )


def is_template(text: str) -> bool:
    """Return whether a text has any template syntax."""
    return "{{" in text or "{%" in text


def find_structural(text: str) -> StructuralExpression | None:
    """Return the first template expression that is more than a scalar value."""
    match = _find_structure(text) or _ALONE_ON_LINE.search(text)
    if match is None:
        return None
    line = text[match.start() :].lstrip().split("\n", 1)[0].strip()
    if len(line) > _MAX_SHOWN:
        line = line[: _MAX_SHOWN - 3] + "..."
    return StructuralExpression(line, match.start())


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


def mask_expressions(text: str) -> str:
    """Return the text with each expression replaced by one private-use
    character.

    The character is as often there as the expression is long. Each expression
    has its own, so that different values stay different.
    """
    masks = map(chr, cycle(_PRIVATE_USE))

    def mask(match: re.Match[str]) -> str:
        return next(masks) * len(match[0])

    lines = text.split("\n")
    for number, line in enumerate(lines):
        if "{{" in line:
            # behind the last end of an expression there is none to look for
            end = line.rfind("}}") + 2
            lines[number] = _EXPRESSION.sub(mask, line[:end]) + line[end:]
    return "\n".join(lines)
