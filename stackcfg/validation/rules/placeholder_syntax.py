"""Something that looks like a variable and is none: the server takes it as literal text.

A variable is `${env.NAME}`, `${env.NAME:=default}` or `${env.NAME:+value}`, with NAME in capitals, digits and
underscores. A lower-case name, a missing brace, a variable as a shell writes it (`$NAME`, `${NAME:-default}`), or a
placeholder inside a default stays as it is written, so that paths and passwords hold the text `${env.…}`. The first `}`
ends a default.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from stackcfg.paths import Path
from stackcfg.runconfig.placeholders import (
    PLACEHOLDER_START,
    find_old_placeholder,
    remove_placeholders,
)
from stackcfg.validation.findings import WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of
from stackcfg.yamltext.document import Node

_LIKE: Final = re.compile(
    r"\$\{\s*env\b[^}\n]*\}?|\$env\.\w+|\$\(env\.\w+\)|\$\{\{\s*env\.\w+\s*\}\}|^\{env\.\w+\}(?=/|$)",
    re.IGNORECASE,
)
_NESTED: Final = re.compile(PLACEHOLDER_START + r":[=+][^}]*\$\{")
_SHELL: Final = re.compile(
    r"^\$(?:(?P<plain>[A-Z_][A-Z0-9_]+)|\{(?P<name>[A-Z_][A-Z0-9_]+)(?P<rest>:?[-=?+][^}]*)?\})(?=/|$)"
)
_SETTINGS: Final = (
    "providers",
    "storage",
    "server",
    "metadata_store",
    "inference_store",
)
"""Where a value that begins like a variable of a shell can hardly be meant as it is written."""


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each text that holds one."""
    if not any(map(_is_suspicious, inspection.dollar_texts)) and not _lacks_dollar(
        inspection.text
    ):
        return
    for path, node in inspection.scalars:
        if "$" in node.text or node.text.startswith("{env."):
            yield from _in_text(path, node)


def _lacks_dollar(text: str) -> bool:
    """Whether `{env.` stands somewhere without a dollar before it; faster than a pattern."""
    return text.count("{env.") > text.count("${env.")


def _is_suspicious(text: str) -> bool:
    return "$" in remove_placeholders(text) or _NESTED.search(text) is not None


def _in_text(path: Path, node: Node) -> Iterator[RuleFinding]:
    if _NESTED.search(node.text):
        yield RuleFinding(
            value_of(*path),
            "a variable inside the default of another is not replaced: the first '}' ends the default",
            help="use one variable with a plain default",
        )
        return
    left = remove_placeholders(node.text)
    match = _LIKE.search(left)
    shell = _SHELL.match(left) if path[:1] and path[0] in _SETTINGS else None
    if match is not None and find_old_placeholder(match.group()):
        return
    if match is not None:
        name = re.search(r"env[.:]([\w-]+)", match.group(), re.IGNORECASE)
        good = (
            f"${{env.{name[1].upper().replace('-', '_')}}}" if name else "${env.NAME}"
        )
        written = match.group()
    elif shell is not None:
        good, written = f"${{env.{shell['plain'] or shell['name']}}}", shell.group()
    else:
        return
    yield RuleFinding(
        value_of(*path),
        f"'{written if len(written) < 40 else written[:37] + '...'}' is no variable: it is taken as literal text",
        help=f"write {good}, or {good[:-1]}:=default}}",
    )


RULE: Final = Rule(
    "placeholder-syntax", WARNING, __doc__, check=check, on_old_configs=True
)
