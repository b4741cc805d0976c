"""Read the CEL rules of a resource definition as conditions that stackcfg can test.

A rule is matched by its form, and one of an unknown form is an error: it needs a
condition of its own here and in `stackcfg/validation/manifest_rules/`.
"""

from __future__ import annotations

import re
from typing import Final

Condition = list[str | list[str]]
"""The name of a condition, then the names and values that it is about."""

_FIELD: Final = r"self\.(?P<{0}>\w+)"
_HAS: Final = r"has\(self\.(?P<{0}>[\w.]+)\)"
_TEXT: Final = r"'(?P<{0}>[^']*)'"


def _form(pattern: str, *parts: str) -> re.Pattern[str]:
    """Return the form of a rule; blanks in it stand for any, also for none."""
    pieces = [re.escape(piece) for piece in pattern.replace(" ", "").split("@")]
    whole = pieces[0]
    for part, piece in zip(parts, pieces[1:], strict=True):
        whole += part + piece
    return re.compile(whole)


def _has(name: str) -> str:
    return _HAS.format(name)


def _field(name: str) -> str:
    return _FIELD.format(name)


def _text(name: str) -> str:
    return _TEXT.format(name)


_FORMS: Final = {
    "not-both": (
        _form("!@||!@", _has("first"), _has("second")),
        _form("!(@&&@)", _has("first"), _has("second")),
    ),
    "one-of": (_form("@||@", _has("first"), _has("second")),),
    "not-listed": (
        _form(
            "!has(self.providers) || !@ || !@.exists(d,d==@) || !@",
            _has("list"),
            r"self\.\w+",
            _text("value"),
            _has("field"),
        ),
    ),
    "not-empty": (_form("!@||@.size()>0", _has("field"), r"self\.\w+"),),
    "begins-with": (
        _form(
            "@.startsWith(@)||@.startsWith(@)",
            _field("field"),
            _text("first"),
            r"self\.\w+",
            _text("second"),
        ),
    ),
    "needed-for": (_form("@!=@||@", _field("switch"), _text("value"), _has("field")),),
    "only-for": (_form("!@||@==@", _has("field"), _field("switch"), _text("value")),),
    "not-above": (_form("!@||@>=@", _has("low"), _field("high"), r"self\.\w+"),),
    "positive": (
        _form(
            "!@||quantity(@).isGreaterThan(quantity('0'))",
            _has("field"),
            r"self\.\w+",
        ),
    ),
}
"""The forms of rules, by the name of the condition that they mean."""


def read_condition(rule: str) -> Condition:
    """Return the condition that a CEL rule means.

    Raises `ValueError` for a rule of an unknown form.
    """
    plain = rule.replace(" ", "")
    for name, forms in _FORMS.items():
        for form in forms:
            match = form.fullmatch(plain)
            if match is not None:
                return [name, *match.groupdict().values()]
    raise ValueError(f"a CEL rule of an unknown form: {rule}")
