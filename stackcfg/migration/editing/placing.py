"""Edits for steps that do not use the `Editor` alone yet."""

from __future__ import annotations

from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.entry_edits import (
    insert_fields,
    replace_entry,
)
from stackcfg.yamltext.document import Node
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.emit import Field


def replaced_entry(
    context: StepContext,
    parent: Node,
    index: int,
    field: Field,
) -> Edit:
    """Replace an entry."""
    return replace_entry(context.text, parent, parent.entries[index], field)


def insert_entry(
    context: StepContext,
    parent: Node,
    field: Field,
    before: int | None = None,
) -> Edit:
    """Insert an entry."""
    return insert_fields(context.text, parent, [field], before)
