"""Something that looks like a variable and is none: the server takes it as literal text.

A variable is `${env.NAME}`, `${env.NAME:=default}` or `${env.NAME:+value}`, with NAME in capitals, digits and
underscores. A lower-case name, a missing brace, `$NAME`, or a placeholder inside a default stays as it is written, so
that paths and passwords hold the text `${env.…}`. The first `}` ends a default.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from stackcfg.diagnostics import WARNING
from stackcfg.document import Node, Path
from stackcfg.finding import Finding, value
from stackcfg.inspection import Inspection
from stackcfg.placeholders import old_syntax, without_placeholders

SEVERITY: Final = WARNING
OLD_TOO: Final = True

_LIKE: Final = re.compile(r"\$\{\s*env\b[^}\n]*\}?|\$\{\s*ENV\b[^}\n]*\}?|\$env\.\w+|\$\(env\.\w+\)", re.IGNORECASE)
_NESTED: Final = re.compile(r"\$\{env\.[A-Z0-9_]+:[=+][^}]*\$\{env\.")


def check(inspection: Inspection) -> Iterator[Finding]:
    """One finding for each text that holds one."""
    if not _NESTED.search(inspection.text) and not _LIKE.search(without_placeholders(inspection.text)):
        return
    for path, node in inspection.scalars:
        if "$" in node.text:
            yield from _in_text(path, node)


def _in_text(path: Path, node: Node) -> Iterator[Finding]:
    if _NESTED.search(node.text):
        yield Finding(
            value(*path),
            "a variable inside the default of another is not replaced: the first '}' ends the default",
            help="use one variable with a plain default",
        )
        return
    left = without_placeholders(node.text)
    match = _LIKE.search(left)
    if match is None or old_syntax(match.group()):
        return
    name = re.search(r"env\.(\w+)", match.group(), re.IGNORECASE)
    good = f"${{env.{name[1].upper()}}}" if name else "${env.NAME}"
    written = match.group()
    yield Finding(
        value(*path),
        f"'{written if len(written) < 40 else written[:37] + '...'}' is no variable: it is taken as literal text",
        help=f"write {good}, or {good[:-1]}:=default}}",
    )
