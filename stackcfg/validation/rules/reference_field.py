"""A reference with a missing or an extra field.

A reference is exactly `{backend, namespace}` for a KV store and `{backend, table_name}` for a SQL one; those that are
written through a queue (inference, responses) also take `max_write_queue_size` and `num_writers`. A missing field is
refused; an extra one is dropped without a word (0.3.0, upstream #3697).

    metadata: {backend: kv_default, table_name: registry}   # a KV store has a namespace
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.paths import value_at
from stackcfg.releases.versions import format_release
from stackcfg.spelling import nearest_word
from stackcfg.validation.findings import ERROR, WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import (
    DROPPED,
    MISSING,
    ModelError,
)
from stackcfg.validation.queries.wording import written
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of

REFERENCES: Final = frozenset(
    {
        "KVStoreReference",
        "SqlStoreReference",
        "InferenceStoreReference",
        "ResponsesStoreReference",
    }
)
"""The config models of references into the catalog."""
NAMES: Final = ("namespace", "table_name")


def report(
    inspection: Inspection, errors: Sequence[ModelError]
) -> Iterator[RuleFinding]:
    """One finding for each field too few or too many; one for both where it only has a wrong name."""
    found = list(errors)
    extra = [each for each in found if each.kind != MISSING]
    for each in found:
        if each.kind == MISSING:
            stray = _misnamed(each, extra)
            extra = [other for other in extra if other is not stray]
            yield _missing(inspection, each, str(stray.path[-1]) if stray else "")
    for each in extra:
        yield _extra(inspection, each)


def _misnamed(missing: ModelError, extra: list[ModelError]) -> ModelError | None:
    """The field that was probably meant to be the missing one."""
    beside = {
        str(each.path[-1]): each
        for each in extra
        if each.path[:-1] == missing.path[:-1]
    }
    name = str(missing.path[-1])
    if name in NAMES:
        other = next((word for word in NAMES if word != name and word in beside), "")
        if other:
            return beside[other]
    return next(
        (each for word, each in beside.items() if nearest_word(word, [name])), None
    )


def _missing(inspection: Inspection, each: ModelError, stray: str) -> RuleFinding:
    parent, name = each.path[:-1], str(each.path[-1])
    place = key_of(*parent, stray) if stray else key_of(*parent)
    return RuleFinding(
        place,
        f"the reference '{parent[-1]}' has no '{name}'; {format_release(inspection.version)} refuses the file",
        help=f"write '{name}' instead of '{stray}'" if stray else f"add '{name}'",
        rewrite=((place, name),) if stray else (),
    )


def _extra(inspection: Inspection, each: ModelError) -> RuleFinding:
    name = written(each.path, inspection)
    holder = value_at(inspection.data, each.path[:-1])
    meant = nearest_word(
        name, [choice for choice in each.choices if choice not in holder]
    )
    known = ", ".join(f"'{choice}'" for choice in each.choices)
    return RuleFinding(
        key_of(*each.path),
        f"a reference has no field '{name}'; {format_release(inspection.version)} drops it",
        help=f"did you mean '{meant}'?"
        if meant
        else f"fields of this reference are {known}",
        rewrite=((key_of(*each.path), meant),) if meant else (),
        severity=WARNING,
    )


def claims(inspection: Inspection, error: ModelError) -> bool:
    """Claim missing and unknown fields of references."""
    return error.model in REFERENCES and error.kind in (MISSING, DROPPED)


RULE: Final = Rule("reference-field", ERROR, __doc__, claims=claims, report=report)
