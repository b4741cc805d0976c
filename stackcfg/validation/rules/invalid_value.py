"""A value of the right type that the release refuses all the same.

A port outside 1024 to 65535, an access rule that neither permits nor forbids, credentials for every origin: limits and
checks that upstream's models hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.paths import value_at
from stackcfg.releases.versions import format_release
from stackcfg.validation.findings import ERROR
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import (
    INVALID,
    ModelError,
)
from stackcfg.validation.queries.wording import named
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of, value_of


def report(
    inspection: Inspection, errors: Sequence[ModelError]
) -> Iterator[RuleFinding]:
    """One finding for each value."""
    for each in errors:
        whole = isinstance(value_at(inspection.data, each.path), dict | list)
        words = (
            f"must be {each.expected}"
            if each.expected.startswith(("a ", "an ")) and not whole
            else each.expected
        )
        yield RuleFinding(
            key_of(*each.path) if whole else value_of(*each.path),
            f"{named(each.path, inspection)}: {words}; {format_release(inspection.version)} refuses the file",
        )


def claims(inspection: Inspection, error: ModelError) -> bool:
    """Claim refused values that no special rule claims."""
    return error.kind == INVALID


RULE: Final = Rule("invalid-value", ERROR, __doc__, claims=claims, report=report)
