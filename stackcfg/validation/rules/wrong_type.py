"""A value of the wrong type.

The server refuses the file: a number where a string is needed, a list where a
mapping is needed, a word that is not one of the valid values. A string that
looks like a number is accepted as a number, but a number is not accepted as a
string. 0.2.13 to 0.2.19 make a number, a boolean or null of every string that
looks like one, also of one in quotes.
"""

from __future__ import annotations

from stackcfg.paths import value_at
from stackcfg.releases.models import config_model, known_tags, known_values
from stackcfg.releases.versions import format_release
from stackcfg.runconfig.placeholders import has_placeholder
from stackcfg.runconfig.substitution import LITERALS_KEPT_SINCE
from stackcfg.spelling import nearest_word
from stackcfg.validation.descriptions import describe_value
from stackcfg.validation.model_check import KEY_TYPE, TAG, TYPE, ModelError
from stackcfg.validation.queries.suggestions import did_you_mean, fix_slip
from stackcfg.validation.queries.wording import (
    describe_entry,
    describe_holder,
    describe_refusal,
    raw_key,
    shorten,
)
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
        f"{describe_refusal(inspection, error)}",
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
        f"{describe_refusal(inspection, error)}",
        help=did_you_mean(meant, f"valid values: {', '.join(error.choices)}"),
        fix=fix_slip(str(error.value), meant, error.choices),
    )


def _describe_value(inspection: Inspection, error: ModelError) -> RuleFinding:
    if _is_retyped(inspection, error):
        return _describe_retyped(inspection, error)
    meant = _probable_choice(error)
    return RuleFinding(
        value_of(*error.path),
        f"{describe_entry(error.path, inspection)} must be {error.expected}"
        f"{_but_is(error)}; {describe_refusal(inspection, error)}",
        help=did_you_mean(meant, _what_to_write(inspection, error)),
        fix=fix_slip(str(error.value), meant, error.choices),
    )


def _what_to_write(inspection: Inspection, error: ModelError) -> str:
    """Say what ends an error; a key without a value can be left out."""
    is_number = isinstance(error.value, int | float)
    is_number = is_number and not isinstance(error.value, bool)
    if is_number and error.expected in ("a string", "a string or null"):
        return "write it in quotes"
    advice = f"write {error.expected}"
    if error.value is None and _is_optional(inspection, error):
        advice += ", or remove the key"
    return advice


def _is_optional(inspection: Inspection, error: ModelError) -> bool:
    """Return whether the file can be without the key of a value that is refused."""
    if isinstance(value_at(inspection.data, error.path), str):
        return False
    if error.path[:-1] == ("providers",):
        return True
    fields = config_model(error.model, inspection.version).fields
    field = fields.get(str(error.path[-1]))
    return field is not None and not field.required


def _but_is(error: ModelError) -> str:
    """Return what the value is instead, for the middle of a message."""
    if not isinstance(error.value, str):
        return f", not {describe_value(error.value)}"
    if error.expected.startswith("'"):
        return f", not '{shorten(error.value)}'"
    if "URL" in error.expected:
        return ", which this string is not"
    return ", not a string"


def _is_retyped(inspection: Inspection, error: ModelError) -> bool:
    """Return whether the release makes another type of a plain string."""
    if inspection.version >= LITERALS_KEPT_SINCE or isinstance(error.value, str):
        return False
    written = value_at(inspection.data, error.path)
    return isinstance(written, str) and not has_placeholder(written)


def _describe_retyped(inspection: Inspection, error: ModelError) -> RuleFinding:
    kind = "a number"
    if isinstance(error.value, bool):
        kind = "a boolean"
    elif error.value is None:
        kind = "null"
    return RuleFinding(
        value_of(*error.path),
        f"{describe_entry(error.path, inspection)} must be {error.expected}, but the "
        f"server reads this one as {kind}, quotes or not; "
        f"{describe_refusal(inspection, error)}",
        help=f"write another string, or use {format_release(LITERALS_KEPT_SINCE)} or "
        "later",
    )


def _probable_choice(error: ModelError) -> str:
    """Return the nearest choice to a word that no release has."""
    if not isinstance(error.value, str):
        return ""
    *holder, name = map(str, error.path)
    elsewhere = known_values(error.model, name)
    if holder:
        elsewhere |= known_tags(error.model, holder[-1], name)
    if error.value in elsewhere:
        return ""
    return nearest_word(error.value, error.choices)


RULE = Rule(
    "wrong-type", ERROR, __doc__, kinds=(TYPE, KEY_TYPE, TAG), describe=describe
)
