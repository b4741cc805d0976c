"""The edits that move the fields of an old object to their places in
the new one, and that write other strings there, each in its style.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.deployment.resource.text import TreeWriter, read_style
from stackcfg.deployment.resource.tree import (
    Branch,
    Item,
    Literal,
    item_data,
)
from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.document import (
    SCALAR,
    Document,
    Node,
    ParseError,
    end_of_entry,
    value_of,
)
from stackcfg.yamltext.edits import Edit, shift_lines
from stackcfg.yamltext.emit import emit_quoted
from stackcfg.yamltext.entries import column_of, remove_entry
from stackcfg.yamltext.lines import indent_of
from stackcfg.yamltext.parser import parse_yaml

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
    end = end_of_entry((item.key, item.value))
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


BLOCKS = ("|", ">")
_INDICATORS = "|>-+"


def rewrite_scalar(
    document: Document,
    node: Node,
    new: str,
) -> str:
    """Return the source of a scalar with another string.

    Quotes stay, and a block stays one. Whether the result means the
    string is proved with the whole object.
    """
    source = document.text[node.start : node.end]
    if node.style in BLOCKS:
        return _rewrite_block(document, source, new)
    is_one_line = "\n" not in source and "\n" not in new
    if not is_one_line:
        return emit_quoted(new)
    if node.style == "'" and "'" not in new:
        return f"'{new}'"
    if node.style is None and _is_plain(new):
        return new
    return emit_quoted(new)


def _is_plain(new: str) -> bool:
    """Return whether a string can be written without quotes."""
    try:
        [document] = parse_yaml(f"a: {new}\n")
    except (ParseError, ValueError):
        return False
    value = document.root.get("a")
    if value is None or value.kind != SCALAR:
        return False
    return bool(value_of(value) == new)


def _rewrite_block(
    document: Document,
    source: str,
    new: str,
) -> str:
    """Return a block scalar with other lines, indented as before."""
    header, _, body = source.replace("\r\n", "\n").partition("\n")
    folded = header.startswith(">") and "\n" in new.rstrip("\n")
    if folded or header.strip(_INDICATORS):
        # its line ends are spaces, or its header tells the indentation
        return emit_quoted(new)
    content = body.lstrip("\n")
    lines = shift_lines(new.rstrip("\n"), indent_of(content), first_line=True)
    ending = body[len(body.rstrip("\n")) :]
    return f"{header}\n{lines}{ending}".replace("\n", document.newline)
