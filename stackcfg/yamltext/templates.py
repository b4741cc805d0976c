"""Text that a template engine (Helm, Jinja) still has to fill in.

`mask_expressions` replaces expressions that are scalar values character for
character, so that offsets stay. If expressions decide about lines or structure,
the file cannot be read before it is rendered.
"""

from __future__ import annotations

import re
from itertools import cycle
from typing import NamedTuple

_EXPRESSION = re.compile(r"\{\{(?:[^\n}]|\}(?!\}))*\}\}")
_KEYWORDS = "if|else|end|range|with|define|template|block|include|tpl|toYaml"
_STRUCTURE = re.compile(
    r"\{%"
    r"|\{\{-?\s*/\*"
    r"|\{\{-?\s*(?:" + _KEYWORDS + r")\b"
    r"|\{\{[^\n}]*(?:\|\s*n?indent\b|toYaml\b)"
)
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
    match = _STRUCTURE.search(text) or _ALONE_ON_LINE.search(text)
    if match is None:
        return None
    line = text[match.start() :].lstrip().split("\n", 1)[0].strip()
    if len(line) > _MAX_SHOWN:
        line = line[: _MAX_SHOWN - 3] + "..."
    return StructuralExpression(line, match.start())


def mask_expressions(text: str) -> str:
    """Return the text with each expression replaced by one private-use
    character.

    The character is as often there as the expression is long. Each expression
    has its own, so that different values stay different.
    """
    masks = map(chr, cycle(_PRIVATE_USE))
    return _EXPRESSION.sub(lambda match: next(masks) * len(match[0]), text)
