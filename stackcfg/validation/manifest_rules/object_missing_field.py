"""A field that the definition of the object's kind demands, and is not there.

The API server refuses the object. A patch of a kustomization is only a part of one;
nothing is missing in it if the kustomization or the patched object is validated in
the same run.
"""

from __future__ import annotations

from stackcfg.validation.manifest_rule import (
    BOTH,
    ERROR,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.resource_check import MISSING
from stackcfg.validation.rule_finding import RuleFinding, key_of


def check(inspection: ManifestInspection) -> Findings:
    for error in inspection.errors:
        if error.kind == MISSING:
            holder = error.field.path or "the object"
            name = error.path[-1]
            yield RuleFinding(
                key_of(*error.path),
                f"'{holder}' has no '{name}'; the API server refuses it",
                help=f"write '{name}'",
            )


RULE = ManifestRule("object-missing-field", ERROR, __doc__, check, BOTH)
