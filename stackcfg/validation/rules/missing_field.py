"""A required field that is not there.

The server refuses the file with "Field required", for the config as a whole or for a provider's own config class.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.releases.versions import format_release
from stackcfg.validation.findings import ERROR
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import (
    MISSING,
    ModelError,
)
from stackcfg.validation.queries.wording import named
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def report(
    inspection: Inspection, errors: Sequence[ModelError]
) -> Iterator[RuleFinding]:
    """One finding for each field."""
    for each in errors:
        parent = each.path[:-1]
        where = f" in {named(parent, inspection)}" if parent else ""
        yield RuleFinding(
            key_of(*parent),
            f"'{each.path[-1]}' is missing{where}; {format_release(inspection.version)} refuses the file",
            help=f"add '{each.path[-1]}': {each.expected}",
        )


def claims(inspection: Inspection, error: ModelError) -> bool:
    """Claim missing fields that no special rule claims."""
    return error.kind == MISSING


RULE: Final = Rule("missing-field", ERROR, __doc__, claims=claims, report=report)
