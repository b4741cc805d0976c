"""Carries every field of an old object over, and names what has no row."""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.deployment.resource.transforms import convert_field
from stackcfg.paths import Path
from stackcfg.releases.resource_changes import field_changes
from stackcfg.yamltext.document import MAPPING, Node

VARIABLES = ("spec", "workload", "overrides", "env")
CARRIED = ("apiVersion", "kind", "metadata", "spec", "status")
"""The fields of the object itself; `status` is the operator's, and goes."""


def convert_fields(conversion: Conversion) -> None:
    """Run the transform of each row, in the order of the new resource."""
    conversion.tree.branch(("spec",))
    for row in field_changes():
        convert_field(conversion, row)
    for name, value in conversion.new_variables.items():
        conversion.append(VARIABLES, {"name": name, "value": value})
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
