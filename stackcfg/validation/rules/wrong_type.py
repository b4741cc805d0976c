"""A value of the wrong type.

The server refuses the file: a number where a text is needed, a list where a mapping is, a word that is none of the
choices. Texts that look like numbers are taken where a number is needed, not the reverse.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.releases.versions import number
from stackcfg.spelling import nearest
from stackcfg.validation.diagnostics import ERROR
from stackcfg.validation.finding import Finding, key, value
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import KEY_TYPE, TAG, Mismatch, shown
from stackcfg.validation.queries.mismatches import about
from stackcfg.validation.queries.wording import named, written

SEVERITY: Final = ERROR


def check(inspection: Inspection) -> Iterator[Finding]:
    """One finding for each value."""
    for each in about(inspection, "wrong_type"):
        place = value(*each.path)
        if each.kind == TAG:
            yield _choice(inspection, each)
            continue
        if each.kind == KEY_TYPE:
            yield _key(inspection, each)
            continue
        meant = nearest(each.value, each.choices) if isinstance(each.value, str) else ""
        quoted = each.expected == "a text" and isinstance(each.value, int | float) and not isinstance(each.value, bool)
        yield Finding(
            place,
            f"{named(each.path, inspection)} must be {each.expected}, not {shown(each.value)}; "
            f"{number(inspection.version)} refuses the file",
            help=f"did you mean '{meant}'?" if meant else "put it into quotes" if quoted else f"write {each.expected}",
            rewrite=((place, meant),) if meant else (),
        )


def _key(inspection: Inspection, each: Mismatch) -> Finding:
    name = written(each.path, inspection)
    holder = each.path[:-1]
    where = f" in {named(holder, inspection)}" if holder else ""
    return Finding(
        key(*each.path),
        f"the key '{name}'{where} must be {each.expected}, and YAML makes {shown(each.value)} of it; "
        f"{number(inspection.version)} refuses the file",
        help="put it into quotes",
        rewrite=((key(*each.path), name),),
    )


def _choice(inspection: Inspection, each: Mismatch) -> Finding:
    place = value(*each.path)
    meant = nearest(each.value, each.choices) if isinstance(each.value, str) else ""
    written = f"'{each.value}'" if isinstance(each.value, str) else shown(each.value)
    return Finding(
        place,
        f"{written} is no choice for {named(each.path, inspection)}; {number(inspection.version)} refuses the file",
        help=f"did you mean '{meant}'?" if meant else f"choices are {', '.join(each.choices)}",
        rewrite=((place, meant),) if meant else (),
    )
