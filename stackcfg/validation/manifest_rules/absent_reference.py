"""A ConfigMap that the operator must read, and that is not among the files of the run.

It can be in the cluster, or come from elsewhere; then it must have the label
`ogx.io/watch: "true"`, and the key that is named.
"""

from __future__ import annotations

from stackcfg.releases.custom_resources import WATCH_LABEL, WRITTEN_LABEL
from stackcfg.validation.manifest_rule import (
    INFO,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.queries.object_references import (
    find_referenced,
    find_references,
    is_generated,
)
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: ManifestInspection) -> Findings:
    for reference in find_references(inspection):
        if not reference.is_watched or find_referenced(inspection, reference):
            continue
        advice = f"make sure that it has the label '{WRITTEN_LABEL}'"
        if is_generated(inspection, reference):
            advice = f"""give its generator 'options.labels' with '{WATCH_LABEL}'"""
        yield RuleFinding(
            value_of(*reference.path),
            f"the {reference.kind} '{reference.name}' is not in these files",
            help=advice,
        )


RULE = ManifestRule("absent-reference", INFO, __doc__, check)
