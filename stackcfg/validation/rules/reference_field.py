"""A reference with a missing or an extra field.

A reference is exactly `{backend, namespace}` for a KV store and `{backend, table_name}` for a SQL one; those that are
written through a queue (inference, responses) also take `max_write_queue_size` and `num_writers`. A missing field is
refused; an extra one is dropped without a word (0.3.0, upstream #3697).

    metadata: {backend: kv_default, table_name: registry}   # a KV store has a namespace
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.paths import at
from stackcfg.releases.versions import number
from stackcfg.spelling import nearest
from stackcfg.validation.diagnostics import ERROR, WARNING
from stackcfg.validation.finding import Finding, key
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import MISSING, Mismatch
from stackcfg.validation.queries.mismatches import about
from stackcfg.validation.queries.wording import written

SEVERITY: Final = ERROR
NAMES: Final = ("namespace", "table_name")


def check(inspection: Inspection) -> Iterator[Finding]:
    """One finding for each field too few or too many; one for both where it only has a wrong name."""
    found = list(about(inspection, "reference_field"))
    extra = [each for each in found if each.kind != MISSING]
    for each in found:
        if each.kind == MISSING:
            stray = _misnamed(each, extra)
            extra = [other for other in extra if other is not stray]
            yield _missing(inspection, each, str(stray.path[-1]) if stray else "")
    for each in extra:
        yield _extra(inspection, each)


def _misnamed(missing: Mismatch, extra: list[Mismatch]) -> Mismatch | None:
    """The field that was probably meant to be the missing one."""
    beside = {str(each.path[-1]): each for each in extra if each.path[:-1] == missing.path[:-1]}
    name = str(missing.path[-1])
    if name in NAMES:
        other = next((word for word in NAMES if word != name and word in beside), "")
        if other:
            return beside[other]
    return next((each for word, each in beside.items() if nearest(word, [name])), None)


def _missing(inspection: Inspection, each: Mismatch, stray: str) -> Finding:
    parent, name = each.path[:-1], str(each.path[-1])
    place = key(*parent, stray) if stray else key(*parent)
    return Finding(
        place,
        f"the reference '{parent[-1]}' has no '{name}'; {number(inspection.version)} refuses the file",
        help=f"write '{name}' instead of '{stray}'" if stray else f"add '{name}'",
        rewrite=((place, name),) if stray else (),
    )


def _extra(inspection: Inspection, each: Mismatch) -> Finding:
    name = written(each.path, inspection)
    holder = at(inspection.data, each.path[:-1])
    meant = nearest(name, [choice for choice in each.choices if choice not in holder])
    known = ", ".join(f"'{choice}'" for choice in each.choices)
    return Finding(
        key(*each.path),
        f"a reference has no field '{name}'; {number(inspection.version)} drops it",
        help=f"did you mean '{meant}'?" if meant else f"fields of this reference are {known}",
        rewrite=((key(*each.path), meant),) if meant else (),
        severity=WARNING,
    )
