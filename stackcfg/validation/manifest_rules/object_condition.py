"""Fields that do not go together, by the CEL rules of the object's definition.

The API server refuses the object. An `OGXServer` needs one of `distribution.name` and
`distribution.image`; `overrideConfig` excludes `providers`, `resources`, `storage`,
`disabledAPIs` and `baseConfig`; and so on.
"""

from __future__ import annotations

from stackcfg.validation.manifest_rule import (
    BOTH,
    ERROR,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.resource_check import CONDITION, FieldError
from stackcfg.validation.resource_conditions import (
    describe_condition,
    path_of_condition,
)
from stackcfg.validation.rule_finding import RuleFinding, key_of


def check(inspection: ManifestInspection) -> Findings:
    for error in inspection.errors:
        if error.kind == CONDITION:
            yield _describe(error)


def _describe(error: FieldError) -> RuleFinding:
    wrong, advice = describe_condition(error.condition)
    holder = error.field.path
    return RuleFinding(
        key_of(*error.path, *path_of_condition(error.condition)),
        f"{wrong} in '{holder}'; the API server refuses it",
        help=advice,
    )


RULE = ManifestRule("object-condition", ERROR, __doc__, check, BOTH)
