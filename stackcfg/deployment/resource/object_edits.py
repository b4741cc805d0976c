"""The edits that move the fields of an old object to their places in the new one."""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.deployment.resource.scalar_text import rewrite_scalar
from stackcfg.deployment.resource.text import TreeWriter, read_style
from stackcfg.deployment.resource.tree import (
    Branch,
    Item,
    Literal,
    item_data,
)
from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.document import Node
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.entries import column_of, remove_entry

STATUS = "status"


def edit_object(conversion: Conversion, tree: Branch) -> Iterator[Edit]:
    """Yield the edits that make the new object of the old one."""
    root = conversion.source.node
    style = read_style(conversion.document, root)
    writer = TreeWriter(conversion.document, style, conversion.sections)
    for index, (key, value) in enumerate(root.entries):
        item = tree.entries.get(key.text)
        if isinstance(item, Literal):
            yield Edit(*value.span, (str(item.data),))
        elif isinstance(item, Branch):
            yield _replace(
                conversion,
                writer,
                (key, value),
                item,
            )
        elif key.text == STATUS:
            yield _remove(conversion, index)
    yield from _scalar_edits(conversion)


def _replace(
    conversion: Conversion,
    writer: TreeWriter,
    entry: tuple[Node, Node],
    tree: Branch,
) -> Edit:
    document = conversion.document
    settled = _settle(tree, writer, conversion)
    pieces = writer.write(*entry, settled)
    end = writer.entries.span(*entry).after
    if document.text[end - 1] != "\n":
        # a file without a last line end gets none
        pieces[-1] = str(pieces[-1]).removesuffix(document.newline)
    return Edit(entry[0].start, end, tuple(pieces))


def _remove(conversion: Conversion, index: int) -> Edit:
    """Return the edit that removes an entry of the object, but for its comments."""
    document, root = conversion.document, conversion.source.node
    comments = Comments(document)
    edit = remove_entry(
        document,
        comments,
        root,
        index,
    )
    key = root.entries[index][0]
    indent = " " * column_of(document, key.start)
    kept: list[str] = []
    for comment in comments.within(edit.start, edit.end):
        kept.append(indent + comment.text + document.newline)
    return edit._replace(pieces=tuple(kept))


def _settle(
    branch: Branch,
    writer: TreeWriter,
    conversion: Conversion,
) -> Branch:
    """Return a branch whose moved entries all have lines that can be copied."""
    settled = Branch()
    for key, item in branch.entries.items():
        settled.entries[key] = _settle_item(item, writer, conversion)
    return settled


def _settle_item(
    item: Item,
    writer: TreeWriter,
    conversion: Conversion,
) -> Item:
    """Return an entry as text that is copied, or else as data."""
    if isinstance(item, Branch):
        return _settle(item, writer, conversion)
    if isinstance(item, Literal) or writer.is_copied(item):
        return item
    end = max(item.key.end, item.value.end)
    data = item_data(item, conversion.rewrites)
    return Literal(data, (item.key.start, end))


def _scalar_edits(conversion: Conversion) -> Iterator[Edit]:
    """Yield the edits on scalars, which also apply to their copies."""
    for identity, rewrite in conversion.rewrites.items():
        node = conversion.nodes[identity]
        new = rewrite(node.text)
        if new != node.text:
            written = rewrite_scalar(conversion.document, node, new)
            yield Edit(*node.span, (written,))
