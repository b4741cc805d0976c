"""A key that is twice in one mapping.

YAML forbids it. The server's parser silently uses the last one, so the value of
the first one is lost. Keep one of the two.
"""

from __future__ import annotations

from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import EntryPart, RuleFinding


def check(inspection: Inspection) -> Findings:
    """Report each key that comes again, at the one that is lost."""
    for duplicate in inspection.document.duplicates:
        yield RuleFinding(
            EntryPart(span=duplicate.lost),
            f"duplicate key '{duplicate.key}'; "
            "the server silently drops this one and uses the last",
            help="keep one of the two",
            also=((EntryPart(span=duplicate.kept), "the server uses this one"),),
        )


RULE = Rule("duplicate-key", WARNING, __doc__, check, on_old_configs=True)
