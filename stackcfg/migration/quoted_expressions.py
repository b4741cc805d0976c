"""Refuses edits that would put an expression of a template, which writes quotes of
its own, into quotes or beside other text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.loading.errors import InputError
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.lines import LineIndex

_QUOTING: Final = lazy_pattern(
    r"\{\{-?[^{}\n]*\b(?:s?quote|toJson|toYaml)\b[^{}|\n]*-?\}\}"
)
_BEFORE: Final = lazy_pattern(r"(?:[:\-?,\[{(]|^)[ \t]*$")
_AFTER: Final = lazy_pattern(r"[ \t]*(?:#[^\n]*|[,\]}\r][^\n]*)?(?:\n|$)")


class _Use(NamedTuple):
    expression: str
    offset: int
    is_alone: bool


def refuse_quoted_expressions(old: str, new: str) -> None:
    """Raise `InputError` for an expression that was a value, and is a part of one.

    What it writes has quotes, which would be inside of others.
    """
    known = Counter(use.expression for use in _find_uses(old) if not use.is_alone)
    for use in _find_uses(new):
        if use.is_alone or known[use.expression]:
            continue
        offset = max(old.find(use.expression), 0)
        message = f"'{use.expression}' writes quotes, and would be a part of a value"
        hint = "write it without them, or migrate what the chart renders"
        raise InputError(message, LineIndex(old).position(offset), hint)


def _find_uses(text: str) -> Iterator[_Use]:
    for match in _QUOTING.finditer(text):
        start = text.rfind("\n", 0, match.start()) + 1
        before = _BEFORE.search(text[start : match.start()])
        after = _AFTER.match(text, match.end())
        is_alone = before is not None and after is not None
        yield _Use(match[0], match.start(), is_alone)
