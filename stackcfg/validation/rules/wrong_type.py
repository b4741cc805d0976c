"""A value of the wrong type.

The server refuses the file: a number where a text is needed, a list where a mapping is, a word that is none of the
choices. Texts that look like numbers are taken where a number is needed, not the reverse.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.releases.versions import format_release
from stackcfg.spelling import nearest_word
from stackcfg.validation.descriptions import describe_value
from stackcfg.validation.findings import ERROR
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import (
    KEY_TYPE,
    TAG,
    TYPE,
    ModelError,
)
from stackcfg.validation.queries.wording import named, written
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of, value_of


def report(
    inspection: Inspection, errors: Sequence[ModelError]
) -> Iterator[RuleFinding]:
    """One finding for each value."""
    for each in errors:
        place = value_of(*each.path)
        if each.kind == TAG:
            yield _choice(inspection, each)
            continue
        if each.kind == KEY_TYPE:
            yield _key(inspection, each)
            continue
        meant = (
            nearest_word(each.value, each.choices)
            if isinstance(each.value, str)
            else ""
        )
        quoted = (
            each.expected == "a text"
            and isinstance(each.value, int | float)
            and not isinstance(each.value, bool)
        )
        yield RuleFinding(
            place,
            f"{named(each.path, inspection)} must be {each.expected}, not {describe_value(each.value)}; "
            f"{format_release(inspection.version)} refuses the file",
            help=f"did you mean '{meant}'?"
            if meant
            else "put it into quotes"
            if quoted
            else f"write {each.expected}",
            rewrite=((place, meant),) if meant else (),
        )


def _key(inspection: Inspection, each: ModelError) -> RuleFinding:
    name = written(each.path, inspection)
    holder = each.path[:-1]
    where = f" in {named(holder, inspection)}" if holder else ""
    return RuleFinding(
        key_of(*each.path),
        f"the key '{name}'{where} must be {each.expected}, and YAML makes {describe_value(each.value)} of it; "
        f"{format_release(inspection.version)} refuses the file",
        help="put it into quotes",
        rewrite=((key_of(*each.path), name),),
    )


def _choice(inspection: Inspection, each: ModelError) -> RuleFinding:
    place = value_of(*each.path)
    meant = (
        nearest_word(each.value, each.choices) if isinstance(each.value, str) else ""
    )
    written = (
        f"'{each.value}'" if isinstance(each.value, str) else describe_value(each.value)
    )
    return RuleFinding(
        place,
        f"{written} is no choice for {named(each.path, inspection)}; {format_release(inspection.version)} refuses the file",
        help=f"did you mean '{meant}'?"
        if meant
        else f"choices are {', '.join(each.choices)}",
        rewrite=((place, meant),) if meant else (),
    )


def claims(inspection: Inspection, error: ModelError) -> bool:
    """Claim values and keys of a wrong type that no special rule claims."""
    return error.kind in (TYPE, KEY_TYPE, TAG)


RULE: Final = Rule("wrong-type", ERROR, __doc__, claims=claims, report=report)
