"""The edits that put the new object in the place of the old one, proved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from stackcfg.deployment.changes import DeploymentChange, FileEdit, Refusal
from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.deployment.resource.metadata import convert_metadata
from stackcfg.deployment.resource.object_edits import edit_object
from stackcfg.deployment.resource.text import emit_lines, read_style
from stackcfg.deployment.resource.tree import (
    Branch,
    Literal,
    item_data,
)
from stackcfg.errors import join_hint
from stackcfg.loading.configs import read_documents
from stackcfg.loading.errors import InputError
from stackcfg.manifests.objects import (
    OLD_SERVER,
    SERVER,
    ManifestObject,
    ManifestSet,
    read_objects,
)
from stackcfg.migration.proof import ProofError
from stackcfg.paths import Path
from stackcfg.releases.custom_resources import custom_resource
from stackcfg.releases.resource_changes import field_changes
from stackcfg.validation.findings import ERROR
from stackcfg.validation.manifest_inspection import ManifestInspection
from stackcfg.validation.manifest_rules import load_manifest_rules
from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.document import ParseError
from stackcfg.yamltext.edits import Copy, Edit, Piece, apply_edits
from stackcfg.yamltext.entries import column_of


def write_result(conversion: Conversion) -> Iterator[DeploymentChange]:
    """Yield the edits that convert one object.

    Its fields move as they were written. If the text that comes out
    does not mean what it should, as with anchors that would come behind
    their aliases, the object is written anew, with its comments in
    front.
    """
    tree = _whole_tree(conversion)
    data = item_data(tree, conversion.rewrites)
    edits: list[Edit] = []
    if not conversion.source.node.flow:
        edits = list(edit_object(conversion, tree))
    new = _find_new_object(conversion, edits, data)
    if new is None:
        edits = [_anew(conversion, data)]
        new = _find_new_object(conversion, edits, data)
    if new is None:
        message = f"'{conversion.place}' would not mean what it should"
        yield Refusal(conversion.source.file, ProofError(message))
        return
    check_new_object(conversion, new)
    for edit in edits:
        yield FileEdit(conversion.source.file, conversion.place, edit)


def _whole_tree(conversion: Conversion) -> Branch:
    """Return the whole new object, `apiVersion` and `kind` included."""
    resource = custom_resource(SERVER)
    tree = Branch()
    for key, _ in conversion.source.node.entries:
        if key.text == "apiVersion" and resource is not None:
            tree.put(("apiVersion",), Literal(resource.api_version))
        elif key.text == "kind":
            tree.put(("kind",), Literal(SERVER))
        elif key.text == "metadata":
            tree.entries["metadata"] = convert_metadata(conversion)
        elif key.text == "spec":
            tree.entries["spec"] = conversion.tree.branch(("spec",))
    return tree


def _find_new_object(
    conversion: Conversion, edits: list[Edit], data: Any
) -> ManifestObject | None:
    """Return the new object of the text with the edits.

    None if the text would not have it, or if another object would
    differ.
    """
    if not edits:
        return None
    # a stream can have hundreds of documents, each of which is proved
    document = conversion.document
    start = document.start
    old_text = document.text[start : document.end]
    moved = [_moved_back(edit, start) for edit in edits]
    try:
        text = apply_edits(old_text, moved)
        objects = read_objects(read_documents(text))
        before = read_objects(read_documents(old_text))
    except (InputError, ParseError, ValueError):
        return None
    if len(objects) != len(before):
        return None
    found: ManifestObject | None = None
    for old, new in zip(before, objects, strict=True):
        expected = old.data
        if old.node.start + start == conversion.source.node.start:
            expected, found = data, new
        if new.data != expected:
            return None
    return found


def _moved_back(edit: Edit, shift: int) -> Edit:
    """Return an edit for the text that begins later by some characters."""
    pieces: list[Piece] = []
    for piece in edit.pieces:
        if isinstance(piece, Copy):
            piece = piece._replace(start=piece.start - shift, end=piece.end - shift)
        pieces.append(piece)
    start, end = edit.start - shift, edit.end - shift
    return edit._replace(start=start, end=end, pieces=tuple(pieces))


def _anew(conversion: Conversion, data: Any) -> Edit:
    """Return the edit that writes the whole object from its data.

    Its comments come first. An object in brackets, such as one of a
    JSON file, stays in brackets.
    """
    document, node = conversion.document, conversion.source.node
    comments = Comments(document).within(node.start, node.end)
    column = column_of(document, node.start)
    written = [each.text for each in comments]
    if node.flow and (conversion.source.path or not comments):
        column = document.lines.indent_at(node.start)
        written += _json_lines(conversion, data)
        if comments:
            # a comment needs white space in front of it
            written.insert(0, "")
    else:
        written += emit_lines(data, read_style(document, node))
    newline = document.newline + " " * column
    return Edit(*node.span, (newline.join(written),))


def _json_lines(conversion: Conversion, data: Any) -> list[str]:
    source = conversion.document.text[slice(*conversion.source.node.span)]
    if "\n" not in source:
        return [json.dumps(data, ensure_ascii=False)]
    return json.dumps(data, indent=2, ensure_ascii=False).split("\n")


OBJECT_RULES: Final = "object-"
"""How the rules are called that hold an object against its definition."""


def check_new_object(conversion: Conversion, new: ManifestObject) -> None:
    """Note what the API server and the operator's webhook refuse, as `validate` does.

    Each is noted at the field that it comes from. Other rules are about
    what the transforms take care of.
    """
    others = conversion.files.manifests.of_kind(OLD_SERVER)
    manifests = ManifestSet([new, *others])
    target = conversion.settings.migration.target
    inspection = ManifestInspection(new, manifests, target)
    for rule in load_manifest_rules():
        if not rule.id.startswith(OBJECT_RULES) or new.kind not in rule.kinds:
            continue
        for finding in rule.check(inspection):
            if (finding.severity or rule.severity) == ERROR:
                message = join_hint(finding.message, finding.help)
                conversion.action(message, _old_path(finding.place.path))


def _old_path(path: Path) -> Path:
    """Return the path of the old object that a path of the new one comes from."""
    best: Path = ()
    found: Path = path
    for row in field_changes():
        is_above = bool(row.new) and path[: len(row.new)] == row.new
        if row.old and is_above and len(row.new) > len(best):
            best = row.new
            found = (*row.old, *path[len(row.new) :])
    return found
