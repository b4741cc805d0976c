"""The container of the server: its name, its account, its last seconds."""

from __future__ import annotations

from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.releases.resource_changes import FieldChange


def container_name(conversion: Conversion, row: FieldChange) -> None:
    """Drop the name: the container is always called `ogx`."""
    name = conversion.data(row.old)
    conversion.info(
        f"container '{name}' is called 'ogx' by the new operator: change "
        f"'kubectl logs -c {name}' and the like",
        row.old,
    )


def grace_period(conversion: Conversion, row: FieldChange) -> None:
    """Say that the new resource has no such field."""
    seconds = conversion.data(row.old)
    conversion.action(
        f"'terminationGracePeriodSeconds: {seconds}' is lost: an OGXServer has no "
        "such field, and Kubernetes kills the pod after 30 seconds",
        row.old,
    )
