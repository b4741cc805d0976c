"""What the server makes of strings with `${env…}`, in any environment.

A file is read twice: with every variable unset that may be unset, and
with those set that switch something on (`${env.X:+value}`). A variable
without a default counts as set, to an unknown value. From 0.2.13 a
string with a replaced variable gets a type of its own: null, boolean,
number, else string (#2490); until 0.2.19 so does every other string.
Measured with each release's `replace_env_vars`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from stackcfg.light_typing import Any, NamedTuple
from stackcfg.releases.versions import Release
from stackcfg.runconfig.placeholders import (
    NAMED_START,
    PLACEHOLDER,
    end_of_last,
    replace_placeholders,
)

CONDITIONS_SINCE = (0, 1, 6)
TYPED_SINCE = (0, 2, 13)
LITERALS_KEPT_SINCE = (0, 2, 20)

_CHANGES = (LITERALS_KEPT_SINCE, TYPED_SINCE, CONDITIONS_SINCE)
"""The releases that changed what is replaced and how, the newest first."""

_FIRST_SYNTAX: Release = (0, 1)

_OLD_PLACEHOLDER = NAMED_START + r"(?:([:+])([^}]*))?\}"
_FIRST_PLACEHOLDER = NAMED_START + r"(?:(:)([^}]*))?\}"
_NUMBER_SIGNS = ".+-iInN"
"""How strings begin that `int` or `float` accepts, beside blanks and digits."""


class Unknown:
    """A value that only the environment knows; fits any scalar."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


class Variables(NamedTuple):
    """Variables: without a default, as switches, with an empty default."""

    required: frozenset[str] = frozenset()
    switches: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()

    @property
    def readings(self) -> tuple[frozenset[str], ...]:
        """The sets of variables to take as set: required, then switches."""
        if self.switches <= self.required:
            return (self.required,)
        return self.required, self.required | self.switches


def read_variables(texts: Iterable[str], version: Release) -> Variables:
    """Return the variables that strings mention, by what is written about them."""
    required: set[str] = set()
    switches: set[str] = set()
    empty: set[str] = set()
    pattern = variable_pattern(version)
    for text in texts:
        for name, operator, value in pattern.findall(text, 0, end_of_last(text)):
            if operator == "+":
                switches.add(name)
            elif not operator:
                required.add(name)
            elif not value:
                empty.add(name)
    return Variables(frozenset(required), frozenset(switches), frozenset(empty))


def variables_of(data: Any, version: Release) -> Variables:
    """Return the variables that the strings of a config mention; they are kept."""
    return _read_variables_once(SameData(data), _first_with_syntax_of(version))


def variable_pattern(version: Release) -> re.Pattern[str]:
    """Return the pattern of a release's placeholders: name, operator, value."""
    if version >= TYPED_SINCE:
        return PLACEHOLDER
    if version >= CONDITIONS_SINCE:
        return re.compile(_OLD_PLACEHOLDER)
    return re.compile(_FIRST_PLACEHOLDER)


def find_strings(mark: str, data: Any) -> Iterator[str]:
    """Yield the string values that contain a mark; the server replaces no keys."""
    left = [data]
    while left:
        value = left.pop()
        if isinstance(value, str):
            if mark in value:
                yield value
        elif isinstance(value, dict):
            left += value.values()
        elif isinstance(value, list):
            left += value


def substitute(data: Any, known: frozenset[str], version: Release) -> Any:
    """Return plain data as the server sees it with `known` variables.

    The result for a whole config is kept, and not to be changed.
    """
    syntax = _first_with_syntax_of(version)
    if isinstance(data, dict):
        return _substitute_once(SameData(data), known, syntax)
    return _substitute(data, known, syntax)


class SameData:
    """Plain data that equals itself only, as a key of what was made of it."""

    def __init__(self, data: Any) -> None:
        self.data = data

    def __hash__(self) -> int:
        return id(self.data)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameData) and self.data is other.data


# a migration asks for one config as several releases read it
@lru_cache(maxsize=2)
def _read_variables_once(same: SameData, version: Release) -> Variables:
    return read_variables(find_strings("$", same.data), version)


@lru_cache(maxsize=4)
def _substitute_once(same: SameData, known: frozenset[str], version: Release) -> Any:
    return _substitute(same.data, known, version)


def _first_with_syntax_of(version: Release) -> Release:
    """Return the first release that replaces variables as this one does."""
    return next((since for since in _CHANGES if since <= version), _FIRST_SYNTAX)


def _substitute(data: Any, known: frozenset[str], version: Release) -> Any:
    """Return data with variables replaced; a part that has none is
    the same object.
    """
    if isinstance(data, str):
        return _substitute_text(data, known, version)
    entries: Iterable[tuple[Any, Any]]
    if isinstance(data, dict):
        entries = data.items()
    elif isinstance(data, list):
        entries = enumerate(data)
    else:
        return data
    found: Any = data
    for key, value in entries:
        # most values are strings without a variable, which is in braces
        is_text = isinstance(value, str)
        if is_text and "{" not in value and version >= LITERALS_KEPT_SINCE:
            continue
        new = _substitute(value, known, version)
        if new is not value:
            if found is data:
                found = data.copy()
            found[key] = new
    return found


def _substitute_text(text: str, known: frozenset[str], version: Release) -> Any:
    literal = "${env." not in text and "{{" not in text
    if literal and version >= LITERALS_KEPT_SINCE:
        return text
    return _substitute_string(text, known, version)


def keep_variables(data: Any, known: frozenset[str], version: Release) -> Any:
    """Return plain data as the server sees it, with `${env.NAME}` in
    strings for the unknown value of a `known` variable.

    Equal strings of the result are equal for the server, whatever the
    values are.
    """
    if isinstance(data, str):
        return _keep_variables(data, known, version)
    if isinstance(data, dict):
        return {
            key: keep_variables(value, known, version) for key, value in data.items()
        }
    if isinstance(data, list):
        return [keep_variables(item, known, version) for item in data]
    return data


def _keep_variables(text: str, known: frozenset[str], version: Release) -> Any:
    value = substitute(text, known, version)
    if value is not UNKNOWN or "{{" in text:
        return value

    def value_of(match: re.Match[str]) -> str:
        if match[2] != "+" and (not match[2] or match[1] in known):
            return f"${{env.{match[1]}}}"
        if match[2] == "+" and match[1] not in known:
            return ""
        return match[3]

    return replace_placeholders(variable_pattern(version), value_of, text)


def hide_parameters(data: Any, parameters: frozenset[str]) -> Any:
    """Return plain data with strings that have parameters as template
    expressions, whose values nobody knows.
    """
    if isinstance(data, str):
        if any(parameter in data for parameter in parameters):
            return "{{ parameter }}"
        return data
    if isinstance(data, dict):
        return {key: hide_parameters(value, parameters) for key, value in data.items()}
    if isinstance(data, list):
        return [hide_parameters(item, parameters) for item in data]
    return data


# a migration asks for one config as several releases read it
@lru_cache(4096)
def _substitute_string(text: str, known: frozenset[str], version: Release) -> Any:
    opened = text.find("{{")
    if 0 <= opened < text.rfind("}}") - 1:
        return UNKNOWN
    result = _replace_variables(text, known, version)
    if result is None:
        return UNKNOWN
    if version < TYPED_SINCE or (result == text and version >= LITERALS_KEPT_SINCE):
        return result
    return convert_string(result)


def _replace_variables(
    text: str, known: frozenset[str], version: Release
) -> str | None:
    """Return a string with variables replaced; None if it is unknown."""
    if "${env." not in text:
        return text
    pattern = variable_pattern(version)
    for name, operator, _ in pattern.findall(text, 0, end_of_last(text)):
        if not operator or (name in known and operator != "+"):
            return None

    def value_of(match: re.Match[str]) -> str:
        # a default is for a variable that is not set, a conditional value for
        # one that is
        if match[2] == "+" and match[1] not in known:
            return ""
        return match[3]

    return replace_placeholders(pattern, value_of, text)


def convert_string(text: str) -> Any:
    """Return the value that the server makes of a replaced string."""
    if text == "":
        return None
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    first = text[0]
    if not (first in _NUMBER_SIGNS or first.isdigit() or first.isspace()):
        return text
    for convert in (int, float):
        try:
            return convert(text)
        except ValueError:
            continue
    return text


def loses_spelling(default: str) -> bool:
    """Return whether a default is a number with leading zeros,
    underscores or an exponent, which the server writes otherwise.
    """
    value = convert_string(default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    digits = default.strip().lstrip("+-").lower()
    if digits[:1] == "0" and digits[1:2].isdigit():
        return True
    return any(mark in digits for mark in ("_", "e", "inf"))
