"""The comments of a document, and edits that lose none of them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import Final, NamedTuple

from stackcfg.yamltext.document import ALIAS, SCALAR, Document, Node, walk_nodes
from stackcfg.yamltext.edits import Edit, resolve_edits

_MAYBE_COMMENT: Final = re.compile(r"(?:^|[ \t])#")
_BEFORE_COMMENT: Final = " \t\r\n\"'])}"
"""What may precede a comment: white space, or the end of a quoted scalar or flow collection."""


class Comment(NamedTuple):
    """A comment, from its `#` to the end of its line; `text` has no trailing white space."""

    start: int
    end: int
    text: str


class Comments:
    """The comments of a document, found on the first question."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._text = document.text

    @cached_property
    def all(self) -> list[Comment]:
        """Every comment, in the order of the text."""
        document = self._document
        first = self._text.find("#", document.start, document.end)
        return [] if first < 0 else self._find(first)

    @cached_property
    def _starts(self) -> list[int]:
        return [comment.start for comment in self.all]

    def _find(self, position: int) -> list[Comment]:
        text, end = self._text, self._document.end
        spans = sorted(_scalar_spans(self._document.root, text))
        starts = [start for start, _ in spans]
        found: list[Comment] = []
        while position >= 0:
            index = bisect_right(starts, position) - 1
            is_inside = index >= 0 and position < spans[index][1]
            after = position + 1
            if not is_inside and _can_start_comment(text, position):
                found.append(_comment_at(text, position))
                after = found[-1].end
            position = text.find("#", after, end)
        return found

    def within(self, start: int, end: int) -> list[Comment]:
        """Return the comments that begin in a span."""
        first = bisect_left(self._starts, start)
        return self.all[first : bisect_left(self._starts, end)]

    def beside(self, offset: int) -> Comment | None:
        """Return the comment that ends the line of an offset, if nothing but commas is between."""
        index = bisect_left(self._starts, offset)
        if index == len(self.all):
            return None
        comment = self.all[index]
        return None if self._text[offset : comment.start].strip(" \t,") else comment

    def is_own_line(self, comment: Comment) -> bool:
        """Return whether a comment is alone on its line."""
        line = self._text.rfind("\n", 0, comment.start) + 1
        return not self._text[line : comment.start].strip()


def keep_comments(
    document: Document, comments: Comments, edits: Sequence[Edit]
) -> list[Edit]:
    """Return the edits, resolved, with each comment they would drop put before their new text."""
    resolved = resolve_edits(document.text, edits)
    if not comments.all:
        return resolved
    written = Counter(text for edit in resolved for text in _written_comments(edit))
    result: list[Edit] = []
    for edit in resolved:
        lost: list[str] = []
        for comment in comments.within(edit.start, edit.end):
            if written[comment.text] > 0:
                written[comment.text] -= 1
            else:
                lost.append(comment.text)
        result.append(_add_lines(document, edit, lost) if lost else edit)
    return result


def _written_comments(edit: Edit) -> list[str]:
    """Return what may be a comment in the new text of a resolved edit."""
    found: list[str] = []
    for line in edit.text.split("\n"):
        for match in _MAYBE_COMMENT.finditer(line):
            found.append(line[line.index("#", match.start()) :].rstrip())
    return found


def _add_lines(document: Document, edit: Edit, lines: list[str]) -> Edit:
    """Put comment lines before the new text of a resolved edit."""
    text = document.text
    line = document.lines.start_of(edit.start)
    indent = " " * (edit.start - line)
    new = "".join(f"{comment}{document.newline}{indent}" for comment in lines)
    if edit.start > line and text[edit.start - 1] not in " \t":
        new = " " + new
    return Edit(edit.start, edit.end, (new + edit.text,))


def _can_start_comment(text: str, position: int) -> bool:
    return position == 0 or text[position - 1] in _BEFORE_COMMENT


def _comment_at(text: str, start: int) -> Comment:
    end = text.find("\n", start)
    if end < 0:
        end = len(text)
    if text[end - 1] == "\r":
        end -= 1
    return Comment(start, end, text[start:end].rstrip())


def _scalar_spans(root: Node, text: str) -> list[tuple[int, int]]:
    """Return the spans in which a `#` is no comment: scalars, aliases and keys."""
    spans: list[tuple[int, int]] = []
    for _, node in walk_nodes(root):
        if node.kind in (SCALAR, ALIAS):
            start = node.start
            if node.style in ("|", ">"):
                # a comment may follow the header of a block scalar
                start = text.find("\n", start, node.end) + 1 or start
            spans.append((start, node.end))
        for key, _ in node.entries:
            if key.kind == SCALAR:
                spans.append((key.start, key.end))
    return spans
