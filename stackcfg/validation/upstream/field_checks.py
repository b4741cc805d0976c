"""Validators that only compare fields, read from the facts.

The facts are the rows `field_checks` of
`releases/facts/validators.json`: model, validator, its releases, the
kind of check, and the fields that it compares with each other or with
values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from stackcfg.light_typing import Any, NamedTuple
from stackcfg.paths import Data, Path, as_mapping
from stackcfg.releases.models import config_model
from stackcfg.releases.versions import Release, read_facts

Value = Data
"""The data of one config model."""

Refusals = Iterator[tuple[Path, str]]
"""What a validator refuses: the path inside the model's data, and why.

A reason that begins with "a" or "an" says what the value must be.
"""

Validator = Callable[[Value, Release], Refusals]


class FieldCheck(NamedTuple):
    """The model, the fields and the values of one check."""

    model: str
    fields: tuple[str, ...]
    values: tuple[Any, ...]


def read_field_checks() -> Mapping[str, Validator]:
    """Return the validators that only compare fields, by `Model.validator`."""
    facts = read_facts("validators.json")
    found: dict[str, Validator] = {}
    for row in facts["field_checks"]:
        model = row["model"]
        listed = facts.get(row.get("values_from"), ())
        values = row.get("values") or listed
        check = FieldCheck(
            model=model,
            fields=tuple(row["fields"]),
            values=tuple(values),
        )
        kind = _KINDS[row["kind"]]
        found[f"{model}.{row['validator']}"] = partial(kind, check)
    return found


def _exactly_one(
    check: FieldCheck,
    value: Value,
    _version: Release,
) -> Refusals:
    """Refuse two fields of which both have a value, or none has."""
    one, other = check.fields
    if not value.get(one) and not value.get(other):
        yield (), f"'{one}' or '{other}' is missing"
    if value.get(one) and value.get(other):
        yield (other,), exclude_each_other(one, other)


def _at_least_one(
    check: FieldCheck,
    value: Value,
    _version: Release,
) -> Refusals:
    """Refuse two fields without a value."""
    one, other = check.fields
    if value.get(one) is None and value.get(other) is None:
        if other in value and one not in value:
            one, other = other, one
        yield (one,), f"or '{other}' must have a value"


def _both_or_none(
    check: FieldCheck,
    value: Value,
    _version: Release,
) -> Refusals:
    """Refuse two fields of which only one is given."""
    one, other = check.fields
    has_one = value.get(one) is not None
    has_other = value.get(other) is not None
    if has_one != has_other:
        yield (), f"'{one}' and '{other}' are needed together"


def _first_or_others(
    check: FieldCheck,
    value: Value,
    _version: Release,
) -> Refusals:
    """Refuse a field together with any of the others."""
    first, *others = check.fields
    is_other_given = any(value.get(other) for other in others)
    if value.get(first) and is_other_given:
        yield (first,), exclude_each_other(first, "' or '".join(others))


def exclude_each_other(one: str, other: str) -> str:
    """Return the reason for two fields that cannot both have a value."""
    return f"'{one}' and '{other}' exclude each other"


def _in_order(
    check: FieldCheck,
    value: Value,
    version: Release,
) -> Refusals:
    """Refuse two numbers in the wrong order."""
    fields = config_model(check.model, version).fields
    first, second = check.fields
    lower = value.get(first, fields[first].default)
    upper = value.get(second, fields[second].default)
    low = _as_number(lower)
    high = _as_number(upper)
    if low is None or high is None:
        return
    [order] = check.values
    if low > high or (low == high and order == "less than"):
        yield (), f"'{first}' ({low:g}) must be {order} '{second}' ({high:g})"


def _as_number(value: Any) -> float | None:
    """Return a value as the number that it means; None if it means none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _between(
    check: FieldCheck,
    value: Value,
    _version: Release,
) -> Refusals:
    """Refuse a number that is out of its bounds."""
    [field] = check.fields
    low, high = check.values
    number = _as_number(value.get(field, low))
    if number is not None and not low <= number <= high:
        yield (field,), f"a number from {low:g} to {high:g}"


def _one_of_values(
    check: FieldCheck,
    value: Value,
    _version: Release,
) -> Refusals:
    """Refuse a string that is none of the values."""
    [field] = check.fields
    name = value.get(field)
    if isinstance(name, str) and name not in check.values:
        yield (field,), f"one of {', '.join(check.values)} is needed"


def _mapped_to_values(
    check: FieldCheck,
    value: Value,
    _version: Release,
) -> Refusals:
    """Refuse a mapping to a string that is none of the values."""
    [field] = check.fields
    for key, name in as_mapping(value.get(field)).items():
        if isinstance(name, str) and name not in check.values:
            yield (field, key), f"one of {', '.join(check.values)} is needed"


def _contains_values(
    check: FieldCheck,
    value: Value,
    _version: Release,
) -> Refusals:
    """Refuse a string in which one of the values is missing."""
    [field] = check.fields
    template = value.get(field)
    if isinstance(template, str):
        for part in check.values:
            if part not in template:
                yield (field,), f"a string that contains '{part}'"


def _not_empty(
    check: FieldCheck,
    value: Value,
    _version: Release,
) -> Refusals:
    """Refuse a string that is empty."""
    [field] = check.fields
    if value.get(field) == "":
        yield (field,), "a string that is not empty"


def _certificate_path(
    check: FieldCheck,
    value: Value,
    version: Release,
) -> Refusals:
    """Refuse what is no path of a certificate."""
    [field] = check.fields
    yield from check_certificate_path(field, value, version)


_BOOLEANS = ("true", "false", "yes", "no", "on", "off", "1", "0")


def check_certificate_path(
    field: str,
    value: Value,
    version: Release,
) -> Refusals:
    """Refuse a boolean in quotes where a string is the path of a certificate."""
    written = value.get(field)
    if not isinstance(written, str) or written.lower() not in _BOOLEANS:
        return
    # from 0.2.9 to 0.2.12 variables are always strings, so these two are
    # booleans
    if (0, 2, 9) <= version < (0, 2, 13) and written.lower() in ("true", "false"):
        return
    yield (field,), "a boolean without quotes, or the path of a certificate"


_KINDS = {
    "exactly_one": _exactly_one,
    "at_least_one": _at_least_one,
    "both_or_none": _both_or_none,
    "first_or_others": _first_or_others,
    "in_order": _in_order,
    "between": _between,
    "one_of_values": _one_of_values,
    "mapped_to_values": _mapped_to_values,
    "contains_values": _contains_values,
    "not_empty": _not_empty,
    "certificate_path": _certificate_path,
}
"""How a check compares: each kind yields what it refuses."""
