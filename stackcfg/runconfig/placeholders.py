"""The grammar of `${env.NAME}` placeholders, never resolved here.

Until 0.2.12 a default is written `${env.X:default}` and a conditional
value `${env.X+value}`; from 0.2.13 `${env.X:=default}` and
`${env.X:+value}` (upstream #2490). A name is upper case; the value ends
at the first `}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from re import Match

from stackcfg.patterns import lazy_pattern

PLACEHOLDER_START = r"\$\{env\.[A-Z0-9_]+"
"""A pattern for the beginning of a placeholder, up to the end of its name."""

NAMED_START = r"\$\{env\.([A-Z0-9_]+)"
"""The same with the name as a group."""

PLACEHOLDER = lazy_pattern(NAMED_START + r"(?::([=+])([^}]*))?\}")
"""A placeholder in the syntax of 0.2.13 and later: name, operator, value."""

# strings, since few files need them and compiling them all at the start takes
# 0.5 ms
_VARIABLE = r"\$\{env\.[^}]*\}|\{\{[^\n]{0,500}?\}\}"
_OLD_PLACEHOLDER = PLACEHOLDER_START + r"(?::(?![=+])[^}]*|\+[^}]*)\}"
_OLD_OPERATOR = f"({PLACEHOLDER_START})" + r"(?::(?![=+])|\+)[^}]*\}"
_OLD_DEFAULT = f"^({PLACEHOLDER_START}):(?![=+])"
_OLD_CONDITION = f"^({PLACEHOLDER_START})" + r"\+"
_SHELL_DEFAULT = f"({PLACEHOLDER_START})" + r":-(?=[^}]{0,2000}+\})"
_SHELL_DEMAND = f"({PLACEHOLDER_START})" + r":\?[^}]*\}"


def end_of_last(text: str) -> int:
    """Return where the last placeholder of a string can end.

    Behind it no `}` follows. A pattern that looks for one from each
    `${` there would take quadratic time.
    """
    return text.rfind("}") + 1


def replace_placeholders(
    pattern: str | re.Pattern[str], new: str | Callable[[Match[str]], str], text: str
) -> str:
    """Return a string with the matches of a pattern that ends
    with `}` replaced.
    """
    end = end_of_last(text)
    if isinstance(pattern, str):
        pattern = re.compile(pattern)
    return pattern.sub(new, text[:end]) + text[end:]


def has_placeholder(text: str) -> bool:
    """Return whether a string has a placeholder of 0.2.13 and later."""
    if "${env." not in text:
        return False
    return PLACEHOLDER.search(text, 0, end_of_last(text)) is not None


def is_conditional(text: str) -> bool:
    """Return whether a variable switches an entry on: `${env.X:+value}`."""
    found = PLACEHOLDER.finditer(text, 0, end_of_last(text))
    return any(match[2] == "+" for match in found)


def value_of_condition(text: str) -> str:
    """Return the value of a string that is one condition: `a` of `${env.X:+a}`.

    Empty for any other string.
    """
    match = PLACEHOLDER.fullmatch(text)
    if match is None or match[2] != "+":
        return ""
    return match[3]


def may_be_empty(text: str) -> bool:
    """Return whether a string is one placeholder that may be null."""
    match = PLACEHOLDER.fullmatch(text)
    if match is None or match[2] is None:
        return False
    return match[2] == "+" or not match[3]


def find_old_placeholder(text: str) -> str | None:
    """Return the first old placeholder, which 0.2.13 reads literally."""
    if "${env." not in text:
        return None
    match = re.search(_OLD_PLACEHOLDER, text[: end_of_last(text)])
    return match and match.group()


def find_old_operators(text: str, start: int, end: int) -> list[int]:
    """Return where the operators of old placeholders are in a
    span of a string.
    """
    last = text.rfind("}", start, end) + 1
    pattern = re.compile(_OLD_OPERATOR)
    return [match.end(1) for match in pattern.finditer(text, start, last)]


def fill_defaults(text: str) -> str:
    """Replace each placeholder by its default, or by nothing if it has none."""
    return replace_placeholders(PLACEHOLDER, _default_of, text)


def _default_of(match: Match[str]) -> str:
    if match[2] == "=":
        return match[3]
    return ""


def in_shell_syntax(text: str) -> str:
    """Return a string as a shell reads it: `${env.X:=a}` as `${X:-a}`."""
    return replace_placeholders(PLACEHOLDER, _shell_form_of, text)


def _shell_form_of(match: Match[str]) -> str:
    if match[2] == "+":
        return f"${{{match[1]}:+{match[3]}}}"
    if match[3]:
        return f"${{{match[1]}:-{match[3]}}}"
    return f"${{{match[1]}}}"


def add_default(text: str, default: str) -> str:
    """Give a placeholder a default: `${env.X:=}` becomes `${env.X:=default}`.

    `${env.X:+value}` becomes `value`: it has no other, or is null.
    """
    match = PLACEHOLDER.fullmatch(text)
    if match is None:
        return text
    return value_of_condition(text) or f"${{env.{match[1]}:={default}}}"


def remove_defaults(text: str) -> str:
    """Remove all defaults: strings that are equal then probably mean the same."""
    return replace_placeholders(PLACEHOLDER, r"${env.\1}", text)


def remove_placeholders(text: str) -> str:
    """Remove all placeholders in the syntax of 0.2.13 and later."""
    return replace_placeholders(PLACEHOLDER, "", text)


def remove_conditions(text: str) -> str:
    """Replace `${env.X:+faiss}` by `faiss`, and any other
    variable by its name.
    """
    return replace_placeholders(PLACEHOLDER, _conditional_value_of, text)


def _conditional_value_of(match: Match[str]) -> str:
    if match[2] == "+" and match[3]:
        return match[3]
    return match[1].lower()


def assume_conditions(text: str) -> str:
    """Replace `${env.X:+faiss}` by `faiss`; other placeholders stay."""
    return PLACEHOLDER.sub(_assumed_value_of, text)


def _assumed_value_of(match: Match[str]) -> str:
    if match[2] == "+" and match[3]:
        return match[3]
    return match[0]


def guess_value(text: str) -> str:
    """Return the likeliest value: with defaults, or with conditional values."""
    return fill_defaults(text) or remove_conditions(text)


def modernize_placeholders(text: str) -> str:
    """Rewrite placeholders of 0.2.12 and earlier in the later syntax (#2490)."""
    return replace_placeholders(_OLD_PLACEHOLDER, _modernize, text)


def _modernize(match: Match[str]) -> str:
    with_default = re.sub(_OLD_DEFAULT, r"\1:=", match.group())
    return re.sub(_OLD_CONDITION, r"\1:+", with_default)


def modernize_shell_syntax(text: str) -> str:
    """Rewrite `:-` and `:?` of a shell as well, which no release reads."""
    with_defaults = re.sub(_SHELL_DEFAULT, r"\1:=", text)
    plain = replace_placeholders(_SHELL_DEMAND, r"\1}", with_defaults)
    return modernize_placeholders(plain)


def split_directory(path: str) -> tuple[str, str] | None:
    """Split a path before its file name; None if in a placeholder."""
    # masked, so that a separator inside a placeholder is not found
    masked = replace_placeholders(_VARIABLE, _hide, path)
    cut = max(masked.rfind("/"), masked.rfind("\\")) + 1
    if "\0" in masked[cut:]:
        return None
    return path[:cut], path[cut:]


def _hide(match: Match[str]) -> str:
    return "\0" * len(match[0])
