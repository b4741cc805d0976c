"""A value of another type than the definition of the object's kind wants.

The API server refuses the object. The usual cases: a number or `true` without quotes
as the value of an environment variable, and a number in quotes.
"""

from __future__ import annotations

from stackcfg.releases.custom_resources import ARRAY, INT_OR_STRING, OBJECT
from stackcfg.validation.descriptions import describe_value
from stackcfg.validation.manifest_rule import (
    BOTH,
    ERROR,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.resource_check import TYPE, FieldError, written_path
from stackcfg.validation.rule_finding import RuleFinding, value_of

_TYPES = {
    OBJECT: "a mapping",
    ARRAY: "a list",
    INT_OR_STRING: "a whole number or a string",
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


def check(inspection: ManifestInspection) -> Findings:
    for error in inspection.errors:
        if error.kind == TYPE:
            yield _describe(inspection, error)


def _describe(inspection: ManifestInspection, error: FieldError) -> RuleFinding:
    wanted = _TYPES[error.field.type]
    name = written_path(error.path)
    found = describe_value(error.value)
    advice = f"write {wanted}"
    fix = None
    if error.field.type == "string" and isinstance(error.value, int | float):
        advice = "write it in quotes"
        fix = _written(inspection, error)
    return RuleFinding(
        value_of(*error.path),
        f"'{name}' must be {wanted}, and is {found}; the API server refuses it",
        help=advice,
        fix=fix,
    )


def _written(inspection: ManifestInspection, error: FieldError) -> str | None:
    node = inspection.object.node.at(error.path)
    return None if node is None else node.text


RULE = ManifestRule("object-wrong-type", ERROR, __doc__, check, BOTH)
