"""Refuses edits that would put an expression of a template, which
writes quotes of its own, into quotes or beside other text.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.loading.errors import InputError
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.lines import LineIndex

_QUOTING: Final = lazy_pattern(
    r"\{\{-?(?:[^{}\n]|\{(?!\{)|\}(?!\}))*\b(?:s?quote|toJson|toYaml)\b[^{}|\n]*-?\}\}"
)
_BEFORE: Final = lazy_pattern(r"(?:[:\-?][ \t]|[\"']:|[,\[{(]|^)[ \t]*$")
_AFTER: Final = lazy_pattern(r"[ \t]*(?:#[^\n]*|[,\]}\r][^\n]*)?(?:\n|$)")


class _Use(NamedTuple):
    expression: str
    is_alone: bool


def refuse_quoted_expressions(old: str, new: str) -> None:
    """Raise `InputError` for an expression that was a whole value and
    is now part of one, or the reverse.

    The quotes that the expression writes would be inside of other
    quotes.
    """
    for expression in sorted(_parts_of_values(old) ^ _parts_of_values(new)):
        offset = max(old.find(expression), 0)
        message = f"'{expression}' writes quotes, and would be a part of a value"
        hint = "write it without them, or migrate what the chart renders"
        raise InputError(message, LineIndex(old).position(offset), hint)


def _parts_of_values(text: str) -> set[str]:
    return {use.expression for use in _find_uses(text) if not use.is_alone}


def _find_uses(text: str) -> Iterator[_Use]:
    for match in _QUOTING.finditer(text):
        start = text.rfind("\n", 0, match.start()) + 1
        before = _BEFORE.search(text[start : match.start()])
        after = _AFTER.match(text, match.end())
        is_alone = before is not None and after is not None
        yield _Use(match[0], is_alone)
