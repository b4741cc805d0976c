"""A key that the release still takes and that upstream has deprecated.

The server takes it as ever. A later release will not have it: it drops the key then, or refuses the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.releases.versions import format_release
from stackcfg.validation.findings import INFO
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import (
    DEPRECATED,
    ModelError,
)
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def report(
    inspection: Inspection, errors: Sequence[ModelError]
) -> Iterator[RuleFinding]:
    """One finding for each deprecated key."""
    for each in errors:
        yield RuleFinding(
            key_of(*each.path),
            f"'{each.path[-1]}' is deprecated in {format_release(inspection.version)}",
            help="a later release will not have it",
        )


def claims(inspection: Inspection, error: ModelError) -> bool:
    """Claim deprecated keys."""
    return error.kind == DEPRECATED


RULE: Final = Rule("deprecated-key", INFO, __doc__, claims=claims, report=report)
