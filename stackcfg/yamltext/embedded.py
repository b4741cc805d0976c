"""Texts inside another document: scalars of a Kubernetes ConfigMap or Secret.

Edits on such a text become edits of the outer text, so that unchanged lines
stay as they are and positions are those of the outer file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

import yaml

from stackcfg.paths import Path
from stackcfg.yamltext.document import (
    SCALAR,
    SEQUENCE,
    Document,
    Node,
    ParseError,
    Span,
    content_start,
)
from stackcfg.yamltext.edits import (
    Edit,
    apply_edits,
    resolve_edits,
    shift_lines,
    splice_edits,
)
from stackcfg.yamltext.emit import emit_quoted
from stackcfg.yamltext.values import name_of

HOLDERS = {"ConfigMap": "data", "Secret": "stringData"}
"""The kinds of objects that hold texts, and the section that they hold them in."""

_TOKENS = re.compile(
    r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r?\n[ \t]*|.)"
    r"|[ \t]*(?:\r?\n[ \t]*)+"
    r"|."
)
"""One piece of a double-quoted scalar: escape, folded line ends, character."""


class Embedded(NamedTuple):
    """A scalar that holds a text, with a map from inner to outer offsets.

    `starts` are the inner offsets of runs of characters that are also runs in
    the outer text, `places` their outer offsets. `indent` is the number of
    columns that a literal block scalar puts in front of each line.
    """

    text: str
    path: Path
    node: Node
    starts: tuple[int, ...]
    places: tuple[int, ...]
    indent: int = 0

    def outer(self, offset: int) -> int:
        """Return the outer offset of an inner one."""
        index = bisect_right(self.starts, offset) - 1
        if index < 0:
            return self.node.start
        return self.places[index] + offset - self.starts[index]


def embedded_texts(document: Document) -> Iterator[Embedded]:
    """Yield the texts of the ConfigMaps and Secrets of a document."""
    root = document.root.target
    yield from _texts_of_object(document, root, ())
    items = root.get("items")
    if items is not None and items.kind == SEQUENCE:
        for index, item in enumerate(items.items):
            yield from _texts_of_object(document, item.target, ("items", index))


def edits_in_outer(
    document: Document, embedded: Embedded, edits: list[Edit]
) -> list[Edit]:
    """Return the edits of an embedded text as edits of the outer text.

    Raises `ParseError` for a folded scalar, whose line ends cannot be kept.
    """
    node = embedded.node
    if node.style == "'":
        new = apply_edits(embedded.text, edits)
        return [Edit(*node.span, (_emit_single_quoted(new),))]
    if node.style == ">":
        message = "a run config in a folded scalar ('>')"
        raise ParseError(message, node.start, "write it as a literal one ('|')")
    resolved = resolve_edits(embedded.text, edits)
    if node.style == "|":
        return list(_line_edits(document, embedded, resolved))
    escaped = [_escaped_edit(embedded, edit) for edit in resolved]
    new = splice_edits(embedded.text, resolved)
    written = splice_edits(document.text, escaped, *node.span)
    if _read_quoted(written) == new:
        return escaped
    # spaces that begin or end a line of the scalar are not part of its text
    return [Edit(*node.span, (_with_anchor(document, node, emit_quoted(new)),))]


def _read_quoted(written: str) -> object:
    """Return the string that a double-quoted scalar means, None if it is none."""
    try:
        return yaml.load(written, yaml.SafeLoader)
    except (yaml.YAMLError, ValueError):
        return None


def _with_anchor(document: Document, node: Node, new: str) -> str:
    """Return a scalar with the anchor that the old one has in front of it."""
    return document.text[node.start : content_start(document.text, node)] + new


def _texts_of_object(document: Document, node: Node, path: Path) -> Iterator[Embedded]:
    kind = node.get("kind")
    if kind is None or kind.text not in HOLDERS:
        return
    holder = HOLDERS[kind.text]
    section = node.get(holder)
    if section is None:
        return
    for key, value in section.entries:
        # a key that is no string is none of Kubernetes
        if _is_string(key) and _holds_text(value):
            yield embed_scalar(document.text, value, (*path, holder, key.text))


def _is_string(key: Node) -> bool:
    try:
        return bool(name_of(key) == key.text)
    except ParseError:
        return False


def _holds_text(node: Node) -> bool:
    if node.kind != SCALAR or node.style is None:
        return False
    return "\n" in node.text or node.text.lstrip().startswith("{")


def embed_scalar(text: str, node: Node, path: Path) -> Embedded:
    """Return the text that a scalar of another text holds."""
    indent = 0
    runs = [(0, node.start)]
    if node.style == "|":
        runs, indent = _literal_runs(text, node)
    elif node.style == '"':
        runs = _quoted_runs(text, node)
    starts, places = zip(*runs, strict=True)
    return Embedded(node.text, path, node, starts, places, indent)


def _literal_runs(text: str, node: Node) -> tuple[list[Span], int]:
    """Return a run for each line of a literal block scalar, and its indent."""
    runs: list[Span] = []
    indent = inner = 0
    begin = text.find("\n", node.start) + 1
    if not begin:
        # a line break of another kind; no edit is made in such a text
        return [(0, node.start)], indent
    inner_lines = node.text.split("\n")
    outer_lines = _lines_from(text, begin, len(inner_lines))
    if not inner_lines[-1]:
        # behind the last line end the scalar has nothing
        outer_lines[-1] = ""
    for outer, line in zip(outer_lines, inner_lines, strict=False):
        # a line without content may be shorter than the indentation
        place = begin + len(outer.removesuffix("\r")) - len(line)
        if line.strip():
            indent = place - begin
        runs.append((inner, place))
        inner += len(line) + 1
        begin += len(outer) + 1
    return runs, indent


def _lines_from(text: str, begin: int, count: int) -> list[str]:
    """Return the next lines of a text, from an offset on."""
    found: list[str] = []
    while len(found) < count:
        end = text.find("\n", begin)
        if end < 0:
            return [*found, text[begin:]]
        found.append(text[begin:end])
        begin = end + 1
    return found


def _quoted_runs(text: str, node: Node) -> list[Span]:
    """Return one run for each character of a double-quoted scalar."""
    runs: list[Span] = []
    inner = 0
    begin = text.index('"', node.start) + 1
    end = node.end - 1
    for match in _TOKENS.finditer(text, begin, end):
        length = _decoded_length(match.group())
        if length:
            runs.append((inner, match.start()))
            inner += length
    return [*runs, (inner, end)]


def _decoded_length(token: str) -> int:
    """Return how many characters a piece of a double-quoted scalar stands for."""
    if token.startswith(("\\\n", "\\\r\n")):
        return 0
    if token.startswith("\\"):
        return 1
    # one line end is folded to a space, of more than one the first is dropped
    return max(1, token.count("\n") - 1)


def _escaped_edit(embedded: Embedded, edit: Edit) -> Edit:
    escaped = emit_quoted(edit.text)[1:-1]
    return Edit(embedded.outer(edit.start), embedded.outer(edit.end), (escaped,))


def _emit_single_quoted(text: str) -> str:
    if "\n" in text:
        return emit_quoted(text)
    return "'" + text.replace("'", "''") + "'"


def _line_edits(
    document: Document, embedded: Embedded, edits: list[Edit]
) -> Iterator[Edit]:
    """Yield edits of whole lines, indented as the literal block scalar is."""
    text = embedded.text
    groups: list[Span] = []
    for edit in edits:
        start, end = _whole_lines(text, edit)
        if groups and start <= groups[-1][1]:
            start, last = groups.pop()
            end = max(last, end)
        groups.append((start, end))
    for start, end in groups:
        members = [each for each in edits if start <= each.start and each.end <= end]
        new = splice_edits(text, members, start, end)
        yield _block_edit(document, embedded, start, end, new)


def _whole_lines(text: str, edit: Edit) -> Span:
    """Return the span of the inner lines that an edit changes."""
    start = text.rfind("\n", 0, edit.start) + 1
    at_line_start = text[edit.end - 1 : edit.end] in ("", "\n")
    if at_line_start and (edit.end > edit.start or edit.text.endswith("\n")):
        return start, edit.end
    end = text.find("\n", edit.end) + 1
    return start, end or len(text)


def _block_edit(
    document: Document, embedded: Embedded, start: int, end: int, new: str
) -> Edit:
    """Return the edit that replaces inner lines by new ones."""
    last, lines = embedded.node.end, document.lines
    first = lines.start_of(embedded.outer(start))
    body = shift_lines(new, embedded.indent, first_line=True)
    body = body.replace("\n", document.newline)
    if end < len(embedded.text):
        return Edit(first, lines.start_of(embedded.outer(end)), (body,))
    if document.text[last - 1] == "\n":
        # `|+` keeps the line ends behind its last line
        if start == end:
            first = last
        return Edit(first, last, (body,))
    body = body.rstrip("\r\n")
    if not body:
        return Edit(first, lines.after(last - 1), ("",))
    if start >= len(embedded.text.rstrip("\n")):
        first, body = last, document.newline + body.lstrip("\r\n")
    return Edit(first, last, (body,))
