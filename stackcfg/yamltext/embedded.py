"""Run configs inside another document: the block or quoted scalar of a Kubernetes ConfigMap or Secret.

The scalar's text is read as a document of its own; edits on it are carried over to the outer text, so that lines
which no edit touches stay as they are and positions are always those of the outer file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final, NamedTuple

from stackcfg.paths import Path
from stackcfg.yamltext.document import (
    MAPPING,
    SCALAR,
    SEQUENCE,
    Document,
    Node,
    ParseError,
    value_of,
)
from stackcfg.yamltext.edits import Edit, apply_edits, resolve_edits
from stackcfg.yamltext.emit import emit_quoted

HOLDERS: Final = {"ConfigMap": ("data",), "Secret": ("stringData",)}


class Embedded(NamedTuple):
    """A scalar that holds a text: the text, its path in the outer document, and where its characters stand there."""

    text: str
    path: Path
    node: Node
    starts: tuple[int, ...]
    """Inner offsets at which a run of characters begins that stand together in the outer text."""
    places: tuple[int, ...]
    """The outer offset of each run."""
    indent: int = 0
    """The columns that a literal block scalar puts before each of its lines."""

    def outer(self, offset: int) -> int:
        """The outer offset of an inner one."""
        index = bisect_right(self.starts, offset) - 1
        return (
            self.places[index] + offset - self.starts[index]
            if index >= 0
            else self.node.start
        )


def embedded_texts(document: Document) -> Iterator[Embedded]:
    """The texts that a ConfigMap or Secret in this document holds."""
    root = document.root.target
    yield from _of_object(document, root, ())
    items = root.get("items")
    if items is not None and items.kind == SEQUENCE:
        for index, item in enumerate(items.items):
            yield from _of_object(document, item.target, ("items", index))


def _of_object(document: Document, node: Node, path: Path) -> Iterator[Embedded]:
    kind = node.get("kind") if node.kind == MAPPING else None
    for holder in HOLDERS.get(kind.text, ()) if kind is not None else ():
        section = node.get(holder)
        for key, value in (
            section.entries if section is not None and section.kind == MAPPING else ()
        ):
            is_text = "\n" in value.text or value.text.lstrip()[:1] == "{"
            if value.kind == SCALAR and value.style and is_text:
                yield _embedded(document, value, (*path, holder, key.text))


def _embedded(document: Document, node: Node, path: Path) -> Embedded:
    indent = 0
    if node.style == "|":
        starts, places, indent = _literal_runs(document.text, node)
    elif node.style == '"':
        starts, places = _quoted_runs(document.text, node)
    else:
        starts, places = [0], [node.start]
    return Embedded(
        str(value_of(node)), path, node, tuple(starts), tuple(places), indent
    )


def _literal_runs(text: str, node: Node) -> tuple[list[int], list[int], int]:
    """One run a line, and the indentation: that of the first line of content."""
    position = text.index("\n", node.start) + 1
    lines: list[tuple[int, int]] = []
    while position < node.end:
        end = text.find("\n", position)
        end = node.end if end < 0 else end
        lines.append((position, end))
        position = end + 1
    indent = _common_indent(text, node, lines)
    starts: list[int] = []
    places: list[int] = []
    inner = 0
    for begin, end in lines:
        content_end = end - (end > begin and text[end - 1] == "\r")
        cut = min(begin + indent, content_end)
        starts.append(inner)
        places.append(cut)
        inner += content_end - cut + 1
    return starts or [0], places or [node.start], indent


def _common_indent(text: str, node: Node, lines: list[tuple[int, int]]) -> int:
    for line in node.text.split("\n"):
        if line.strip():
            for begin, end in lines:
                if text[begin:end].strip():
                    return (
                        text[begin:end].rstrip("\r").index(line)
                        if line in text[begin:end]
                        else 0
                    )
    return 0


_TOKENS: Final = re.compile(
    r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r?\n[ \t]*|.)|[ \t]*(?:\r?\n[ \t]*)+|."
)


def _quoted_runs(text: str, node: Node) -> tuple[list[int], list[int]]:
    """One run a character of a double-quoted scalar."""
    starts: list[int] = []
    places: list[int] = []
    inner = 0
    begin = text.index('"', node.start) + 1
    for match in _TOKENS.finditer(text, begin, node.end - 1):
        token = match.group()
        length = 1
        if token.startswith(("\\\n", "\\\r\n")):
            length = 0
        elif "\n" in token and not token.startswith("\\"):
            length = max(1, token.count("\n") - 1)
        if length:
            starts.append(inner)
            places.append(match.start())
            inner += length
    starts.append(inner)
    places.append(node.end - 1)
    return starts, places


def edits_in_outer(
    document: Document, embedded: Embedded, edits: list[Edit]
) -> list[Edit]:
    """The edits of an embedded text as edits of the outer one.

    Raises `ParseError` for a folded scalar, whose line ends cannot be kept.
    """
    node = embedded.node
    if node.style == "|":
        return list(
            _line_edits(document, embedded, resolve_edits(embedded.text, edits))
        )
    if node.style == '"':
        return [
            Edit(
                embedded.outer(edit.start),
                embedded.outer(edit.end),
                (emit_quoted(_text(edit))[1:-1],),
            )
            for edit in resolve_edits(embedded.text, edits)
        ]
    if node.style == "'":
        new = apply_edits(embedded.text, edits)
        in_style = (
            emit_quoted(new) if "\n" in new else "'" + new.replace("'", "''") + "'"
        )
        return [Edit(node.start, node.end, (in_style,))]
    raise ParseError(
        "a run config in a folded scalar ('>')",
        node.start,
        "write it as a literal one ('|')",
    )


def _text(edit: Edit) -> str:
    return "".join(str(piece) for piece in edit.pieces)


def _line_edits(
    document: Document, embedded: Embedded, edits: list[Edit]
) -> Iterator[Edit]:
    """Edits of a literal block scalar, widened to whole lines, which get the scalar's indentation."""
    text = embedded.text
    groups: list[tuple[int, int, list[Edit]]] = []
    for edit in edits:
        start, end = _whole_lines(text, edit)
        if groups and start <= groups[-1][1]:
            first, last, members = groups.pop()
            groups.append((first, max(last, end), [*members, edit]))
        else:
            groups.append((start, end, [edit]))
    for start, end, members in groups:
        moved = [
            Edit(edit.start - start, edit.end - start, edit.pieces) for edit in members
        ]
        yield _block_edit(
            document, embedded, start, end, apply_edits(text[start:end], moved)
        )


def _whole_lines(text: str, edit: Edit) -> tuple[int, int]:
    start = text.rfind("\n", 0, edit.start) + 1
    at_line_start = edit.end == 0 or text[edit.end - 1] == "\n"
    if at_line_start and (edit.end > edit.start or _text(edit).endswith("\n")):
        return start, edit.end
    end = text.find("\n", edit.end)
    return start, len(text) if end < 0 else end + 1


def _block_edit(
    document: Document, embedded: Embedded, start: int, end: int, new: str
) -> Edit:
    """Put the lines `new` in place of the inner lines from `start` up to `end`."""
    node, lines = embedded.node, document.lines
    indent = " " * embedded.indent
    body = "\n".join(
        indent + line if line.strip() else line for line in new.split("\n")
    )
    body = body.replace("\n", document.newline)
    if end < len(embedded.text):
        return Edit(
            lines.start_of(embedded.outer(start)),
            lines.start_of(embedded.outer(end)),
            (body,),
        )
    if (
        document.text[node.end - 1] == "\n"
    ):  # `|+` keeps the line ends behind its last line
        return Edit(
            lines.start_of(embedded.outer(start)) if start < end else node.end,
            node.end,
            (body,),
        )
    body = body.rstrip("\r\n")
    if not body:
        return Edit(
            lines.start_of(embedded.outer(start)), lines.after(node.end - 1), ("",)
        )
    if start >= len(embedded.text.rstrip("\n")):
        return Edit(node.end, node.end, (document.newline + body.lstrip("\r\n"),))
    return Edit(lines.start_of(embedded.outer(start)), node.end, (body,))
