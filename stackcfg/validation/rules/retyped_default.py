"""A variable's default that becomes another type, or another value, than it looks.

What the server puts in for a variable is made a number, a boolean or null where it looks like one, whatever the quotes
say (from 0.2.13, upstream #2490): `${env.PASSWORD:=1234}` is the number 1234, which is refused where a text is needed;
`${env.ID:=007}` is 7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.paths import value_at
from stackcfg.releases.versions import format_release
from stackcfg.runconfig.placeholders import PLACEHOLDER_START, has_placeholder
from stackcfg.runconfig.substitution import TYPED_SINCE, convert_string
from stackcfg.validation.descriptions import describe_value
from stackcfg.validation.findings import ERROR, WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import (
    INVALID,
    TAG,
    TYPE,
    ModelError,
)
from stackcfg.validation.queries.wording import named
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of

_COMPOUND: Final = frozenset({"a list", "a mapping", "null"})

_DEFAULT: Final = re.compile(PLACEHOLDER_START + r":[=+]([^}]+)\}")


def report(
    inspection: Inspection, errors: Sequence[ModelError]
) -> Iterator[RuleFinding]:
    """One finding for each value that the server would not take, or would change."""
    refused = set()
    for each in errors:
        refused.add(each.path)
        wanted = each.expected or f"one of {', '.join(each.choices)}"
        name = named(each.path, inspection)
        if set(each.expected.split(" or ")) <= _COMPOUND:
            yield RuleFinding(
                value_of(*each.path),
                f"{name} must be {wanted.removesuffix(' or null')}, and a variable can never be that; "
                f"{format_release(inspection.version)} refuses the file",
                help="write it out; single values in it can be variables",
            )
            continue
        switched = _is_switched(inspection, each)
        yield RuleFinding(
            value_of(*each.path),
            f"{'with its variable set' if switched else 'without its variable'} {name} becomes {describe_value(each.value)}, "
            f"but must be {wanted}; {format_release(inspection.version)} refuses the file",
            help="let the switch stand for what it must be"
            if switched
            else "give the variable a default that stays what it must be, or none",
        )
    defaults = (
        given for text in inspection.dollar_texts for given in _DEFAULT.findall(text)
    )
    if inspection.version < TYPED_SINCE or not any(map(_changes, defaults)):
        return
    for path, node in inspection.scalars:
        match = _DEFAULT.fullmatch(node.text)
        if match is not None and path not in refused and _changes(match[1]):
            yield RuleFinding(
                value_of(*path),
                f"the default '{match[1]}' becomes the number {convert_string(match[1])}",
                help="write the number itself, or a default that no number can be made of",
                severity=WARNING,
            )


def _is_switched(inspection: Inspection, each: ModelError) -> bool:
    """Whether a value comes about only once a switch, `${env.NAME:+value}`, is on."""
    unset, switched = (
        value_at(reading, each.path)
        for reading in (inspection.readings[0], inspection.readings[-1])
    )
    return switched is not unset and each.value is switched


def _changes(default: str) -> bool:
    """Whether a default is a number in a spelling that is lost: leading zeros, underscores, exponents."""
    made = convert_string(default)
    plain = default.strip().lstrip("+-")
    return (
        isinstance(made, int | float)
        and not isinstance(made, bool)
        and (
            (plain[:1] == "0" and plain[1:2].isdigit())
            or "_" in plain
            or "e" in plain.lower()
            or "inf" in plain.lower()
        )
    )


def claims(inspection: Inspection, error: ModelError) -> bool:
    """Claim refused values that come out of a variable."""
    written = value_at(inspection.data, error.path)
    is_variable = isinstance(written, str) and has_placeholder(written)
    return is_variable and error.kind in (TYPE, TAG, INVALID)


RULE: Final = Rule("retyped-default", ERROR, __doc__, claims=claims, report=report)
