"""A value of the wrong type.

The server refuses the file: a number where a string is needed, a list where a
mapping is needed, a word that is not one of the valid values. A string that
looks like a number is accepted as a number, but a number is not accepted as a
string.
"""

from __future__ import annotations

from stackcfg.spelling import nearest_word
from stackcfg.validation.descriptions import describe_value
from stackcfg.validation.model_check import KEY_TYPE, TAG, TYPE, ModelError
from stackcfg.validation.queries.suggestions import did_you_mean
from stackcfg.validation.queries.wording import describe_entry, describe_holder, raw_key
from stackcfg.validation.rule import ERROR, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of, value_of


def describe(inspection: Inspection, error: ModelError) -> RuleFinding:
    if error.kind == KEY_TYPE:
        return _describe_key(inspection, error)
    if error.kind == TAG:
        return _describe_choice(inspection, error)
    return _describe_value(inspection, error)


def _describe_key(inspection: Inspection, error: ModelError) -> RuleFinding:
    name, where = (
        raw_key(error.path, inspection),
        describe_holder(error.path, inspection),
    )
    return RuleFinding(
        key_of(*error.path),
        f"the key '{name}'{where} must be {error.expected}, but YAML reads it as "
        f"{describe_value(error.value)}; "
        f"{inspection.release} refuses the file",
        help="write it in quotes",
        fix=name,
    )


def _describe_choice(inspection: Inspection, error: ModelError) -> RuleFinding:
    meant = _probable_choice(error)
    written = describe_value(error.value)
    if isinstance(error.value, str):
        written = f"'{error.value}'"
    return RuleFinding(
        value_of(*error.path),
        f"{written} is not a valid value of "
        f"{describe_entry(error.path, inspection)}; "
        f"{inspection.release} refuses the file",
        help=did_you_mean(meant, f"valid values: {', '.join(error.choices)}"),
        fix=meant or None,
    )


def _describe_value(inspection: Inspection, error: ModelError) -> RuleFinding:
    meant = _probable_choice(error)
    help_text = f"write {error.expected}"
    is_number = isinstance(error.value, int | float)
    if is_number and not isinstance(error.value, bool) and error.expected == "a string":
        help_text = "write it in quotes"
    return RuleFinding(
        value_of(*error.path),
        f"{describe_entry(error.path, inspection)} must be {error.expected}, "
        f"not {describe_value(error.value)}; "
        f"{inspection.release} refuses the file",
        help=did_you_mean(meant, help_text),
        fix=meant or None,
    )


def _probable_choice(error: ModelError) -> str:
    if not isinstance(error.value, str):
        return ""
    return nearest_word(error.value, error.choices)


RULE = Rule(
    "wrong-type", ERROR, __doc__, kinds=(TYPE, KEY_TYPE, TAG), describe=describe
)
