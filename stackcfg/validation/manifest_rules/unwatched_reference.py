"""A ConfigMap or Secret that the operator must read, and does not see.

The operator of ogx sees only objects with the label `ogx.io/watch: "true"`. Without
it, the object does not exist for the operator, and no pod starts. What only the pod
reads (variables, volumes) needs no label. The certificates in `odh-trusted-ca-bundle`,
which Open Data Hub puts into namespaces, are used only with the label, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.light_typing import Any
from stackcfg.manifests.objects import CONFIG_MAP, KUSTOMIZATION, ManifestObject
from stackcfg.manifests.unknown_values import is_unknown
from stackcfg.paths import as_mapping, list_at, mapping_at
from stackcfg.releases.custom_resources import (
    PLATFORM_BUNDLE,
    WATCH_LABEL,
    WATCHED,
    WRITTEN_LABEL,
)
from stackcfg.validation.manifest_rule import (
    ERROR,
    WARNING,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.queries.object_references import (
    describe_place,
    find_referenced,
    find_references,
)
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: ManifestInspection) -> Findings:
    for reference in find_references(inspection):
        found = find_referenced(inspection, reference)
        if not reference.is_watched or found is None:
            continue
        if _has_label(inspection, found):
            continue
        place = describe_place(inspection, found)
        yield RuleFinding(
            value_of(*reference.path),
            f"the operator does not see the {found.kind} '{found.name}' ({place}): "
            f"it has no label '{WRITTEN_LABEL}'",
            help=f"write '{WRITTEN_LABEL}' in its 'metadata.labels'",
        )
    yield from _check_platform_bundle(inspection)


def _check_platform_bundle(inspection: ManifestInspection) -> Findings:
    """Yield a finding for the certificates that the operator looks for unasked."""
    namespace = inspection.object.namespace
    found = inspection.manifests.find(CONFIG_MAP, PLATFORM_BUNDLE, namespace)
    if found is None or _has_label(inspection, found):
        return
    place = describe_place(inspection, found)
    yield RuleFinding(
        value_of("metadata", "name"),
        f"the operator does not see the ConfigMap '{found.name}' ({place}): "
        "the server does not trust its certificates",
        help=f"write '{WRITTEN_LABEL}' in its 'metadata.labels'",
        severity=WARNING,
    )


def _has_label(inspection: ManifestInspection, found: ManifestObject) -> bool:
    value = found.labels.get(WATCH_LABEL)
    if value == WATCHED or is_unknown(value):
        return True
    labels = _added_labels(inspection)
    return any(each.get(WATCH_LABEL) == WATCHED for each in labels)


def _added_labels(inspection: ManifestInspection) -> Iterator[Mapping[Any, Any]]:
    """Yield the labels that kustomizations of the run add to every object."""
    for kustomization in inspection.manifests.of_kind(KUSTOMIZATION):
        yield mapping_at(kustomization.data, ("commonLabels",))
        for each in list_at(kustomization.data, ("labels",)):
            yield mapping_at(as_mapping(each), ("pairs",))


RULE = ManifestRule("unwatched-reference", ERROR, __doc__, check)
