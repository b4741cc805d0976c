"""Writes the tree of a new resource as YAML: moved entries as they were
written, comments with what they were over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from stackcfg.deployment.resource.comment_places import (
    CommentPlaces,
    Section,
    SourceEntries,
)
from stackcfg.deployment.resource.tree import Branch, Item, Literal, Moved
from stackcfg.paths import Path
from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.document import SEQUENCE, Document, Node, walk_nodes
from stackcfg.yamltext.edits import Copy, Piece
from stackcfg.yamltext.emit import emit_scalar
from stackcfg.yamltext.entries import column_of, indent_step


class Style(NamedTuple):
    """How mappings and lists of a text are indented."""

    step: int
    dash: int


def read_style(document: Document, root: Node) -> Style:
    """Return the style of an object of a document."""
    step = indent_step(document, root)
    for _, node in walk_nodes(root):
        for key, value in node.entries:
            if value.kind != SEQUENCE or value.flow or not value.items:
                continue
            column = column_of(document, key.start)
            shift = dash_column(document, value) - column
            return Style(step, max(0, shift))
    return Style(step, step)


def dash_column(document: Document, sequence: Node) -> int:
    """Return the column of the dashes of a block list."""
    line = document.lines.start_of(sequence.items[0].start)
    return document.text.find("-", line) - line


def emit_lines(data: Any, style: Style) -> list[str]:
    """Return plain data as lines of block YAML, from column 0 on."""
    lines: list[str] = []
    if isinstance(data, dict) and data:
        for key, value in data.items():
            lines += _entry_lines(emit_scalar(key) + ":", value, style)
    elif isinstance(data, list) and data:
        for item in data:
            first, *rest = emit_lines(item, style)
            lines.append(f"- {first}")
            lines += _indent(rest, 2)
    else:
        lines.append(emit_scalar(data))
    return lines


def _entry_lines(
    head: str,
    value: Any,
    style: Style,
) -> list[str]:
    lines = emit_lines(value, style)
    is_inner = isinstance(value, dict | list) and value
    if not is_inner:
        return [f"{head} {lines[0]}"]
    shift = style.step
    if isinstance(value, list):
        shift = style.dash
    return [head, *_indent(lines, shift)]


def _indent(lines: Sequence[str], count: int) -> list[str]:
    """Return lines moved to the right."""
    return [" " * count + line for line in lines]


class TreeWriter:
    """Writes one entry of an object, whose lines are replaced by the pieces."""

    def __init__(
        self,
        document: Document,
        style: Style,
        sections: Sequence[Section] = (),
    ) -> None:
        self.document = document
        self.style = style
        self.sections = sections
        self.entries = SourceEntries(document, Comments(document))
        self.places = CommentPlaces(self.entries, sections)

    def write(
        self,
        key: Node,
        value: Node,
        tree: Branch,
    ) -> list[Piece]:
        """Return the entry of a key with the tree as its value.

        The first line begins where the key began; the last has its line
        end.
        """
        path: Path = (key.text,)
        end = self.entries.span(key, value).end
        self.places = CommentPlaces(self.entries, self.sections)
        self.places.find((key.end, end), tree, path)
        if not tree.entries:
            return [f"{key.text}: {{}}", self.document.newline]
        column = column_of(self.document, key.start) + self.style.step
        pieces: list[Piece] = [f"{key.text}:", self.document.newline]
        pieces += self._write_branch(tree, column, path)
        pieces += self._write_lines(self.places.behind, column)
        return pieces

    def is_copied(self, item: Moved) -> bool:
        """Return whether an entry has lines of its own, which can be moved."""
        if item.extra and item.value.flow:
            return False
        line = self.document.lines.start_of(item.key.start)
        return not self.document.text[line : item.key.start].strip()

    def _write_branch(
        self,
        branch: Branch,
        column: int,
        path: Path,
    ) -> Iterator[Piece]:
        """Write a mapping of the new object."""
        places = self.places
        for key, item in branch.entries.items():
            own = (*path, key)
            yield from self._write_lines(places.before.get(own, ()), column)
            yield from self._write_item(
                key,
                item,
                column,
                own,
            )
            yield from self._write_lines(places.after.get(own, ()), column)

    def _write_item(
        self, key: str, item: Item, column: int, path: Path
    ) -> Iterator[Piece]:
        """Write an entry: text that moves, or data."""
        if isinstance(item, Moved):
            yield from self._copy(item, column)
        elif isinstance(item, Literal):
            yield from self._write_data({key: item.data}, column)
        elif not item.entries:
            yield from self._write_data({key: {}}, column)
        else:
            yield from self._write_lines([f"{emit_scalar(key)}:"], column)
            yield from self._write_branch(item, column + self.style.step, path)

    def _write_data(
        self,
        data: Any,
        column: int,
    ) -> Iterator[Piece]:
        yield from self._write_lines(emit_lines(data, self.style), column)

    def _write_lines(
        self,
        lines: Sequence[str],
        column: int,
    ) -> Iterator[Piece]:
        """Write lines with the indentation of their place."""
        for line in _indent(lines, column):
            yield line + self.document.newline

    def _copy(
        self,
        item: Moved,
        column: int,
    ) -> Iterator[Piece]:
        span = self.entries.span(item.key, item.value)
        shift = column - column_of(self.document, item.key.start)
        yield Copy(span.lead, span.after, shift)
        last = self.document.text[span.after - 1]
        if last != "\n":
            yield self.document.newline
        if item.extra:
            dash = dash_column(self.document, item.value)
            yield from self._write_data(list(item.extra), dash + shift)
