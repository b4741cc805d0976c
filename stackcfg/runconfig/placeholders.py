"""The grammar of `${env.NAME}` placeholders, which this project reads and never resolves.

Eras (upstream #2490): until 0.2.12 a default is written `${env.X:default}`, from 0.2.13 `${env.X:=default}` and a
conditional value `${env.X:+value}`. A name is upper case; the value part ends at the first `}`.
"""

from __future__ import annotations

import re
from typing import Final

PLACEHOLDER_START: Final = r"\$\{env\.[A-Z0-9_]+"
"""How a placeholder begins, as a pattern: up to the end of the name."""

NAMED_START: Final = r"\$\{env\.([A-Z0-9_]+)"
"""The same with the name as a group."""

PLACEHOLDER: Final = re.compile(NAMED_START + r"(?::([=+])([^}]*))?\}")
"""A placeholder in the syntax of 0.2.13 and later: name, operator, value."""

_VARIABLE: Final = re.compile(r"\$\{env\.[^}]*\}|\{\{.*?\}\}")
_OLD_DEFAULT: Final = re.compile(PLACEHOLDER_START + r"(?::(?![=+])[^}]*|\+[^}]*)\}")
_SHELL_DEFAULT: Final = re.compile(f"({PLACEHOLDER_START})" + r":-(?=[^}]*\})")
_SHELL_DEMAND: Final = re.compile(f"({PLACEHOLDER_START})" + r":\?[^}]*\}")


def has_placeholder(text: str) -> bool:
    """Whether a text holds a placeholder in the syntax of 0.2.13 and later."""
    return "${env." in text and PLACEHOLDER.search(text) is not None


def find_old_placeholder(text: str) -> str | None:
    """The first placeholder written in the syntax of 0.2.12 and earlier, which later releases take literally."""
    if "${env." not in text:
        return None
    match = _OLD_DEFAULT.search(text)
    return match.group() if match else None


def fill_defaults(text: str) -> str:
    """The text with each placeholder replaced by its default, or by nothing where it has none."""
    return PLACEHOLDER.sub(
        lambda match: (match[3] or "") if match[2] == "=" else "", text
    )


def may_be_empty(text: str) -> bool:
    """Whether a text is a single placeholder that becomes null while its variable is unset."""
    match = PLACEHOLDER.fullmatch(text)
    return (
        match is not None and match[2] is not None and (match[2] == "+" or not match[3])
    )


def add_default(text: str, default: str) -> str:
    """A placeholder without a default, given one: `${env.X:=}` becomes `${env.X:=default}`."""
    match = PLACEHOLDER.fullmatch(text)
    return f"${{env.{match[1]}:={default}}}" if match else text


def is_conditional(text: str) -> bool:
    """Whether a text holds a placeholder that makes its entry come and go with a variable (`${env.X:+value}`)."""
    return any(match[2] == "+" for match in PLACEHOLDER.finditer(text))


def remove_defaults(text: str) -> str:
    """The text with the defaults cut off its placeholders: two texts that then agree are probably meant as one."""
    return PLACEHOLDER.sub(lambda match: f"${{env.{match[1]}}}", text)


def remove_conditions(text: str) -> str:
    """A name without its condition: `${env.X:+faiss}` is `faiss` where it is anything, other variables their name."""
    return PLACEHOLDER.sub(
        lambda match: match[3] if match[2] == "+" and match[3] else match[1].lower(),
        text,
    )


def split_directory(path: str) -> tuple[str, str] | None:
    """A path text as (directory with its separator, file name), cut behind the last separator outside placeholders.

    None when the last separator lies inside a placeholder, so that no directory can be written down.
    """
    masked = _VARIABLE.sub(lambda match: "\0" * len(match.group()), path)
    cut = max(masked.rfind("/"), masked.rfind("\\")) + 1
    name = masked[cut:]
    if "\0" in name:
        return None
    return path[:cut], path[cut:]


def remove_placeholders(text: str) -> str:
    """The text without its placeholders, in the syntax of 0.2.13 and later."""
    return PLACEHOLDER.sub("", text)


def modernize_placeholders(text: str) -> str:
    """The text with placeholders of 0.2.12 and earlier in the syntax that came after (upstream #2490)."""
    return _OLD_DEFAULT.sub(
        lambda match: re.sub(
            f"^({PLACEHOLDER_START})" + r"(:|\+)", _operator, match.group()
        ),
        text,
    )


def modernize_shell_syntax(text: str) -> str:
    """The same for texts that nobody reads yet: `:-` and `:?` are what a shell writes for a default and a demand."""
    return modernize_placeholders(
        _SHELL_DEMAND.sub(r"\1}", _SHELL_DEFAULT.sub(r"\1:=", text))
    )


def _operator(match: re.Match[str]) -> str:
    return f"{match[1]}:{'=' if match[2] == ':' else '+'}"


def guess_value(text: str) -> str:
    """What a text most likely means: variables as their default, or as what their switch puts there."""
    return fill_defaults(text) or remove_conditions(text)
