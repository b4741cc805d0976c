"""A mapping inside a document, as a text of its own without its indentation."""

from __future__ import annotations

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.paths import Path
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.document import Document, Node, content_start
from stackcfg.yamltext.embedded import Embedded
from stackcfg.yamltext.lines import indent_of

_DASH: Final = lazy_pattern(r"(?m)^ *(?:- +)*-(?=\s)")
"""The dashes that a line of a block list begins with."""


def embed_mapping(
    document: Document,
    node: Node,
    path: Path,
) -> Embedded:
    """Return the text of a mapping in a document.

    Comments at the column of its keys, over the first entry and behind
    the last, belong to it.
    """
    if node.flow:
        return _embed_flow(document, node, path)
    block = _block_of(document, node)
    starts: list[int] = []
    places: list[int] = []
    parts: list[str] = []
    inner, begin = 0, block.start
    while begin < block.end:
        after = document.lines.after(begin)
        line = document.text[begin : min(after, block.end)].rstrip("\r\n")
        place = begin + min(indent_of(line), block.indent)
        content = document.text[place : begin + len(line)]
        starts.append(inner)
        places.append(place)
        parts += (content, "\n")
        inner += len(content) + 1
        begin = after
    return Embedded(
        "".join(parts),
        path,
        node,
        (*starts, inner),
        (*places, block.end),
        block.indent,
        block.shares_line,
        block.start,
        block.end,
    )


def _embed_flow(document: Document, node: Node, path: Path) -> Embedded:
    start = _comment_between(document, node, path)
    if start is None:
        start = content_start(document.text, node)
    text = document.text[start : node.end]
    return Embedded(text, path, node, (0,), (start,), start=start)


def _comment_between(document: Document, node: Node, path: Path) -> int | None:
    """Return where the first comment between the key or dash of a
    mapping and the mapping begins; None if there is none.
    """
    begin = _end_of_lead(document, node, path)
    if begin is None or node.anchor is not None:
        return None
    start = document.text.find("#", begin, node.start)
    if start < 0:
        return None
    return start


def _end_of_lead(document: Document, node: Node, path: Path) -> int | None:
    """Return where the key or the dash of a node ends, None for that of an alias."""
    parent = document.root.at(path[:-1])
    if parent is None:
        return None
    last = path[-1]
    if isinstance(last, str):
        entry = parent.entry(last)
        return entry and entry[0].end
    begin = document.lines.start_of(parent.start)
    if last > 0:
        begin = parent.items[last - 1].end
    for dash in _DASH.finditer(document.text, begin, node.start):
        begin = dash.end()
    return begin


class _Block(NamedTuple):
    """Where the lines of a block mapping are, and the column of its keys."""

    start: int
    end: int
    indent: int
    shares_line: bool


def _block_of(document: Document, node: Node) -> _Block:
    """Return the lines of a mapping, with the comments around it."""
    first = node.entries[0][0].start
    line = document.lines.start_of(first)
    indent = first - line
    start = first
    shares_line = bool(document.text[line:first].strip())
    if not shares_line:
        start = _start_of_comments(
            document,
            node,
            line,
            indent,
        )
    end = _end_of_comments(document, node, indent)
    return _Block(
        start,
        end,
        indent,
        shares_line,
    )


def _start_of_comments(
    document: Document,
    node: Node,
    line: int,
    indent: int,
) -> int:
    """Return the start of the comments over a line, at its column."""
    start = line
    while line > 0:
        line = document.lines.start_of(line - 1)
        written = document.text[line : document.lines.after(line)]
        if line < node.start <= line + len(written) and written[:indent].strip():
            break
        if not _is_comment_at(written, indent):
            break
        start = line
    return start


def _end_of_comments(
    document: Document,
    node: Node,
    indent: int,
) -> int:
    """Return the end of the last line of a mapping, comments below included."""
    text, lines = document.text, document.lines
    line = lines.after(max(node.end - 1, node.entries[-1][0].start))
    end = line
    while line < document.end:
        after = lines.after(line)
        written = text[line:after]
        if _is_comment_at(written, indent):
            end = after
        elif written.strip():
            break
        line = after
    start = node.entries[0][0].start
    return start + len(text[start:end].rstrip())


def _is_comment_at(line: str, indent: int) -> bool:
    """Return whether a line is a comment at a column, or right of it."""
    return line.lstrip(" ").startswith("#") and indent_of(line) >= indent
