"""Judges the new object as `validate` does: what the new operator refuses in it is
an action required, at the field that it comes from.
"""

from __future__ import annotations

from typing import Final

from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.errors import join_hint
from stackcfg.manifests.objects import OLD_SERVER, ManifestObject, ManifestSet
from stackcfg.paths import Path
from stackcfg.releases.resource_changes import field_changes
from stackcfg.validation.findings import ERROR
from stackcfg.validation.manifest_inspection import ManifestInspection
from stackcfg.validation.manifest_rules import load_manifest_rules

OBJECT_RULES: Final = "object-"
"""How the rules are called that hold an object against its definition."""


def check_new_object(conversion: Conversion, new: ManifestObject) -> None:
    """Note what the API server and the operator's webhook refuse.

    Other rules are about what the transforms take care of.
    """
    others = conversion.files.manifests.of_kind(OLD_SERVER)
    manifests = ManifestSet([new, *others])
    target = conversion.settings.migration.target
    inspection = ManifestInspection(new, manifests, target)
    for rule in load_manifest_rules():
        if not rule.id.startswith(OBJECT_RULES) or new.kind not in rule.kinds:
            continue
        for finding in rule.check(inspection):
            if (finding.severity or rule.severity) == ERROR:
                message = join_hint(finding.message, finding.help)
                conversion.action(message, _old_path(finding.place.path))


def _old_path(path: Path) -> Path:
    """Return the path of the old object that a path of the new one comes from."""
    best: Path = ()
    found: Path = path
    for row in field_changes():
        is_above = bool(row.new) and path[: len(row.new)] == row.new
        if row.old and is_above and len(row.new) > len(best):
            best = row.new
            found = (*row.old, *path[len(row.new) :])
    return found
