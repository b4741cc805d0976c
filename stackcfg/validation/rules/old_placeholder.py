"""A variable in the syntax of 0.2.12 and earlier.

In 0.2.13 `${env.NAME:default}` became `${env.NAME:=default}`, and
`${env.NAME+value}` became `${env.NAME:+value}` (upstream #2490). Later releases
read the old form as literal text, without an error: a path becomes a folder of
that literal name. The shell forms `${env.NAME:-default}` and
`${env.NAME:?message}` are read as literal text too.
"""

from __future__ import annotations

from stackcfg.runconfig.placeholders import (
    find_old_placeholder,
    modernize_placeholders,
    modernize_shell_syntax,
)
from stackcfg.runconfig.substitution import TYPED_SINCE
from stackcfg.validation.queries.wording import shorten
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: Inspection) -> Findings:
    """Report each such value; of an old config only the first one, and their
    number.
    """
    if inspection.version < TYPED_SINCE:
        return
    if find_old_placeholder(inspection.text) is None:
        return
    scalars = inspection.scalars
    found = [(path, node.text) for path, node in scalars if _first_in(node.text)]
    more = ""
    if inspection.is_old and len(found) > 1:
        more = f" (and {len(found) - 1} more)"
        found = found[:1]
    for path, text in found:
        old = _first_in(text)
        new = modernize_shell_syntax(old)
        origin = "0.2.12 and earlier"
        if new != modernize_placeholders(old):
            origin = "a shell"
        yield RuleFinding(
            value_of(*path),
            f"'{shorten(old)}'{more} is the syntax of {origin}; "
            f"{inspection.release} reads it as literal text",
            help=f"write {new}",
            fix=modernize_shell_syntax(text),
        )


def _first_in(text: str) -> str:
    return find_old_placeholder(text) or ""


RULE = Rule("old-placeholder", WARNING, __doc__, check)
