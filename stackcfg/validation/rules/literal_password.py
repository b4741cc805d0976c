"""A password or key that is written literally in the file.

Whoever can read the file, its history or a log of it knows the password. Write
a variable instead.
"""

from __future__ import annotations

from stackcfg.light_typing import Final
from stackcfg.paths import Path
from stackcfg.redaction.keys import is_secret_key
from stackcfg.redaction.secrets import may_hold_secret
from stackcfg.redaction.words import EMPTY_WORDS
from stackcfg.runconfig.placeholders import remove_defaults
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of

TEMPLATE_MARKS: Final = ("${env", "$env.", "{{")


def check(inspection: Inspection) -> Findings:
    if not may_hold_secret(inspection.text):
        return
    for path, node in inspection.scalars:
        if not path or node.is_null:
            continue
        text = inspection.without_parameters(node.text)
        if _has_url_password(text):
            yield _describe_url(path)
        elif isinstance(path[-1], str) and _is_secret(path[-1], text):
            yield _describe_value(path, path[-1])


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


def _describe_url(path: Path) -> RuleFinding:
    keys = [part for part in path if isinstance(part, str)] or ["this"]
    return RuleFinding(
        value_of(*path),
        f"'{keys[-1]}' contains a literal password",
        help="use a variable for the password: ${env.PASSWORD}",
    )


def _describe_value(path: Path, key: str) -> RuleFinding:
    name = "".join(char if char.isalnum() else "_" for char in key).upper()
    return RuleFinding(
        value_of(*path),
        f"'{key}' is a literal secret",
        help=f"use a variable: ${{env.{name}}}",
    )


RULE = Rule("literal-password", WARNING, __doc__, check, on_old_configs=True)
