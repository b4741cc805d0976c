"""A provider's store under a field that this provider does not have.

The name differs from provider to provider: vector_io providers keep theirs under `persistence`, agents under
`persistence.agent_state` and `persistence.responses`, files under `metadata_store`, batches, datasetio and eval under
`kvstore` (0.3.0, upstream #3697). Under any other name the reference is dropped: the file is refused where the store is
required, and the provider runs without persistence where it is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.paths import value_at
from stackcfg.releases.versions import format_release
from stackcfg.stores.store_map import is_reference
from stackcfg.validation.findings import ERROR
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import (
    DROPPED,
    ModelError,
)
from stackcfg.validation.queries.provider_stores import (
    CONFIG_DEPTH,
    dropped_values,
    is_missing_store,
    store_fields,
)
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def report(
    inspection: Inspection, errors: Sequence[ModelError]
) -> Iterator[RuleFinding]:
    """One finding for each store in a wrong place."""
    for each in errors:
        if not _is_misplaced(inspection, each):
            continue
        base, name = each.path[:4], str(each.path[4])
        kind = value_at(inspection.data, (*base[:3], "provider_type"))
        fields = store_fields(inspection, base)
        free = [
            field
            for field in fields
            if value_at(inspection.data, (*base, *field)) is None
        ]
        meant = free[0] if len(free) == 1 and len(free[0]) == 1 else None
        words = " and ".join(f"'{'.'.join(field)}'" for field in fields)
        yield RuleFinding(
            key_of(*each.path),
            f"{kind} has no store '{name}'; {format_release(inspection.version)} drops the reference",
            help=f"{kind} keeps its store under {words}"
            if fields
            else f"{kind} has no store of its own",
            rewrite=((key_of(*each.path), meant[0]),) if meant else (),
        )


def claims(inspection: Inspection, error: ModelError) -> bool:
    """Claim references under unknown keys, and the missing stores that they were meant to be."""
    config = error.path[:CONFIG_DEPTH]
    if is_missing_store(inspection, error):
        return any(map(is_reference, dropped_values(inspection, config)))
    return _is_misplaced(inspection, error)


def _is_misplaced(inspection: Inspection, error: ModelError) -> bool:
    is_key = len(error.path) == CONFIG_DEPTH + 1 and error.path[0] == "providers"
    if error.kind != DROPPED or not is_key:
        return False
    return is_reference(value_at(inspection.data, error.path))


RULE: Final = Rule("store-field", ERROR, __doc__, claims=claims, report=report)
