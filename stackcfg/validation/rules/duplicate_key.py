"""A key that stands twice in one mapping.

YAML forbids it; the server's parser silently takes the last one, so whatever the first one said is lost.
Keep one of the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.validation.findings import WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import EntryPart, RuleFinding


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each key that comes again, at the one that is lost."""
    for each in inspection.document.duplicates:
        yield RuleFinding(
            EntryPart(span=each.lost),
            f"'{each.key}' stands twice here: the server silently drops this one and takes the last",
            help="keep one of the two",
            also=((EntryPart(span=each.kept), "this one counts"),),
        )


RULE: Final = Rule("duplicate-key", WARNING, __doc__, check=check, on_old_configs=True)
