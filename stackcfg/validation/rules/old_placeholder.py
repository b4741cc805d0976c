"""A variable in the syntax of 0.2.12 and earlier.

`${env.NAME:default}` became `${env.NAME:=default}`, and `${env.NAME+value}` became `${env.NAME:+value}` in 0.2.13
(upstream #2490). Later releases take the old form as literal text, without an error: a path becomes a folder of that
literal name. The same becomes of `${env.NAME:-default}` and `${env.NAME:?message}`, as a shell writes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.releases.versions import format_release
from stackcfg.runconfig.placeholders import (
    find_old_placeholder,
    modernize_placeholders,
    modernize_shell_syntax,
)
from stackcfg.runconfig.substitution import TYPED_SINCE
from stackcfg.validation.findings import WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of
from stackcfg.yamltext.document import Node


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each text that holds one."""
    if (
        inspection.version < TYPED_SINCE
        or find_old_placeholder(inspection.text) is None
    ):
        return
    found = [(path, node) for path, node in inspection.scalars if _old(node)]
    for path, node in found[:1] if inspection.is_old else found:
        old, place = _old(node), value_of(*path)
        others = (
            f" (and {len(found) - 1} more)"
            if inspection.is_old and len(found) > 1
            else ""
        )
        yield RuleFinding(
            place,
            f"'{old if len(old) < 40 else old[:37] + '...'}'{others} is the form of {_whose(old)}: "
            f"{format_release(inspection.version)} takes it as literal text",
            help=f"write {modernize_shell_syntax(old)}",
            rewrite=((place, modernize_shell_syntax(node.text)),),
        )


def _whose(old: str) -> str:
    return (
        "a shell"
        if modernize_shell_syntax(old) != modernize_placeholders(old)
        else "0.2.12 and earlier"
    )


def _old(node: Node) -> str:
    return find_old_placeholder(node.text) or ""


RULE: Final = Rule(
    "old-placeholder", WARNING, __doc__, check=check, on_old_configs=True
)
