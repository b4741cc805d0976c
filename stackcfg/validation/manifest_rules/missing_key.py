"""A key that a ConfigMap or Secret of the run does not have.

The operator, or the pod, waits for the key, and the server does not start. Only one
key of the ConfigMap in `overrideConfig` is mounted, as `/etc/ogx/config.yaml`.
"""

from __future__ import annotations

from stackcfg.manifests.objects import ManifestObject
from stackcfg.validation.manifest_rule import (
    BOTH,
    ERROR,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.queries.object_references import (
    Reference,
    describe_place,
    find_referenced,
    find_references,
    keys_of,
)
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: ManifestInspection) -> Findings:
    for reference in find_references(inspection):
        found = find_referenced(inspection, reference)
        if found is None or not reference.keys:
            continue
        known = keys_of(found)
        if known.isdisjoint(reference.keys) and known:
            yield _describe(inspection, reference, found)


def _describe(
    inspection: ManifestInspection, reference: Reference, found: ManifestObject
) -> RuleFinding:
    wanted = " or ".join(f"'{each}'" for each in reference.keys)
    place = describe_place(inspection, found)
    known = ", ".join(sorted(keys_of(found)))
    return RuleFinding(
        value_of(*reference.key_path),
        f"the {found.kind} '{found.name}' ({place}) has no key {wanted}; "
        "the server does not start",
        help=f"it has: {known}",
    )


RULE = ManifestRule("missing-key", ERROR, __doc__, check, BOTH)
