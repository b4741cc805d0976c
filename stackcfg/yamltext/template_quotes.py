"""Expressions of Helm that write quotes of their own, with text beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stackcfg.light_typing import Any, Final
from stackcfg.patterns import lazy_pattern

_QUOTING: Final = lazy_pattern(
    r"\{\{(?P<open>-?)\s*"
    r"(?:(?P<piped>(?:[^{}\n]|\{(?!\{)|\}(?!\}))*[^{}\s|])\s*\|\s*(?P<last>s?quote)"
    r"|(?P<first>s?quote)\s+(?P<called>[.$\w]+|\([^{}\n|]*\)))"
    r"\s*(?P<close>-?)\}\}"
)
_ONE_WORD: Final = lazy_pattern(r"[.$\w]+|\([^()]*\)")
_VALUE: Final = "%v"
_NO_FORMAT: Final = ("{{", '"', "\\", "\n")


def writes_quotes(text: str) -> bool:
    """Return whether a text is one expression, which writes quotes around itself."""
    return _QUOTING.fullmatch(text) is not None


def write_in_quotes(text: str) -> str:
    """Return a text in which one expression writes everything inside of its quotes.

    `{{ .url | quote }}/v1` would be a text behind quotes, which is no
    YAML: it becomes `{{ and .url (printf "%v/v1" .url) | quote }}`,
    which writes an empty value as it is. Behind a text it is `{{ printf
    "a/%v" (.b | default "") | quote }}`. Neither writes `<nil>` for
    null. Any other text stays.
    """
    matches = list(_QUOTING.finditer(text))
    texts = _texts_between(text, matches)
    if not any(texts) or any(sign in each for each in texts for sign in _NO_FORMAT):
        return text
    pattern = _VALUE.join(each.replace("%", "%%") for each in texts)
    call = _call_of(pattern, list(map(_operand_of, matches)))
    first, last = matches[0], matches[-1]
    quote = first["last"] or first["first"]
    return f"{{{{{first['open']} {call} | {quote} {last['close']}}}}}"


def _call_of(pattern: str, operands: Sequence[str]) -> str:
    """Return the call that writes operands in a pattern."""
    values = " ".join(operands)
    if pattern.startswith(_VALUE):
        return f'and {values} (printf "{pattern}" {values})'
    values = " ".join(f'({each} | default "")' for each in operands)
    return f'printf "{pattern}" {values}'


def _texts_between(text: str, matches: Sequence[re.Match[str]]) -> list[str]:
    """Return what is around and between expressions; nothing without any."""
    if not matches:
        return []
    starts = [0, *(match.end() for match in matches)]
    ends = [*(match.start() for match in matches), len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def _operand_of(match: re.Match[str]) -> str:
    value = match["piped"] or match["called"]
    if _ONE_WORD.fullmatch(value):
        return value
    return f"({value})"


def write_all_in_quotes(value: Any) -> Any:
    """Return plain data with the same done to each of its strings."""
    if isinstance(value, str) and "{{" in value:
        return write_in_quotes(value)
    if isinstance(value, list):
        return [write_all_in_quotes(each) for each in value]
    if isinstance(value, dict):
        return {key: write_all_in_quotes(each) for key, each in value.items()}
    return value
