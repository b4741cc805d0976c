"""A backend that no store refers to.

The server never opens it. Often the store that was meant to use it is
missing or names another backend.
"""

from __future__ import annotations

from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.validation.queries.dangling_references import dangling_references
from stackcfg.validation.queries.missing_stores import missing_stores
from stackcfg.validation.queries.unused_backends import unused_backends
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import Removal, RuleFinding, UnsafeFix, key_of


def check(inspection: Inspection) -> Findings:
    """Report each backend that is neither named nor probably meant by a
    reference.
    """
    unused = unused_backends(inspection)
    if not unused:
        return
    is_complete = not any(missing_stores(inspection))
    meant = {reference.meant for reference in dangling_references(inspection)}
    for name in unused:
        if name not in meant:
            yield RuleFinding(
                key_of(*BACKENDS_PATH, name),
                f"no store uses the backend '{name}'",
                help="use it in a store, or remove it",
                unsafe=_remove(name) if is_complete else None,
            )


def _remove(name: str) -> UnsafeFix:
    return UnsafeFix(f"remove '{name}'", (Removal((*BACKENDS_PATH, name)),))


RULE = Rule("unused-backend", WARNING, __doc__, check)
