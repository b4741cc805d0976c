"""A provider setting that is refused as long as a variable is not set.

`${env.NAME:=}` is null while NAME is unset. Where the provider needs a value, the server starts only once the variable
is set.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.releases.versions import format_release
from stackcfg.validation.findings import WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import (
    ModelError,
)
from stackcfg.validation.queries.wording import named
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of


def report(
    inspection: Inspection, errors: Sequence[ModelError]
) -> Iterator[RuleFinding]:
    """One finding for each such setting."""
    for each in errors:
        yield RuleFinding(
            value_of(*each.path),
            f"{named(each.path, inspection)} must be {each.expected}: {format_release(inspection.version)} refuses "
            "this provider while its variable is unset",
            help="set the variable, or give it a default",
        )


def claims(inspection: Inspection, error: ModelError) -> bool:
    """Claim provider settings that are refused only while a variable is unset."""
    return error.path in inspection.unset


RULE: Final = Rule("unset-variable", WARNING, __doc__, claims=claims, report=report)
