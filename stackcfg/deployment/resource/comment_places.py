"""Where the comments of an entry go that is written anew.

A comment inside or over an entry that moves as text moves with it. Of
the others each has a place: over the mapping that takes the place of
the one that it was over, behind the entry above it, or over the entry
below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from stackcfg.deployment.resource.tree import NO_SPAN, Branch, Literal, Moved
from stackcfg.paths import Path
from stackcfg.yamltext.comments import Comment, Comments
from stackcfg.yamltext.document import Document, Node, Span
from stackcfg.yamltext.entries import EntrySpan, column_of, entry_span

Lines = dict[Path, list[str]]

MARK: Final = "#"


class Section(NamedTuple):
    """A mapping that goes, and the path of the one that takes its place."""

    key: Node
    value: Node
    new: Path


class SourceEntries(NamedTuple):
    """The entries of a document, with the comments that belong to them."""

    document: Document
    comments: Comments

    def span(self, key: Node, value: Node) -> EntrySpan:
        """Return the lines of an entry, with its comments."""
        return entry_span(self.document, self.comments, key, value)

    def span_of(self, item: Moved | Literal) -> Span:
        """Return where an item of the new object comes from, if anywhere."""
        if isinstance(item, Literal):
            return item.span
        span = self.span(item.key, item.value)
        return span.lead, span.after


class _Leaf(NamedTuple):
    """An item of the new object that comes from an entry of the old one."""

    span: Span
    path: Path
    is_moved: bool

    def holds(self, comment: Comment) -> bool:
        """Return whether a comment is inside of the entry, or over it."""
        start, end = self.span
        return start <= comment.start < end


class CommentPlaces:
    """The places of the comments of one entry.

    `before` and `after` are the comments over and behind the items of
    the new object, by path; `behind` are those for its end.
    """

    def __init__(
        self,
        entries: SourceEntries,
        sections: Sequence[Section],
    ) -> None:
        self.entries = entries
        self.sections = sections
        self.before: Lines = {}
        self.after: Lines = {}
        self.behind: list[str] = []

    def find(
        self,
        span: Span,
        tree: Branch,
        path: Path,
    ) -> None:
        """Find the places of all comments in a span; `path` is that of the tree."""
        leaves = self._leaves_of(tree, path)
        for comment in self.entries.comments.within(*span):
            owner = next((leaf for leaf in leaves if leaf.holds(comment)), None)
            if owner is None:
                self._place_outside(comment, leaves, tree, path)
            elif not owner.is_moved:
                _add(self.before, owner.path, comment)

    def _leaves_of(
        self,
        tree: Branch,
        path: Path,
    ) -> list[_Leaf]:
        """Return the entries below a path in the order of the old text."""
        found: list[_Leaf] = []
        for leaf, item in tree.leaves(path):
            span = self.entries.span_of(item)
            if span != NO_SPAN:
                found.append(_Leaf(span, leaf, isinstance(item, Moved)))
        return sorted(found)

    def _place_outside(
        self, comment: Comment, leaves: Sequence[_Leaf], tree: Branch, path: Path
    ) -> None:
        section = self._section_of(comment, tree, path)
        if section is not None:
            _add(self.before, section, comment)
            return
        above = [leaf for leaf in leaves if leaf.span[1] <= comment.start]
        below = [leaf for leaf in leaves if leaf.span[0] > comment.start]
        if above and self._is_beside(comment, above[-1].span):
            _add(self.after, above[-1].path, comment)
        elif below:
            _add(self.before, below[0].path, comment)
        else:
            self.behind.append(comment.text)

    def _section_of(
        self,
        comment: Comment,
        tree: Branch,
        path: Path,
    ) -> Path | None:
        """Return the new place of a mapping that a comment is over or beside."""
        depth = len(path)
        for section in self.sections:
            if section.new[:depth] != path:
                continue
            if not isinstance(tree.at(section.new[depth:]), Branch):
                continue
            lead = self.entries.span(section.key, section.value).lead
            end = self.entries.document.lines.after(section.key.end)
            if lead <= comment.start < end:
                return section.new
        return None

    def _is_beside(
        self,
        comment: Comment,
        span: Span,
    ) -> bool:
        """Return whether a comment is below an entry, and as deep as its key."""
        document = self.entries.document
        text = document.text
        for line in text[span[1] : comment.start].splitlines():
            content = line.strip()
            if content and not content.startswith(MARK):
                return False
        entry = text[slice(*span)]
        indent = len(entry) - len(entry.lstrip())
        column = document.lines.indent_at(span[0] + indent)
        return column_of(document, comment.start) == column


def _add(
    lines: Lines,
    path: Path,
    comment: Comment,
) -> None:
    lines.setdefault(path, []).append(comment.text)
