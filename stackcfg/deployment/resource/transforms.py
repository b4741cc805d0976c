"""The transforms of fields by the names that the facts give them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from stackcfg.deployment.resource import (
    command,
    config,
    image,
    mounts,
    network,
    variables,
    workload,
)
from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.manifests.objects import OLD_SERVER
from stackcfg.paths import Path
from stackcfg.releases.custom_resources import ARRAY, OBJECT, custom_resource
from stackcfg.releases.resource_changes import SECTION, FieldChange, field_changes
from stackcfg.releases.resource_paths import NEW_VARIABLES
from stackcfg.yamltext.document import MAPPING, SCALAR, SEQUENCE, Node

Transform = Callable[[Conversion, FieldChange], None]


def move(conversion: Conversion, row: FieldChange) -> None:
    """Move a field as it is."""
    conversion.move(row)


def move_unless_empty(conversion: Conversion, row: FieldChange) -> None:
    """Move a field whose empty value is the default."""
    if conversion.data(row.old):
        conversion.move(row)


def section(conversion: Conversion, row: FieldChange) -> None:
    """Remember a mapping that only holds fields, for its comments."""
    conversion.add_section(row)


TRANSFORMS: Final[Mapping[str, Transform]] = {
    SECTION: section,
    "move": move,
    "move-unless-empty": move_unless_empty,
    "distribution-name": image.distribution_name,
    "distribution-image": image.distribution_image,
    "user-config": config.user_config,
    "user-config-namespace": config.user_config_namespace,
    "ca-bundle": config.ca_bundle,
    "ca-bundle-keys": config.ca_bundle_keys,
    "ca-bundle-namespace": config.ca_bundle_namespace,
    "config-files": config.config_files,
    "port": network.port,
    "allowed-from": network.allowed_from,
    "network-policy": network.network_policy,
    "monitoring": network.monitoring,
    "disruption-budget": workload.disruption_budget,
    "selectors": workload.selectors,
    "autoscaling": workload.autoscaling,
    "storage": workload.storage,
    "storage-size": workload.storage_size,
    "mount-path": workload.mount_path,
    "container-name": workload.container_name,
    "grace-period": workload.grace_period,
    "command": command.convert_command,
    "arguments": command.convert_arguments,
    "variables": variables.variables,
    "volumes": mounts.volumes,
    "volume-mounts": mounts.volume_mounts,
}
"""Each transform by its name in `facts/operator/changes.json`."""


def convert_field(conversion: Conversion, row: FieldChange) -> None:
    """Carry one field over, if the old object has it.

    A mapping where the old operator wants a list, say, is named and
    left out.
    """
    if row.old:
        node = conversion.node(row.old)
        if node is None:
            return
        wanted = _type_of(row)
        if _KINDS.get(wanted, SCALAR) != node.kind:
            conversion.action(
                f"'{'.'.join(row.old)}' is not carried over: it is no {wanted}, and "
                "the old operator refuses it",
                row.old,
            )
            return
    TRANSFORMS[row.transform](conversion, row)


_KINDS: Final = {OBJECT: MAPPING, ARRAY: SEQUENCE}


def _type_of(row: FieldChange) -> str:
    """Return the type that the old definition gives a field; empty if none."""
    resource = custom_resource(OLD_SERVER)
    if resource is None:
        return ""
    field = resource.field(".".join(row.old))
    if field is None:
        return ""
    return field.type


CARRIED = ("apiVersion", "kind", "metadata", "spec", "status")
"""The fields of the object itself; `status` is the operator's, and goes."""


def convert_fields(conversion: Conversion) -> None:
    """Run the transform of each row, in the order of the new resource."""
    conversion.tree.branch(("spec",))
    for row in field_changes():
        convert_field(conversion, row)
    for name, value in conversion.new_variables.items():
        conversion.append(NEW_VARIABLES, {"name": name, "value": value})
    for path in _unknown_fields(conversion):
        name = ".".join(map(str, path))
        conversion.action(
            f"'{name}' is not carried over: no release of the old operator has such "
            "a field",
            path,
        )


def _unknown_fields(conversion: Conversion) -> Iterator[Path]:
    known: set[Path] = {row.old for row in field_changes() if row.old}
    holders = {path[:length] for path in known for length in range(1, len(path))}
    for key, _ in conversion.source.node.entries:
        if key.text not in CARRIED:
            yield (key.text,)
    spec = conversion.source.node.get("spec")
    if spec is not None:
        yield from _walk(
            spec,
            ("spec",),
            known,
            holders,
        )


def _walk(
    node: Node, path: Path, known: set[Path], holders: set[Path]
) -> Iterator[Path]:
    """Yield the paths of unknown fields below a mapping."""
    for key, value in node.entries:
        own = (*path, key.text)
        inner = value.target
        if own in holders and inner.kind == MAPPING:
            yield from _walk(
                inner,
                own,
                known,
                holders,
            )
        elif own not in known and not inner.is_null:
            yield own
