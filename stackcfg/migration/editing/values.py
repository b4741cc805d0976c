"""What a step writes: plain data, nodes of the old text, and fields
with comments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stackcfg.light_typing import Any
from stackcfg.yamltext.document import MAPPING, Node
from stackcfg.yamltext.emit import Field
from stackcfg.yamltext.values import data_of


def as_field(key: str, value: Any) -> Field:
    """Return a value as a field; mappings become fields of fields.

    A value is plain data, or a node whose text is copied.
    """
    if isinstance(value, Mapping):
        fields = [as_field(str(name), each) for name, each in value.items()]
        value = tuple(fields)
    return Field(key, value)


def field_data(field: Field) -> Any:
    """Return what the value of a field means."""
    if isinstance(field.value, tuple):
        return {each.key: field_data(each) for each in field.value}
    if isinstance(field.value, Node):
        return data_of(field.value)
    return field.value


def put_over(
    fields: Sequence[Field],
    lines: Sequence[str],
) -> tuple[Field, ...]:
    """Return fields with comment lines over the first of them."""
    first, *others = fields
    before = (*lines, *first.before)
    return (first._replace(before=before), *others)


def is_json(node: Node) -> bool:
    """Return whether a flow mapping is JSON: all its keys are in double
    quotes.
    """
    if not node.entries:
        return False
    return all(key.style == '"' for key, _ in node.entries)


def is_empty(node: Node) -> bool:
    """Return whether a value is null or a mapping without entries."""
    if node.kind == MAPPING:
        return not node.entries
    return node.is_null
