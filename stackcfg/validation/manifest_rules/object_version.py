"""A version of the object's kind that the operator does not define.

The API server refuses the object: "no matches for kind". What it says otherwise is
not judged, since another version has other fields. `llamastack.io/v1alpha2` was
drafted and became `ogx.io/v1beta1`; no release of an operator has it.
"""

from __future__ import annotations

from stackcfg.validation.manifest_rule import (
    BOTH,
    ERROR,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: ManifestInspection) -> Findings:
    # what a patch changes has a version of its own
    if inspection.has_known_version or inspection.is_patch:
        return
    judged, known = inspection.object, inspection.resource.api_version
    yield RuleFinding(
        value_of("apiVersion"),
        f"the operator has no '{judged.api_version}'; "
        f"the API server refuses this '{judged.kind}'",
        help=f"write '{known}', with the fields that it has",
    )


RULE = ManifestRule("object-version", ERROR, __doc__, check, BOTH)
