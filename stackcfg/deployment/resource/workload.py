"""How the server runs: budgets, spread, scaling, and the volume."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.deployment.resource.image import homes_of, is_from_upstream
from stackcfg.manifests.home_paths import is_old_home, move_home_paths
from stackcfg.migration.changes import INFO
from stackcfg.paths import as_mapping
from stackcfg.releases.resource_changes import FieldChange
from stackcfg.releases.resource_paths import OLD_CLAIM
from stackcfg.yamltext.document import SCALAR, walk_nodes

MANAGED_BY: Final = "app.kubernetes.io/managed-by"
OLD_MANAGER: Final = "llama-stack-operator"
NEW_MANAGER: Final = "ogx-operator"
POD_LABELS: Final = {
    "app": ("llama-stack", "ogx"),
    MANAGED_BY: (OLD_MANAGER, NEW_MANAGER),
    "app.kubernetes.io/part-of": ("llama-stack", "ogx"),
}
"""The labels that the operators give their pods: the old and the new value."""

ROOT_HOME: Final = "/root"
"""The home in images of upstream before 1.3.0, but for an arbitrary user."""

INSTANCE: Final = "app.kubernetes.io/instance"
TARGETS: Final = (
    "targetCPUUtilizationPercentage",
    "targetMemoryUtilizationPercentage",
)
MOST_PERCENT: Final = 100


def disruption_budget(conversion: Conversion, row: FieldChange) -> None:
    """Move a budget with one bound: the new operator demands exactly one."""
    budget = as_mapping(conversion.data(row.old))
    given = [name for name, value in budget.items() if value is not None]
    if not given:
        conversion.info("an empty 'podDisruptionBudget' is left out", row.old)
        return
    if len(given) == 1:
        conversion.move(row)
        return
    kept = "minAvailable"
    conversion.put(row.new, {kept: budget.get(kept)}, row.old)
    conversion.action(
        "'podDisruptionBudget' has 'minAvailable' and 'maxUnavailable', which "
        "Kubernetes refuses together; 'minAvailable' is kept",
        row.old,
    )


def selectors(conversion: Conversion, row: FieldChange) -> None:
    """Move constraints; their selectors name the new pods."""
    node = conversion.node(row.old)
    if node is None or not node.items:
        return
    names = conversion.names
    for _, each in walk_nodes(node):
        for key, value in each.entries:
            if value.kind != SCALAR:
                continue
            old, new = POD_LABELS.get(key.text, ("", ""))
            if key.text == INSTANCE:
                old, new = names.old, names.new
            if old and value.text == old:
                conversion.replace(value, new)
    conversion.move(row)


def autoscaling(conversion: Conversion, row: FieldChange) -> None:
    """Move the bounds; those that the new operator refuses are mended."""
    given = as_mapping(conversion.data(row.old))
    if not given.get("maxReplicas"):
        conversion.info(
            "'autoscaling' without 'maxReplicas' had no effect and is left out",
            row.old,
        )
        return
    mended = _mend_bounds(given)
    if mended == given:
        conversion.move(row)
        return
    conversion.put(row.new, mended, row.old)
    for name, value in given.items():
        if value and mended.get(name) != value:
            conversion.action(
                f"'{name}: {value}' is refused by the new operator; "
                f"'{mended.get(name)}' is written: check that the server scales as "
                "it should",
                (*row.old, name),
            )


def _mend_bounds(given: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return bounds that mean the same, and that the API server accepts."""
    mended = dict(given)
    for name in ("minReplicas", *TARGETS):
        if given.get(name) in (0, None):
            mended.pop(name, None)
    least, most = mended.get("minReplicas"), mended.get("maxReplicas")
    if isinstance(least, int) and isinstance(most, int) and most < least:
        mended["maxReplicas"] = least
    for name in TARGETS:
        value = mended.get(name)
        if isinstance(value, int) and value > MOST_PERCENT:
            mended[name] = MOST_PERCENT
    return mended


def storage(conversion: Conversion, row: FieldChange) -> None:
    """Keep the section, even an empty one: it asks for a volume claim."""
    conversion.tree.branch(row.new)
    conversion.add_section(row)
    if may_miss_volume(conversion):
        conversion.check(
            f"the old image has HOME={ROOT_HOME} where it runs as root: its '~/.llama' "
            "is then in the container, not on the volume at '/.llama', and is lost "
            "when the pod stops; look there first",
            row.old,
        )


def may_miss_volume(conversion: Conversion) -> bool:
    """Return whether the old server may have its files beside its volume."""
    if conversion.data((*OLD_CLAIM, "mountPath")):
        return False
    homes = homes_of(conversion)
    return is_from_upstream(conversion) and not homes.known


def storage_size(conversion: Conversion, row: FieldChange) -> None:
    """Move the size; zero is refused now."""
    size = str(conversion.data(row.old))
    if not size.strip("0.") or size.startswith("-"):
        conversion.check(
            f"size '{size}' is refused by the new operator and left out; "
            "an adopted volume keeps its size",
            row.old,
        )
        return
    conversion.move(row)


def mount_path(conversion: Conversion, row: FieldChange) -> None:
    """Move the mount; `.llama` becomes `.ogx`, any other folder stays."""
    node = conversion.node(row.old)
    if node is None or not node.text:
        return
    homes = homes_of(conversion)
    new = move_home_paths(node.text, homes)
    if new != node.text:
        conversion.rewrite(node, lambda text: move_home_paths(text, homes))
        conversion.note(INFO, _moved_mount(node.text, new, conversion), row.old)
    conversion.move(row)


def _moved_mount(
    old: str,
    new: str,
    conversion: Conversion,
) -> str:
    """Return what to say of a volume that is mounted elsewhere now."""
    message = f"the volume is mounted at '{new}' instead of '{old}'"
    if is_old_home(old, homes_of(conversion)):
        message += (
            ": ogx empties a volume that is mounted at '.llama' in its home, when it "
            "moves the files to '.ogx' at the first start"
        )
    return message


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
