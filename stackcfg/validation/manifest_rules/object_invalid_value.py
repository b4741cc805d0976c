"""A value that the definition of the object's kind does not permit.

A number out of its bounds, an empty list or string, a word that is not one of the
permitted ones: the API server refuses the object.
"""

from __future__ import annotations

from stackcfg.validation.manifest_rule import (
    BOTH,
    ERROR,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.resource_check import EMPTY, INVALID, FieldError, written_path
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: ManifestInspection) -> Findings:
    for error in inspection.errors:
        if error.kind == INVALID:
            yield _describe(error)


def _describe(error: FieldError) -> RuleFinding:
    name = written_path(error.path)
    wrong = f"'{name}' must be {error.words}"
    advice = f"write {error.words}"
    if error.words == EMPTY:
        wrong = f"'{name}' is empty"
        advice = "write a value, or remove the field"
    return RuleFinding(
        value_of(*error.path), f"{wrong}; the API server refuses it", help=advice
    )


RULE = ManifestRule("object-invalid-value", ERROR, __doc__, check, BOTH)
