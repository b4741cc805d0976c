"""The label without which the new operator does not see an object, added to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stackcfg.loading.configs import read_documents
from stackcfg.loading.errors import InputError
from stackcfg.manifests.objects import ManifestObject, read_objects
from stackcfg.paths import mapping_at
from stackcfg.releases.custom_resources import WATCH_LABEL, WATCHED, WRITTEN_LABEL
from stackcfg.yamltext.document import ALIAS, Node, ParseError, end_of_entry
from stackcfg.yamltext.edits import Edit, apply_edits
from stackcfg.yamltext.entries import column_of, indent_step

_METADATA: Final = "metadata"
_LABELS: Final = "labels"
_FLOW: Final = f'"{WATCH_LABEL}": "{WATCHED}"'


def has_label(found: ManifestObject) -> bool:
    """Return whether the new operator sees an object."""
    return found.labels.get(WATCH_LABEL) == WATCHED


def label_edit(found: ManifestObject) -> Edit | None:
    """Return the edit that gives an object the label.

    None if it cannot be added without a change elsewhere.
    """
    edit = _find_edit(found)
    if edit is None or not _is_proved(found, edit):
        return None
    return edit


def _find_edit(found: ManifestObject) -> Edit | None:
    """Return the edit that adds the label, not yet proved."""
    metadata = found.node.get(_METADATA)
    if metadata is None or not metadata.entries:
        return None
    entry = metadata.entry(_LABELS)
    if entry is None:
        return _new_section(found, metadata)
    return _edit_labels(found, entry[1])


def _new_section(found: ManifestObject, metadata: Node) -> Edit:
    """Return the edit that adds the labels with this one in them."""
    step = " " * indent_step(found.document, found.node)
    block = f"{_LABELS}:\n{step}{WRITTEN_LABEL}"
    flow = f'"{_LABELS}": {{{_FLOW}}}'
    return _insertion(
        found,
        metadata,
        block,
        flow,
    )


def _edit_labels(found: ManifestObject, labels: Node) -> Edit | None:
    if labels.kind == ALIAS:
        return None
    if labels.start == labels.end:
        return Edit(*labels.span, (f" {{{_FLOW}}}",))
    if not labels.entries:
        return Edit(*labels.span, (f"{{{_FLOW}}}",))
    given = labels.entry(WATCH_LABEL)
    if given is not None:
        return Edit(*given[1].span, (f'"{WATCHED}"',))
    return _insertion(
        found,
        labels,
        WRITTEN_LABEL,
        _FLOW,
    )


def _insertion(
    found: ManifestObject,
    mapping: Node,
    block: str,
    flow: str,
) -> Edit:
    """Return the edit that adds an entry behind the last one of a mapping."""
    document = found.document
    last = mapping.entries[-1]
    key, end = last[0], end_of_entry(last)
    if mapping.flow:
        return Edit(end, end, (f", {flow}",))
    indent = " " * column_of(document, key.start)
    newline = document.newline + indent
    lines = indent + block.replace("\n", newline)
    after = document.lines.after(max(end - 1, key.start))
    if document.text[after - 1] == "\n":
        return Edit(after, after, (lines, document.newline))
    return Edit(after, after, (document.newline, lines))


def _is_proved(found: ManifestObject, edit: Edit) -> bool:
    """Return whether the label is all that the edit changes."""
    text = found.document.text
    try:
        before = read_objects(read_documents(text))
        after = read_objects(read_documents(apply_edits(text, [edit])))
    except (InputError, ParseError, ValueError):
        return False
    expected = [_expected(each, found) for each in before]
    return expected == [each.data for each in after]


def _expected(each: ManifestObject, found: ManifestObject) -> Mapping[Any, Any]:
    """Return what an object must mean afterwards: only one has the label."""
    if each.node.start != found.node.start:
        return each.data
    metadata = dict(mapping_at(each.data, (_METADATA,)))
    metadata[_LABELS] = {**found.labels, WATCH_LABEL: WATCHED}
    return {**each.data, _METADATA: metadata}
