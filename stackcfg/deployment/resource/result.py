"""The edits that put the new object in the place of the old one, proved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from stackcfg.deployment.changes import DeploymentChange, FileEdit, Refusal
from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.deployment.resource.final_check import check_new_object
from stackcfg.deployment.resource.metadata import convert_metadata
from stackcfg.deployment.resource.text import TreeWriter, emit_lines, read_style
from stackcfg.deployment.resource.tree import (
    Branch,
    Item,
    Literal,
    Moved,
    item_data,
)
from stackcfg.loading.configs import read_documents
from stackcfg.loading.errors import InputError
from stackcfg.manifests.objects import SERVER, ManifestObject, read_objects
from stackcfg.migration.proof import ProofError
from stackcfg.releases.custom_resources import custom_resource
from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.document import SCALAR, Document, Node, ParseError, value_of
from stackcfg.yamltext.edits import Edit, apply_edits, shift_lines
from stackcfg.yamltext.emit import emit_quoted
from stackcfg.yamltext.entries import column_of, remove_entry
from stackcfg.yamltext.parser import parse_yaml

STATUS = "status"


def write_result(conversion: Conversion) -> Iterator[DeploymentChange]:
    """Yield the edits that convert one object.

    Its fields move as they were written. If the text that comes out does not
    mean what it should, as with anchors that would come behind their aliases,
    the object is written anew, with its comments in front.
    """
    tree = _whole_tree(conversion)
    data = item_data(tree, conversion.rewrites)
    edits: list[Edit] = []
    if not conversion.source.node.flow:
        edits = _edits(conversion, tree)
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


def _edits(conversion: Conversion, tree: Branch) -> list[Edit]:
    """Return the edits that move the fields."""
    document, root = conversion.document, conversion.source.node
    comments = Comments(document)
    style = read_style(document, root)
    writer = TreeWriter(document, comments, style, conversion.sections)
    found: list[Edit] = []
    for index, (key, value) in enumerate(root.entries):
        item = tree.entries.get(key.text)
        if isinstance(item, Literal):
            found.append(Edit(*value.span, (str(item.data),)))
        elif isinstance(item, Branch):
            settled = _settle(item, writer, conversion)
            pieces = writer.write(key, value, settled)
            found.append(Edit(key.start, writer.span(key, value).after, tuple(pieces)))
        elif key.text == STATUS:
            found.append(_remove(document, comments, root, index))
    found += _scalar_edits(conversion)
    return found


def _remove(document: Document, comments: Comments, root: Node, index: int) -> Edit:
    """Return the edit that removes an entry of the object, but for its comments."""
    edit = remove_entry(document, comments, root, index)
    indent = " " * column_of(document, root.entries[index][0].start)
    kept = [
        indent + comment.text + document.newline
        for comment in comments.within(edit.start, edit.end)
    ]
    return edit._replace(pieces=tuple(kept))


def _settle(branch: Branch, writer: TreeWriter, conversion: Conversion) -> Branch:
    """Return a branch whose moved entries all have lines that can be copied."""
    settled = Branch()
    for key, item in branch.entries.items():
        settled.entries[key] = _settle_item(item, writer, conversion)
    return settled


def _settle_item(item: Item, writer: TreeWriter, conversion: Conversion) -> Item:
    if isinstance(item, Branch):
        return _settle(item, writer, conversion)
    if isinstance(item, Moved) and not writer.is_copied(item):
        span = item.key.start, max(item.key.end, item.value.end)
        return Literal(item_data(item, conversion.rewrites), span)
    return item


def _scalar_edits(conversion: Conversion) -> Iterator[Edit]:
    """Yield the edits on scalars, which also apply to their copies."""
    text = conversion.document.text
    for identity, rewrite in conversion.rewrites.items():
        node = conversion.nodes[identity]
        new = rewrite(node.text)
        if new != node.text:
            yield Edit(*node.span, (_rewritten(text, node, rewrite(node.text)),))


def _rewritten(text: str, node: Node, new: str) -> str:
    """Return the source of a scalar with another string, in its style."""
    source = text[node.start : node.end]
    if node.style == "'" and "'" not in new and "\n" not in source + new:
        return f"'{new}'"
    if node.style is None and "\n" not in source and _is_plain(new):
        return new
    if node.style in ("|", ">"):
        return _rewritten_block(source, node, new)
    return emit_quoted(new)


def _is_plain(new: str) -> bool:
    """Return whether a string can be written without quotes."""
    try:
        [document] = parse_yaml(f"a: {new}\n")
    except (ParseError, ValueError):
        return False
    value = document.root.get("a")
    return value is not None and value.kind == SCALAR and value_of(value) == new


def _rewritten_block(source: str, node: Node, new: str) -> str:
    """Return a literal block scalar with other lines, indented as before."""
    newline = "\r\n" if "\r\n" in source else "\n"
    header, _, body = source.replace("\r\n", "\n").partition("\n")
    first = next((line for line in body.split("\n") if line.strip()), "")
    indent = len(first) - len(first.lstrip(" "))
    if node.style == ">" or not header.strip("|-+\r"):
        lines = shift_lines(new.rstrip("\n"), indent, first_line=True)
        ending = body[len(body.rstrip("\n")) :]
        return f"{header}\n{lines}{ending}".replace("\n", newline)
    return emit_quoted(new)


def _find_new_object(
    conversion: Conversion, edits: list[Edit], data: Any
) -> ManifestObject | None:
    """Return the new object of the text with the edits.

    None if the text would not have it, or if another object would differ.
    """
    if not edits:
        return None
    document = conversion.document
    try:
        text = apply_edits(document.text, edits)
        objects = read_objects(read_documents(text))
        before = read_objects(read_documents(document.text))
    except (InputError, ParseError, ValueError):
        return None
    if len(objects) != len(before):
        return None
    found: ManifestObject | None = None
    for old, new in zip(before, objects, strict=True):
        expected = old.data
        if old.node.start == conversion.source.node.start:
            expected, found = data, new
        if new.data != expected:
            return None
    return found


def _anew(conversion: Conversion, data: Any) -> Edit:
    """Return the edit that writes the whole object from its data.

    Its comments come first. An object in brackets, such as one of a JSON file,
    stays in brackets.
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
