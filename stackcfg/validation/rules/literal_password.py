"""A password or key that stands in the file as it is.

Who can read the file, its history or a log of it has the password. Put it into a variable.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.redaction.secrets import URL_PASSWORD, is_secret_key, may_hold_secret
from stackcfg.redaction.words import EMPTY_WORDS
from stackcfg.runconfig.placeholders import remove_defaults
from stackcfg.validation.findings import WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each literal secret."""
    if not may_hold_secret(inspection.text):
        return
    for path, node in inspection.scalars:
        if not path or node.is_null:
            continue
        text = node.text
        address = URL_PASSWORD.search(remove_defaults(text)) if "@" in text else None
        if (
            address
            and not _is_from_outside(address[2])
            and address[2].lower() not in EMPTY_WORDS
        ):
            name = next(
                (str(part) for part in reversed(path) if isinstance(part, str)), "this"
            )
            yield RuleFinding(
                value_of(*path),
                f"'{name}' holds a password that is written out in the file",
                help="use a variable for the password: ${env.PASSWORD}",
            )
            continue
        if not isinstance(path[-1], str):
            continue
        if (
            not is_secret_key(path[-1])
            or _is_from_outside(text)
            or text.lower() in EMPTY_WORDS
        ):
            continue
        if text.isdigit() or text.lower() in ("true", "false"):
            continue
        name = "".join(char if char.isalnum() else "_" for char in path[-1]).upper()
        yield RuleFinding(
            value_of(*path),
            f"'{path[-1]}' is written out in the file",
            help=f"use a variable: ${{env.{name}}}",
        )


def _is_from_outside(text: str) -> bool:
    """Whether a variable or a template puts in at least a part of it."""
    return "${env" in text or "$env." in text or "{{" in text


RULE: Final = Rule(
    "literal-password", WARNING, __doc__, check=check, on_old_configs=True
)
