"""An annotation that takes over the volume or the Service of an old object, and cannot.

`ogx.io/adopt-storage` and `ogx.io/adopt-networking` name the old object. The webhook
refuses the object's own name; the controller ignores a value that is no DNS label. The
volume is mounted only with `workload.storage`, and by one server only: two servers on
one volume write to the same databases.
"""

from __future__ import annotations

from stackcfg.light_typing import Final
from stackcfg.manifests.objects import OLD_SERVER, SERVER
from stackcfg.paths import Path, mapping_at, value_at
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.custom_resources import ADOPT_NETWORKING, ADOPT_STORAGE
from stackcfg.releases.resource_paths import OLD_CLAIM
from stackcfg.validation.manifest_rule import (
    ERROR,
    WARNING,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.queries.object_references import describe_place
from stackcfg.validation.rule_finding import RuleFinding, value_of

_LABEL: Final = lazy_pattern(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
_ANNOTATIONS: Final = ("metadata", "annotations")


def check(inspection: ManifestInspection) -> Findings:
    for name in (ADOPT_STORAGE, ADOPT_NETWORKING):
        path = (*_ANNOTATIONS, name)
        value = inspection.text(*path)
        if not value:
            continue
        if value == inspection.name:
            yield RuleFinding(
                value_of(*path),
                f"'{name}' is the object's own name; the operator refuses the object",
                help="give the new object another name; write that of the old one here",
            )
        elif _LABEL.fullmatch(value) is None:
            yield RuleFinding(
                value_of(*path),
                f"'{name}' is no name of an object; the operator takes nothing over",
                help="write the name of the old object",
            )
        else:
            yield from _check_takers(inspection, path, value)
    yield from _check_volume(inspection)


def _check_takers(
    inspection: ManifestInspection,
    path: Path,
    value: str,
) -> Findings:
    """Report another new object that takes over from the same old one."""
    for other in inspection.siblings(SERVER):
        if other.name != inspection.name and value_at(other.data, path) == value:
            place = describe_place(inspection, other)
            yield RuleFinding(
                value_of(*path),
                f"'{other.name}' ({place}) takes over from '{value}', too; "
                "only one of them can",
                help="remove the annotation from one of them",
            )


def _check_volume(inspection: ManifestInspection) -> Findings:
    path = (*_ANNOTATIONS, ADOPT_STORAGE)
    value = inspection.text(*path)
    if not value or inspection.is_patch:
        return
    if "storage" not in mapping_at(inspection.spec, ("workload",)):
        yield RuleFinding(
            value_of(*path),
            "without 'workload.storage' the server mounts no volume and has no rows",
            help="write 'storage: {}' in 'spec.workload'",
            severity=WARNING,
        )
    for old in inspection.siblings(OLD_SERVER):
        if old.name == value and value_at(old.data, OLD_CLAIM) is None:
            place = describe_place(inspection, old)
            yield RuleFinding(
                value_of(*path),
                f"'{value}' ({place}) has no volume; the new server waits for it",
                help="remove the annotation",
                severity=WARNING,
            )


RULE = ManifestRule("adoption", ERROR, __doc__, check)
