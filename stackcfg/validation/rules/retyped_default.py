"""The default of a variable that becomes another type, or another value, than it looks.

What the server puts in for a variable becomes a number, a boolean or null if it
looks like one, also in quotes (from 0.2.13, upstream #2490).
`${env.PASSWORD:=1234}` is the number 1234, which is refused where a string is
needed. `${env.ID:=007}` is 7.
"""

from __future__ import annotations

import re

from stackcfg.light_typing import Final
from stackcfg.paths import Path, value_at
from stackcfg.patterns import lazy_pattern
from stackcfg.runconfig.placeholders import (
    PLACEHOLDER,
    PLACEHOLDER_START,
    end_of_last,
    has_placeholder,
)
from stackcfg.runconfig.substitution import (
    TYPED_SINCE,
    convert_string,
    loses_spelling,
)
from stackcfg.runconfig.values import as_string
from stackcfg.validation.descriptions import describe_value
from stackcfg.validation.model_check import INVALID, TAG, TYPE, ModelError
from stackcfg.validation.queries.moved_stores import stores_of_backend
from stackcfg.validation.queries.wording import describe_entry, describe_refusal
from stackcfg.validation.rule import ERROR, WARNING, Errors, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, Splice, UnsafeFix, value_of

_NEVER_OF_VARIABLES: Final = frozenset({"a list", "a mapping", "null"})

_DEFAULT: Final = lazy_pattern(PLACEHOLDER_START + r":[=+]([^}]+)\}")


def claims(inspection: Inspection, error: ModelError) -> bool:
    """Claim refused values that come from a variable."""
    written = value_at(inspection.data, error.path)
    is_variable = isinstance(written, str) and has_placeholder(written)
    return is_variable and error.kind in (TYPE, TAG, INVALID)


def report(inspection: Inspection, errors: Errors) -> Findings:
    """Report each value that the server refuses, and each that it changes."""
    for error in errors:
        if set(error.expected.split(" or ")) <= _NEVER_OF_VARIABLES:
            yield _describe_compound(inspection, error)
        else:
            yield _describe_refused(inspection, error)
    refused = {error.path for error in errors}
    yield from _changed_defaults(inspection, refused)


def _describe_compound(inspection: Inspection, error: ModelError) -> RuleFinding:
    wanted = error.expected.removesuffix(" or null")
    return RuleFinding(
        value_of(*error.path),
        f"{describe_entry(error.path, inspection)} must be {wanted}, which a "
        f"variable cannot be; {describe_refusal(inspection, error)}",
        help=f"write {wanted}; single values in it can be variables",
    )


def _describe_refused(inspection: Inspection, error: ModelError) -> RuleFinding:
    wanted = error.expected or f"one of {', '.join(error.choices)}"
    state, help_text = "unset", _advise_on_default(inspection, error)
    refusal = describe_refusal(inspection, error)
    if _comes_from_switch(inspection, error):
        state, help_text = "set", "write a valid value after ':+'"
        refusal = f"{inspection.release} refuses the file"
    return RuleFinding(
        value_of(*error.path),
        f"{describe_entry(error.path, inspection)} becomes "
        f"{describe_value(error.value)} "
        f"while its variable is {state}, but must be {wanted}; {refusal}",
        help=help_text,
    )


def _advise_on_default(inspection: Inspection, error: ModelError) -> str:
    """Return what to write for a variable that is not set."""
    written = as_string(value_at(inspection.data, error.path))
    placeholder = PLACEHOLDER.fullmatch(written)
    if placeholder is None:
        return "write a valid default"
    name = placeholder[1]
    if placeholder[2] == "+":
        return f"write '${{env.{name}:=…}}' with a valid default"
    return f"write a valid default, or '${{env.{name}}}' if it is always set"


def _comes_from_switch(inspection: Inspection, error: ModelError) -> bool:
    """Return whether a switch, `${env.NAME:+value}`, provides a value."""
    values = inspection.values_at(error.path)
    return values[-1] is not values[0] and error.value is values[-1]


def _changed_defaults(inspection: Inspection, refused: set[Path]) -> Findings:
    """Report defaults that are accepted as another number than they are
    written.
    """
    if inspection.version < TYPED_SINCE:
        return
    defaults: list[str] = []
    for text in inspection.dollar_texts:
        defaults += _DEFAULT.findall(text, 0, end_of_last(text))
    if not any(map(loses_spelling, defaults)):
        return
    for path, node in inspection.scalars:
        match = _DEFAULT.fullmatch(node.text)
        if match is None or path in refused or not loses_spelling(match[1]):
            continue
        yield RuleFinding(
            value_of(*path),
            f"the server reads the default '{match[1]}' as the number "
            f"{convert_string(match[1])}",
            help="write the number itself, or a default that is not a number",
            severity=WARNING,
            unsafe=_write_number(inspection, path, match),
        )


def _write_number(
    inspection: Inspection, path: Path, match: re.Match[str]
) -> UnsafeFix:
    """Return the fix that writes a default as the number that the server reads."""
    default, written = match[1], match.group()
    number = str(convert_string(default))
    new = written.removesuffix(f"{default}}}") + f"{number}}}"
    moved = stores_of_backend(inspection, path)
    return UnsafeFix(f"write {number}", (Splice(path, written, new),), moved)


RULE = Rule("retyped-default", ERROR, __doc__, claims=claims, report=report)
