"""What the server makes of `${env…}` texts, without asking the environment.

A file is read twice: with every variable unset that may be unset, and once more with those set that switch something
on (`${env.X:+value}`). A variable without a default counts as set, to a value that nobody knows here. From 0.2.13 a
text in which a variable was replaced gets a type of its own: null, boolean, number, else text (#2490); until 0.2.19 so
does every other text. Measured by calling each release's `replace_env_vars`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from stackcfg.releases.versions import Release
from stackcfg.runconfig.placeholders import NAMED_START, PLACEHOLDER

TYPED_SINCE: Final[Release] = (0, 2, 13)
LITERALS_KEPT_SINCE: Final[Release] = (0, 2, 20)

_OLD: Final = re.compile(NAMED_START + r"(?:([:+])([^}]*))?\}")
_PLAIN: Final = frozenset((int, float, bool, type(None)))
_TEMPLATE: Final = re.compile(r"\{\{.*?\}\}", re.DOTALL)


class Unknown:
    """A value that only the environment (or a template engine) knows; it fits every scalar type."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


class Variables(NamedTuple):
    """The variables of a file by what is written about them."""

    required: frozenset[str] = frozenset()
    switches: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()

    @property
    def readings(self) -> tuple[frozenset[str], ...]:
        """The sets of variables to take as set: what must be, and where there are switches, those too."""
        return (
            (self.required, self.required | self.switches)
            if self.switches - self.required
            else (self.required,)
        )


def read_variables(texts: Iterable[str], version: Release) -> Variables:
    """The variables that texts mention: without a default, as a switch, with an empty default."""
    found: dict[str, set[str]] = {"": set(), "+": set(), "empty": set()}
    for text in texts:
        for match in variable_pattern(version).finditer(text):
            if match[2] == "+":
                found["+"].add(match[1])
            elif match[2] is None:
                found[""].add(match[1])
            elif not match[3]:
                found["empty"].add(match[1])
    return Variables(
        frozenset(found[""]), frozenset(found["+"]), frozenset(found["empty"])
    )


def find_strings(mark: str, data: Any) -> Iterator[str]:
    """The texts in plain data that hold a mark. Only values: the server looks for variables in no key."""
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
    """Plain data as the server sees it when the variables in `known` are set and all others are not."""
    if isinstance(data, str):
        plain = (
            version >= LITERALS_KEPT_SINCE and "${env." not in data and "{{" not in data
        )
        return data if plain else _text(data, known, version)
    if isinstance(data, dict):
        return {
            key: value if type(value) in _PLAIN else substitute(value, known, version)
            for key, value in data.items()
        }
    if isinstance(data, list):
        return [
            item if type(item) in _PLAIN else substitute(item, known, version)
            for item in data
        ]
    return data


def _text(text: str, known: frozenset[str], version: Release) -> Any:
    if "{{" in text and _TEMPLATE.search(text):
        return UNKNOWN
    if "${env." not in text:
        return (
            convert_string(text)
            if TYPED_SINCE <= version < LITERALS_KEPT_SINCE
            else text
        )
    unknown = False

    def value(match: re.Match[str]) -> str:
        nonlocal unknown
        name, operator, given = match[1], match[2], match[3] or ""
        if operator == "+":
            return given if name in known else ""
        if name in known or operator is None:
            unknown = True
            return ""
        return given

    result = variable_pattern(version).sub(value, text)
    if unknown:
        return UNKNOWN
    if version < TYPED_SINCE or (result == text and version >= LITERALS_KEPT_SINCE):
        return result
    return convert_string(result)


def variable_pattern(version: Release) -> re.Pattern[str]:
    """How a release writes a variable: its name, an operator, and what the operator is given."""
    return PLACEHOLDER if version >= TYPED_SINCE else _OLD


def convert_string(text: str) -> Any:
    """The value that the server gives a text in which it replaced a variable."""
    if text == "":
        return None
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for convert in (int, float):
        try:
            return convert(text)
        except ValueError:
            continue
    return text
