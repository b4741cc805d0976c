"""A key that upstream has deprecated and that the release still reads.

The server reads it as before. A later release will not have it, and will then
drop the key or refuse the file.
"""

from __future__ import annotations

from stackcfg.validation.model_check import DEPRECATED, ModelError
from stackcfg.validation.rule import INFO, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def describe(inspection: Inspection, error: ModelError) -> RuleFinding:
    return RuleFinding(
        key_of(*error.path),
        f"'{error.path[-1]}' is deprecated in {inspection.release}",
        help="a later release will not have it",
    )


RULE = Rule("deprecated-key", INFO, __doc__, kinds=(DEPRECATED,), describe=describe)
