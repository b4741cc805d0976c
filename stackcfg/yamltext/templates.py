"""Texts that a template engine (Helm, Jinja) still has to fill in.

Where a template expression stands for one scalar value, as in `host: {{ .Values.db.host }}`, the text can be edited
around it: `mask` puts a private-use character in place of each of its characters, so that every offset stays the
same. Where templates decide about lines or structure, no reading of the file is right before it is rendered.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_EXPRESSION: Final = re.compile(r"\{\{(?:[^\n}]|\}(?!\}))*\}\}")
_STRUCTURE: Final = re.compile(
    r"\{%|\{\{-?\s*(?:/\*|if\b|else\b|end\b|range\b|with\b|define\b|template\b|block\b|include\b|tpl\b|toYaml\b)"
    r"|\{\{[^\n}]*(?:\|\s*n?indent\b|toYaml\b)"
)
_FIRST: Final = 0xE000
_COUNT: Final = 0x1900


class StructuralExpression(NamedTuple):
    """What shows that the structure of a template is not known before it is rendered; `offset` is where it stands."""

    expression: str
    offset: int

    @property
    def message(self) -> str:
        """What is wrong, in one line."""
        return (
            f"a template decides about the structure of this file ({self.expression})"
        )


def is_template(text: str) -> bool:
    """Whether a text holds template syntax at all."""
    return "{{" in text or "{%" in text


def find_structural(text: str) -> StructuralExpression | None:
    """The first template expression that is more than a scalar value."""
    match = _STRUCTURE.search(text)
    if match is None:
        match = re.search(r"(?m)^[ \t]*(\{\{[^\n]*\}\})[ \t]*$", text)
    if match is None:
        return None
    line = text[match.start() :].lstrip().split("\n", 1)[0].strip()
    return StructuralExpression(
        line if len(line) <= 60 else line[:57] + "...", match.start()
    )


def mask_expressions(text: str) -> str:
    """The text with each scalar template expression replaced, character for character.

    Each expression gets a private-use character of its own, so that different expressions stay different values.
    """
    count = 0

    def placeholder(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return chr(_FIRST + count % _COUNT) * len(match.group())

    return _EXPRESSION.sub(placeholder, text)
