"""More than one worker while the metrics are on.

The workers are those of the object, else those of the run config that it mounts. Each
worker binds the port of the metrics, so the second one fails, and the server does not
start. Metrics are on by default.
"""

from __future__ import annotations

from stackcfg.paths import value_at
from stackcfg.releases.resource_paths import NEW_VARIABLES, NEW_WORKLOAD
from stackcfg.validation.manifest_rule import (
    ERROR,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.queries.mounted_config import (
    config_reference,
    mounted_config,
)
from stackcfg.validation.rule_finding import RuleFinding, key_of, value_of

_WORKERS = (*NEW_WORKLOAD, "workers")
_ENABLED = ("spec", "monitoring", "enabled")
_SEVERAL = 2
_SWITCH = "OGX_METRICS_ENDPOINT_ENABLED"


def check(inspection: ManifestInspection) -> Findings:
    if inspection.is_patch or inspection.value(*_ENABLED) is False:
        return
    place = key_of(*_WORKERS)
    workers = inspection.value(*_WORKERS)
    if workers is None:
        # the variable that the operator makes of it wins over the config
        reference = config_reference(inspection)
        config = mounted_config(inspection, reference)
        if reference is None or config is None:
            return
        place = value_of(*reference.path)
        workers = value_at(config.data, ("server", "workers"))
    if not isinstance(workers, int) or workers < _SEVERAL or _is_switched(inspection):
        return
    yield RuleFinding(
        place,
        f"{workers} workers bind one port for metrics; the server does not start",
        help="write 'monitoring: {enabled: false}' in 'spec', or use 'replicas'",
    )


def _is_switched(inspection: ManifestInspection) -> bool:
    """Return whether a variable says whether there are metrics."""
    env = inspection.items(*NEW_VARIABLES)
    return any(item.get("name") == _SWITCH for _, item in env)


RULE = ManifestRule("workers-metrics", ERROR, __doc__, check)
