"""Something that looks like a variable and is not: the server reads it as literal text.

A variable is `${env.NAME}`, `${env.NAME:=default}` or `${env.NAME:+value}`,
where NAME has capital letters, digits and underscores. These stay as they are
written, so that paths and passwords contain the text `${env.…}`: a lower-case
name, a missing brace, a variable in shell syntax (`$NAME`, `${NAME:-default}`),
and a variable inside a default, which ends at the first `}`.
"""

from __future__ import annotations

import re

from stackcfg.light_typing import Final
from stackcfg.paths import Path, value_at
from stackcfg.runconfig.placeholders import (
    PLACEHOLDER_START,
    find_old_placeholder,
    remove_placeholders,
)
from stackcfg.validation.queries.moved_stores import stores_of_backend
from stackcfg.validation.queries.wording import shorten
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, Splice, UnsafeFix, value_of

# strings, since few files need them: a pattern is compiled where it is used first
_LIKE_A_VARIABLE: Final = (
    r"(?i)\$\{\s*env\b[^}\n]*\}?"
    r"|\$env\.\w+"
    r"|\$\(env\.\w+\)"
    r"|\$\{\{\s*env\.\w+\s*\}\}"
    r"|^\{env\.\w+\}(?=/|$)"
)
_BARE: Final = (
    r"(?i)\$env\.\w+|\$\(env\.\w+\)|\$\{\{\s*env\.\w+\s*\}\}|\{env\.\w+\}"
    r"|\$\{env\.\w+\}"
)
"""A name in one of the other forms, with nothing else in it."""

_NAME: Final = r"(?i)env[.:]([\w-]+)"
_NESTED: Final = PLACEHOLDER_START + r":[=+][^}]*\$\{"
_SHELL: Final = (
    r"^\$(?:(?P<plain>[A-Z_][A-Z0-9_]+)"
    r"|\{(?P<name>[A-Z_][A-Z0-9_]+)(?P<rest>:?[-=?+][^}]*)?\})(?=/|$)"
)
_SETTINGS: Final = (
    "providers",
    "storage",
    "server",
    "metadata_store",
    "inference_store",
)
"""Sections where a value that begins like a shell variable is hardly meant
literally.
"""


def check(inspection: Inspection) -> Findings:
    for path, node in inspection.scalars:
        if "$" in node.text or node.text.startswith("{env."):
            text = inspection.without_parameters(node.text)
            yield from _check_string(inspection, path, text)


def _check_string(inspection: Inspection, path: Path, text: str) -> Findings:
    if re.search(_NESTED, text):
        yield RuleFinding(
            value_of(*path),
            "a variable inside the default of another variable is not replaced; "
            "the first '}' ends the default",
            help="use one variable with a plain default",
        )
        return
    rest = remove_placeholders(text)
    like = re.search(_LIKE_A_VARIABLE, rest)
    shell = re.match(_SHELL, rest)
    if like is not None:
        if not _is_reported_elsewhere(like.group()):
            name = _name_in(like.group())
            new = _modernize(like.group(), name)
            yield _describe(path, like.group(), name, _fix(inspection, path, like, new))
    elif shell is not None and path and path[0] in _SETTINGS:
        name = shell["plain"] or shell["name"]
        new = _modernize_shell(name, shell["rest"] or "")
        yield _describe(path, shell.group(), name, _fix(inspection, path, shell, new))


def _is_reported_elsewhere(like: str) -> bool:
    # old-placeholder reports the syntax of 0.2.12
    return _is_named_by_a_template(like) or bool(find_old_placeholder(like))


def _is_named_by_a_template(text: str) -> bool:
    """Return whether a template writes the name: `${env.{{ .name }}_KEY}`, not
    `${{ env.KEY }}`.
    """
    return "{{" in text and not text.startswith("${{")


def _name_in(text: str) -> str:
    found = re.search(_NAME, text)
    if found is None:
        return "NAME"
    return found[1].upper().replace("-", "_")


def _modernize(written: str, name: str) -> str:
    """Return what looks like a variable as one; empty if more is wrong with it."""
    if re.fullmatch(_BARE, written) and name != "NAME":
        return f"${{env.{name}}}"
    return ""


def _modernize_shell(name: str, rest: str) -> str:
    """Return a variable of a shell as one of the server; empty if it has none."""
    if rest.startswith((":-", ":=")) and "$" not in rest:
        return f"${{env.{name}:={rest[2:]}}}"
    if not rest:
        return f"${{env.{name}}}"
    return ""


def _fix(
    inspection: Inspection, path: Path, match: re.Match[str], new: str
) -> UnsafeFix | None:
    written = match.group()
    value = value_at(inspection.data, path)
    if not new or not isinstance(value, str) or value.count(written) != 1:
        return None
    moved = stores_of_backend(inspection, path)
    return UnsafeFix(f"write {new}", (Splice(path, written, new),), moved)


def _describe(
    path: Path, written: str, name: str, unsafe: UnsafeFix | None
) -> RuleFinding:
    return RuleFinding(
        value_of(*path),
        f"'{shorten(written)}' is not a variable; the server reads it as literal text",
        help=f"write ${{env.{name}}}, or ${{env.{name}:=default}}",
        unsafe=unsafe,
    )


RULE = Rule("placeholder-syntax", WARNING, __doc__, check)
