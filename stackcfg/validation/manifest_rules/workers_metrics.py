"""More than one worker while the metrics are on.

Each worker binds the port of the metrics, so the second one fails, and the server does
not start. Metrics are on by default.
"""

from __future__ import annotations

from stackcfg.validation.manifest_rule import (
    ERROR,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.rule_finding import RuleFinding, key_of

_WORKERS = ("spec", "workload", "workers")
_ENABLED = ("spec", "monitoring", "enabled")
_SWITCH = "OGX_METRICS_ENDPOINT_ENABLED"


def check(inspection: ManifestInspection) -> Findings:
    workers = inspection.value(*_WORKERS)
    if not isinstance(workers, int) or workers < 2 or inspection.is_patch:
        return
    if inspection.value(*_ENABLED) is not False and not _is_switched(inspection):
        yield RuleFinding(
            key_of(*_WORKERS),
            f"{workers} workers bind one port for metrics; the server does not start",
            help="write 'monitoring: {enabled: false}' in 'spec', or use 'replicas'",
        )


def _is_switched(inspection: ManifestInspection) -> bool:
    """Return whether a variable says whether there are metrics."""
    env = inspection.items("spec", "workload", "overrides", "env")
    return any(item.get("name") == _SWITCH for _, item in env)


RULE = ManifestRule("workers-metrics", ERROR, __doc__, check)
