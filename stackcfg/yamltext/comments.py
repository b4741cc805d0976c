"""The comments of a document, and edits that lose none of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate

from stackcfg.light_typing import NamedTuple
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.document import ALIAS, SCALAR, Document, Span
from stackcfg.yamltext.edits import Edit, resolve_edits
from stackcfg.yamltext.trailing_items import find_trailing_items

# before a comment is white space, or the end of a quoted scalar or flow
# collection
_COMMENT = lazy_pattern(r"(?<![^ \t\r\n\"'\])}])#[^\n]*")
_MAYBE_COMMENT = lazy_pattern(r"(?<![^ \t])#")


class Comment(NamedTuple):
    """A comment, from its `#` to its line's end; `text` has no trailing space."""

    start: int
    end: int
    text: str


class Comments:
    """The comments of a document, searched on the first question."""

    def __init__(self, document: Document) -> None:
        self._document = document

    @cached_property
    def all(self) -> list[Comment]:
        """Every comment, in the order of the text."""
        text, start, end = self._document.text, self._document.start, self._document.end
        place = text.find("#", start, end)
        if place < 0 or not self._document.is_yaml:
            return []
        found: list[Comment] = []
        spans = sorted(_scalar_spans(self._document))
        # where the next gap between scalars begins and ends
        starts = [start, *accumulate((span[1] for span in spans), max)]
        ends = [*(span[0] for span in spans), end]
        while place >= 0:
            number = bisect_right(ends, place, hi=len(spans))
            after = starts[number]
            if place >= after:
                found += _comments_between(text, after, ends[number])
                after = ends[number]
            place = text.find("#", after, end)
        return found

    @cached_property
    def of_lists(self) -> dict[int, int]:
        """The comments that are commented-out items at the end of a list.

        By their start, the column of the list's key.
        """
        if not self.all:
            return {}
        return find_trailing_items(self._document, self)

    @cached_property
    def _starts(self) -> list[int]:
        """Where each comment begins, in order."""
        return [comment.start for comment in self.all]

    def within(
        self,
        start: int,
        end: int,
    ) -> list[Comment]:
        """Return the comments that begin in a span."""
        first = bisect_left(self._starts, start)
        return self.all[first : bisect_left(self._starts, end)]

    def beside(self, offset: int) -> Comment | None:
        """Return the comment behind an offset, maybe with a comma between."""
        document = self._document
        for comment in self.within(offset, document.end)[:1]:
            if not document.text[offset : comment.start].strip(" \t,"):
                return comment
        return None

    def is_own_line(self, comment: Comment) -> bool:
        """Return whether a comment is alone on its line."""
        line = self._document.lines.start_of(comment.start)
        return not self._document.text[line : comment.start].strip()


def keep_comments(
    document: Document, comments: Comments, edits: Sequence[Edit]
) -> list[Edit]:
    """Return resolved edits that keep the comments: before the new text."""
    resolved = resolve_edits(document.text, edits)
    touched = [comments.within(edit.start, edit.end) for edit in resolved]
    known = {comment.text for found in touched for comment in found}
    written: Counter[str] = Counter()
    if known:
        for edit in resolved:
            written.update(_find_written(edit.text, known))
    result: list[Edit] = []
    for edit, found in zip(resolved, touched, strict=True):
        lost: list[str] = []
        for comment in found:
            if written[comment.text] > 0:
                written[comment.text] -= 1
            else:
                lost.append(comment.text)
        if lost:
            edit = _add_lines(document, edit, lost)
        result.append(edit)
    return result


def _find_written(text: str, known: set[str]) -> Iterator[str]:
    """Yield the known comments that new text has, one for each place."""
    lengths = set(map(len, known))
    for line in text.split("\n"):
        line = line.rstrip()
        for match in _MAYBE_COMMENT.finditer(line):
            if len(line) - match.start() in lengths:
                written = line[match.start() :]
                if written in known:
                    yield written


def _add_lines(
    document: Document,
    edit: Edit,
    lines: list[str],
) -> Edit:
    """Return an edit that writes lines in front of what it writes."""
    line = document.lines.start_of(edit.start)
    line_end = document.newline + " " * (edit.start - line)
    new = line_end.join((*lines, edit.text))
    if document.text[line : edit.start][-1:] not in ("", " ", "\t"):
        new = " " + new
    return edit._replace(pieces=(new,))


def _comments_between(
    text: str,
    start: int,
    end: int,
) -> Iterator[Comment]:
    """Yield the comments of a span that has no scalar in it."""
    for match in _COMMENT.finditer(text, start, end):
        written = match[0].removesuffix("\r")
        comment_end = match.start() + len(written)
        yield Comment(match.start(), comment_end, written.rstrip())


def _scalar_spans(document: Document) -> Iterator[Span]:
    """Yield the spans in which a `#` begins no comment."""
    # without the paths that `walk_nodes` makes
    waiting = [document.root]
    while waiting:
        node = waiting.pop()
        if node.kind in (SCALAR, ALIAS):
            start = node.start
            if node.style in ("|", ">"):
                # a comment may follow the header of a block scalar
                start = document.text.find("\n", start, node.end) + 1 or start
            yield start, node.end
            continue
        waiting += node.items
        for key, value in node.entries:
            waiting.append(value)
            if key.kind == SCALAR:
                yield key.span
