"""The run config that an object of an operator mounts, if it is in the run."""

from __future__ import annotations

from stackcfg.errors import StackcfgError
from stackcfg.loading.configs import RunConfig, find_run_configs
from stackcfg.releases.resource_paths import NEW_CONFIG, OLD_CONFIG
from stackcfg.validation.manifest_inspection import ManifestInspection
from stackcfg.validation.queries.object_references import (
    Reference,
    find_referenced,
    find_references,
    keys_of,
)


def config_reference(inspection: ManifestInspection) -> Reference | None:
    """Return the reference to the ConfigMap of the run config."""
    for reference in find_references(inspection):
        if reference.path in (NEW_CONFIG, OLD_CONFIG):
            return reference
    return None


def mounted_config(
    inspection: ManifestInspection, reference: Reference | None
) -> RunConfig | None:
    """Return the run config that a reference means; None if it is not
    in the run, or cannot be read.
    """
    if reference is None:
        return None
    found = find_referenced(inspection, reference)
    if found is None:
        return None
    known = keys_of(found)
    keys = [key for key in reference.keys if key in known]
    if not keys:
        return None
    path = (*found.path, "data", keys[0])
    try:
        configs = list(find_run_configs([found.document], lenient=True))
    except StackcfgError:
        # it is reported where the file itself is validated
        return None
    for config in configs:
        if config.holders and config.holders[-1].path == path:
            return config
    return None
