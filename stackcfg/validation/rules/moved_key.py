"""A list of resources at the top level, where the release does not read it.

Since 0.3.0 `models`, `shields`, `datasets`, `scoring_fns`, `benchmarks` and `tool_groups` stand under
`registered_resources`, and `vector_dbs` there as `vector_stores` (upstream #3861). At the top level they are dropped:
the server starts, and nothing is registered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.releases.resources import resource_lists
from stackcfg.releases.versions import format_release
from stackcfg.validation.findings import ERROR, INFO
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import (
    DROPPED,
    ModelError,
)
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def report(
    inspection: Inspection, errors: Sequence[ModelError]
) -> Iterator[RuleFinding]:
    """One finding for each list in its old place."""
    names = {resource.old: resource.new for resource in resource_lists()}
    for each in errors:
        name = str(each.path[0])
        held, place = inspection.data[name], f"registered_resources.{names[name]}"
        moves = isinstance(held, list) or not held
        yield RuleFinding(
            key_of(name),
            f"'{name}' at the top level is dropped by {format_release(inspection.version)}: nothing in it is registered",
            help=f"run 'stackcfg migrate', or write it as {place}"
            if moves
            else f"write a list, as {place}",
            severity=INFO if not held else "",
        )


def claims(inspection: Inspection, error: ModelError) -> bool:
    """Claim unknown top-level keys that were lists of resources."""
    if error.kind != DROPPED or len(error.path) != 1:
        return False
    return error.path[0] in {resource.old for resource in resource_lists()}


RULE: Final = Rule("moved-key", ERROR, __doc__, claims=claims, report=report)
