"""Edits for steps that do not use the `Editor` alone yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stackcfg.migration.changes import Change
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.entry_edits import rename_key, rewrite_scalar
from stackcfg.paths import Path
from stackcfg.yamltext.document import Node
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.emit import Field

renamed_key = rename_key


def providers_of(
    context: StepContext,
    api: str,
    kind: str = "",
) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield providers."""
    return context.providers_of(api, kind)


def rewritten(
    context: StepContext,
    path: Path,
    value: str,
) -> Iterator[Change]:
    """Set a scalar."""
    return context.text.set(path, value)


def own_scalar(
    context: StepContext,
    path: Path,
) -> Node:
    """Return a scalar."""
    return context.text.editable_scalar(path)


def rewritten_scalar(
    context: StepContext,
    node: Node,
    value: str,
) -> Edit:
    """Rewrite a scalar."""
    return rewrite_scalar(context.text, node, value)


def added(
    context: StepContext,
    holder: Path,
    field: Field,
) -> Edit:
    """Add a field."""
    return context.text.insertion(holder, [field])


def removed(
    context: StepContext,
    path: Path,
    copied: Node | None = None,
) -> Iterator[Change]:
    """Remove an entry."""
    return context.text.remove(path, copied)
