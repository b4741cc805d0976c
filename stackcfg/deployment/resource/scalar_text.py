"""Writes another string in the place of a scalar, in its style."""

from __future__ import annotations

from stackcfg.yamltext.document import SCALAR, Document, Node, ParseError, value_of
from stackcfg.yamltext.edits import shift_lines
from stackcfg.yamltext.emit import emit_quoted
from stackcfg.yamltext.lines import indent_of
from stackcfg.yamltext.parser import parse_yaml

BLOCKS = ("|", ">")
_INDICATORS = "|>-+"


def rewrite_scalar(
    document: Document,
    node: Node,
    new: str,
) -> str:
    """Return the source of a scalar with another string.

    Quotes stay, and a block stays one. Whether the result means the string is
    proved with the whole object.
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
