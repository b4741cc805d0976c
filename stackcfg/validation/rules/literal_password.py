"""A password or key that is written literally in the file.

Whoever can read the file, its history or a log of it knows the password. Write
a variable instead.
"""

from __future__ import annotations

import re
from functools import cached_property

from stackcfg.light_typing import Final
from stackcfg.paths import Path, value_at
from stackcfg.redaction.keys import is_secret_key
from stackcfg.redaction.secrets import may_hold_secret
from stackcfg.redaction.words import EMPTY_WORDS
from stackcfg.runconfig.placeholders import remove_defaults
from stackcfg.runconfig.substitution import convert_string
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import (
    Change,
    Correction,
    RuleFinding,
    Splice,
    UnsafeFix,
    value_of,
)

TEMPLATE_MARKS: Final = ("${env", "$env.", "{{")
_VARIABLE_NAME: Final = r"env\.(\w+)"


def check(inspection: Inspection) -> Findings:
    if not may_hold_secret(inspection.text):
        return
    variables = _Variables(inspection)
    for path, node in inspection.scalars:
        # the cheap question first: most scalars are no candidates
        if not path or not _may_be_secret(path[-1], node.text) or node.is_null:
            continue
        text = inspection.without_parameters(node.text)
        if _has_url_password(text):
            yield _describe_url(path, _replace_in_url(variables, path, text))
        elif isinstance(path[-1], str) and _is_secret(path[-1], text):
            yield _describe_value(path, path[-1], variables.replace(path, text))


class _Variables:
    """The variables that stand for the secrets of a config: one for each."""

    def __init__(self, inspection: Inspection) -> None:
        self._inspection = inspection
        self._secrets: dict[str, str] = {}
        self._numbered: dict[tuple[str, str], str] = {}
        self._last_numbers: dict[str, int] = {}

    @cached_property
    def _written(self) -> frozenset[str]:
        """The names of variables in the text; a file without secrets needs none."""
        return frozenset(re.findall(_VARIABLE_NAME, self._inspection.text))

    def replace(self, path: Path, secret: str) -> UnsafeFix | None:
        """Return the fix that writes a variable in place of a secret."""
        written = value_at(self._inspection.data, path)
        # what a variable provides may be another type than what is written
        if written != secret or convert_string(secret) != secret:
            return None
        variable = self.name(path, secret)
        return _fix(variable, Correction(value_of(*path), f"${{env.{variable}}}"))

    def name(self, path: Path, secret: str) -> str:
        """Return the name of a variable that no other secret has."""
        keys = [_as_variable(part) for part in path if isinstance(part, str)]
        names = ["_".join(keys[start:]) for start in reversed(range(len(keys)))]
        for name in names:
            if self._is_free(name, secret):
                self._secrets[name] = secret
                return name
        return self._number(names[0], secret)

    def _number(self, name: str, secret: str) -> str:
        """Return a name with the next number, or the one that a secret has."""
        known = self._numbered.get((name, secret))
        if known is not None:
            return known
        number = self._last_numbers.get(name, 1) + 1
        while not self._is_free(f"{name}_{number}", secret):
            number += 1
        self._last_numbers[name] = number
        numbered = f"{name}_{number}"
        self._numbered[name, secret] = numbered
        self._secrets[numbered] = secret
        return numbered

    def _is_free(self, name: str, secret: str) -> bool:
        if name in self._secrets:
            return self._secrets[name] == secret
        return name not in self._written


def _as_variable(key: str) -> str:
    return "".join(char if char.isalnum() else "_" for char in key).upper()


def _replace_in_url(variables: _Variables, path: Path, text: str) -> UnsafeFix | None:
    """Return the fix that writes a variable in place of the password in a URL."""
    from stackcfg.redaction.urls import find_passwords

    spans = list(find_passwords(text))
    if len(spans) != 1 or remove_defaults(text) != text:
        return None
    start, end = spans[0]
    around = text[start - 1 : end + 1]
    if text.count(around) > 1:
        return None
    variable = variables.name((*path, "password"), text[start:end])
    new = f"{around[0]}${{env.{variable}}}{around[-1]}"
    return _fix(variable, Splice(path, around, new))


def _fix(variable: str, change: Change) -> UnsafeFix:
    message = f"write ${{env.{variable}}}; set {variable} where the server starts"
    return UnsafeFix(message, (change,))


def _may_be_secret(key: str | int, text: str) -> bool:
    if "@" in text:
        return True
    return isinstance(key, str) and is_secret_key(key)


def _has_url_password(text: str) -> bool:
    if "@" not in text or "://" not in text:
        return False
    # few files have a URL with a password in it
    from stackcfg.redaction.urls import find_passwords

    shown = remove_defaults(text)
    return any(_is_literal(shown[slice(*span)]) for span in find_passwords(shown))


def _is_secret(key: str, text: str) -> bool:
    if not is_secret_key(key) or not _is_literal(text):
        return False
    return not text.isdigit() and text.lower() not in ("true", "false")


def _is_literal(text: str) -> bool:
    """Return whether a value is a real one, and no variable or template
    provides it.
    """
    if text.lower() in EMPTY_WORDS:
        return False
    return not any(mark in text for mark in TEMPLATE_MARKS)


def _describe_url(path: Path, unsafe: UnsafeFix | None) -> RuleFinding:
    keys = [part for part in path if isinstance(part, str)] or ["this"]
    return RuleFinding(
        value_of(*path),
        f"'{keys[-1]}' contains a literal password",
        help="use a variable for the password: ${env.PASSWORD}",
        unsafe=unsafe,
    )


def _describe_value(path: Path, key: str, unsafe: UnsafeFix | None) -> RuleFinding:
    return RuleFinding(
        value_of(*path),
        f"'{key}' is a literal secret",
        help=f"use a variable: ${{env.{_as_variable(key)}}}",
        unsafe=unsafe,
    )


RULE = Rule("literal-password", WARNING, __doc__, check)
