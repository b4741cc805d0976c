"""Writes the tree of a new resource as YAML: moved entries as they were written,
comments with what they were over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from stackcfg.deployment.resource.tree import Branch, Item, Literal, Moved
from stackcfg.paths import Path
from stackcfg.yamltext.comments import Comment, Comments
from stackcfg.yamltext.document import SEQUENCE, Document, Node, Span, walk_nodes
from stackcfg.yamltext.edits import Copy, Piece
from stackcfg.yamltext.emit import emit_scalar
from stackcfg.yamltext.entries import EntrySpan, column_of, entry_span, indent_step


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
            line = document.lines.start_of(value.items[0].start)
            dash = document.text.find("-", line) - line
            return Style(step, max(0, dash - column_of(document, key.start)))
    return Style(step, step)


def emit_lines(data: Any, style: Style) -> list[str]:
    """Return plain data as lines of block YAML, from column 0 on."""
    if isinstance(data, dict) and data:
        lines: list[str] = []
        for key, value in data.items():
            lines += _entry_lines(emit_scalar(key) + ":", value, style)
        return lines
    if isinstance(data, list) and data:
        return [line for item in data for line in _item_lines(item, style)]
    return [emit_scalar(data)]


def _entry_lines(head: str, value: Any, style: Style) -> list[str]:
    lines = emit_lines(value, style)
    if not isinstance(value, dict | list) or not value:
        return [f"{head} {lines[0]}"]
    shift = style.step
    if isinstance(value, list):
        shift = style.dash
    return [head, *(" " * shift + line for line in lines)]


def _item_lines(item: Any, style: Style) -> list[str]:
    first, *rest = emit_lines(item, style)
    return [f"- {first}", *("  " + line for line in rest)]


class TreeWriter:
    """Writes one entry of an object, whose lines are replaced by the pieces.

    `sections` are the keys of mappings that go, with the path of the branch
    that their comments belong to.
    """

    def __init__(
        self,
        document: Document,
        comments: Comments,
        style: Style,
        sections: Sequence[tuple[Node, Node, Path]] = (),
    ) -> None:
        self.document = document
        self.comments = comments
        self.style = style
        self.sections = sections
        self.before: dict[Path, list[str]] = {}
        self.after: dict[Path, list[str]] = {}
        self.behind: list[str] = []

    def write(self, key: Node, value: Node, tree: Branch) -> list[Piece]:
        """Return the entry of a key with the tree as its value.

        The first line begins where the key began; the last has its line end.
        """
        span = self.span(key, value)
        name = key.text
        self.behind = []
        self._place_comments(key.end, span.end, tree, (name,))
        column = column_of(self.document, key.start)
        if not tree.entries:
            return [f"{name}: {{}}", self.document.newline]
        pieces: list[Piece] = [f"{name}:", self.document.newline]
        pieces += self._write_branch(tree, column + self.style.step, (name,))
        pieces += self._write_comments(self.behind, column + self.style.step)
        return pieces

    def span(self, key: Node, value: Node) -> EntrySpan:
        """Return the span of an entry, with its comments."""
        return entry_span(self.document, self.comments, key, value)

    def is_copied(self, item: Moved) -> bool:
        """Return whether an entry has lines of its own, which can be moved."""
        line = self.document.lines.start_of(item.key.start)
        is_own_line = not self.document.text[line : item.key.start].strip()
        return is_own_line and not (item.extra and item.value.flow)

    def _write_branch(self, branch: Branch, column: int, path: Path) -> Iterator[Piece]:
        for key, item in branch.entries.items():
            own = (*path, key)
            yield from self._write_comments(self.before.get(own, ()), column)
            yield from self._write_item(key, item, column, own)
            yield from self._write_comments(self.after.get(own, ()), column)

    def _write_item(
        self, key: str, item: Item, column: int, path: Path
    ) -> Iterator[Piece]:
        newline = self.document.newline
        if isinstance(item, Moved):
            yield from self._copy(item, column)
        elif isinstance(item, Branch) and item.entries:
            yield " " * column + f"{emit_scalar(key)}:" + newline
            yield from self._write_branch(item, column + self.style.step, path)
        else:
            data = item.data if isinstance(item, Literal) else {}
            yield from self._write_data({key: data}, column)

    def _write_data(self, data: Any, column: int) -> Iterator[Piece]:
        for line in emit_lines(data, self.style):
            yield " " * column + line + self.document.newline

    def _copy(self, item: Moved, column: int) -> Iterator[Piece]:
        span = self.span(item.key, item.value)
        shift = column - column_of(self.document, item.key.start)
        yield Copy(span.lead, span.after, shift)
        if not self.document.text[: span.after].endswith("\n"):
            yield self.document.newline
        if item.extra:
            line = self.document.lines.start_of(item.value.items[0].start)
            dash = self.document.text.find("-", line) - line
            yield from self._write_data(list(item.extra), dash + shift)

    def _write_comments(self, lines: Sequence[str], column: int) -> Iterator[Piece]:
        for line in lines:
            yield " " * column + line + self.document.newline

    def _place_comments(self, start: int, end: int, tree: Branch, path: Path) -> None:
        """Find a place for each comment of a span that no copied entry has."""
        leaves = [(leaf, self._leaf_span(item)) for leaf, item in tree.leaves(path)]
        placed = sorted((span, leaf) for leaf, span in leaves if span[0] >= 0)
        copied = {leaf for leaf, item in tree.leaves(path) if isinstance(item, Moved)}
        for comment in self.comments.within(start, end):
            owner = next(
                (leaf for span, leaf in placed if span[0] <= comment.start < span[1]),
                None,
            )
            if owner in copied:
                continue
            where = owner or self._section_of(comment, tree, path)
            if where is None:
                self._place_between(comment, placed)
            else:
                self.before.setdefault(where, []).append(comment.text)

    def _place_between(
        self, comment: Comment, placed: Sequence[tuple[Span, Path]]
    ) -> None:
        """Put a comment behind the entry above it if it is as deep as that one,
        else over the entry below it.
        """
        above = [(span, leaf) for span, leaf in placed if span[1] <= comment.start]
        below = [(span, leaf) for span, leaf in placed if span[0] > comment.start]
        if above and self._is_beside(comment, above[-1][0]):
            self.after.setdefault(above[-1][1], []).append(comment.text)
        elif below:
            self.before.setdefault(below[0][1], []).append(comment.text)
        else:
            self.behind.append(comment.text)

    def _is_beside(self, comment: Comment, span: Span) -> bool:
        """Return whether only comments of one depth are between the two."""
        text, lines = self.document.text, self.document.lines
        between = text[span[1] : comment.start].split("\n")
        if any(line.strip() and not line.lstrip().startswith("#") for line in between):
            return False
        entry = text[span[0] : span[1]]
        first = span[0] + len(entry) - len(entry.lstrip())
        column = lines.indent_at(first)
        return column_of(self.document, comment.start) == column

    def _leaf_span(self, item: Moved | Literal) -> Span:
        if isinstance(item, Literal):
            return item.span
        span = self.span(item.key, item.value)
        return span.lead, span.after

    def _section_of(self, comment: Comment, tree: Branch, path: Path) -> Path | None:
        """Return the new place of a mapping that a comment is over or beside."""
        for key, value, new in self.sections:
            lead = self.span(key, value).lead
            end = self.document.lines.after(key.end)
            is_there = isinstance(tree.at(new[len(path) :]), Branch)
            if is_there and new[: len(path)] == path and lead <= comment.start < end:
                return new
        return None
