"""The comments of a document, and edits that lose none."""

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


class Comment(NamedTuple):
    """A comment from its `#` to the end of its line."""

    start: int
    end: int
    text: str


class Comments:
    """The comments of a document, in order."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._text = document.text

    @cached_property
    def all(self) -> list[Comment]:
        """Every comment."""
        document = self._document
        return (
            self._find(document)
            if document.text.find("#", document.start, document.end) >= 0
            else []
        )

    @cached_property
    def _starts(self) -> list[int]:
        return [comment.start for comment in self.all]

    def _find(self, document: Document) -> list[Comment]:
        text = document.text
        spans = sorted(_scalar_spans(document.root, text))
        starts = [start for start, _ in spans]
        found: list[Comment] = []
        position = text.find("#", document.start, document.end)
        while position >= 0:
            index = bisect_right(starts, position) - 1
            inside = index >= 0 and spans[index][0] <= position < spans[index][1]
            if not inside and (position == 0 or text[position - 1] in " \t\r\n\"'])}"):
                end = text.find("\n", position)
                end = len(text) if end < 0 else end
                end -= text[end - 1] == "\r"
                found.append(Comment(position, end, text[position:end].rstrip()))
                position = text.find("#", end, document.end)
            else:
                position = text.find("#", position + 1, document.end)
        return found

    def within(self, start: int, end: int) -> list[Comment]:
        """The comments that begin in a span."""
        return self.all[
            bisect_left(self._starts, start) : bisect_left(self._starts, end)
        ]

    def beside(self, offset: int) -> Comment | None:
        """The comment on the rest of the line behind `offset`, when nothing else is there."""
        index = bisect_left(self._starts, offset)
        if index < len(self.all) and not self._text[
            offset : self.all[index].start
        ].strip(" \t,"):
            return self.all[index]
        return None

    def is_own_line(self, comment: Comment) -> bool:
        """Whether nothing but the comment stands on its line."""
        line = self._text.rfind("\n", 0, comment.start) + 1
        return not self._text[line : comment.start].strip()


def _scalar_spans(root: Node, text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for _, node in walk_nodes(root):
        if node.kind in (SCALAR, ALIAS):
            start = node.start
            if node.style in (
                "|",
                ">",
            ):  # a comment may follow the block scalar's header
                start = text.find("\n", start, node.end) + 1 or start
            spans.append((start, node.end))
        spans.extend(
            (key.start, key.end) for key, _ in node.entries if key.kind == SCALAR
        )
    return spans


def keep_comments(
    document: Document, comments: Comments, edits: Sequence[Edit]
) -> list[Edit]:
    """The edits, resolved, with every comment that they would drop put in front of the text that takes its place."""
    outer = resolve_edits(document.text, edits)
    if not comments.all:
        return outer
    written = Counter(
        line[line.index("#", match.start()) :].rstrip()
        for edit in outer
        for line in str(edit.pieces[0]).split("\n")
        for match in _MAYBE_COMMENT.finditer(line)
    )
    result: list[Edit] = []
    for edit in outer:
        lost: list[str] = []
        for comment in comments.within(edit.start, edit.end):
            if written[comment.text] > 0:
                written[comment.text] -= 1
            else:
                lost.append(comment.text)
        result.append(_with_lines(document, edit, lost) if lost else edit)
    return result


def _with_lines(document: Document, edit: Edit, lines: list[str]) -> Edit:
    """The edit with comment lines in front."""
    text = document.text
    line = document.lines.start_of(edit.start)
    indent = " " * (edit.start - line)
    gap = "" if edit.start == line or text[edit.start - 1] in " \t" else " "
    new = "".join(f"{comment}{document.newline}{indent}" for comment in lines)
    return Edit(edit.start, edit.end, (gap + new + str(edit.pieces[0]),))
