"""The comments of an entry that an edit replaces or removes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from stackcfg.light_typing import NamedTuple
from stackcfg.migration.editing.source_text import SourceText
from stackcfg.yamltext.comments import Comment
from stackcfg.yamltext.document import MAPPING, SCALAR, Entry, Node
from stackcfg.yamltext.entries import EntrySpan


class InnerComment(NamedTuple):
    """A comment inside an entry.

    `key` is the offset of the key that it is over or beside; None for a
    comment that belongs to no key. A comment beside a key begins with
    the gap before it.
    """

    text: str
    key: int | None = None
    is_beside: bool = False


class FieldComments(NamedTuple):
    """The comments of one field: lines over it, and beside it with the
    gap before.
    """

    over: tuple[str, ...] = ()
    beside: str = ""


class EntryComments(NamedTuple):
    """The comments of an entry: over it, beside its key, and inside of it.

    Those inside are in the order of the text. `tails` holds those
    beside the last line of a copied block, by the offset of the block.
    """

    lead: tuple[str, ...] = ()
    beside: str = ""
    inside: tuple[InnerComment, ...] = ()
    tails: Mapping[int, str] = {}

    def take(self, key: Node) -> FieldComments:
        """Return the comments over and beside the field with this key."""
        over: list[str] = []
        beside = ""
        for comment in self.inside:
            if comment.key != key.start:
                continue
            if comment.is_beside:
                beside = comment.text
            else:
                over.append(comment.text)
        return FieldComments(tuple(over), beside)

    def remaining(self, taken: Iterable[Node] = ()) -> tuple[str, ...]:
        """Return the comments inside as lines, but for those of the
        keys in `taken`.
        """
        offsets = {key.start for key in taken}
        left = [each for each in self.inside if each.key not in offsets]
        return tuple(each.text.strip() for each in left)

    def all_lines(self) -> list[str]:
        """Return all comments as lines of their own."""
        lines = [*self.lead, self.beside.strip(), *self.remaining()]
        return [line for line in lines if line]


def collect_entry_comments(
    text: SourceText,
    entry: Entry,
    with_lead: bool = True,
    copied: Sequence[Node] = (),
    moved: Sequence[Comment] = (),
) -> EntryComments:
    """Collect the comments of an entry in a block mapping.

    Those over the entry only `with_lead`. Comments inside the blocks
    `copied` go along with the copy and are left out, as are those that
    are `moved`.
    """
    key, value = entry
    span = text.span_of(entry)
    blocks = [node for node in copied if _is_block(node)]
    keys = sorted(_keys_inside(value, span), key=lambda node: node.start)
    lead: list[str] = []
    beside = ""
    inside: list[InnerComment] = []
    tails: dict[int, str] = {}
    start = span.lead if with_lead else key.start
    for comment in text.comments.within(start, span.end):
        if comment in moved:
            continue
        block = _copied_with(text, comment, blocks)
        if block is not None:
            # comments inside of a block are in its copy already
            if comment.start >= block.end:
                tails[block.start] = _with_gap(text, comment)
        elif comment.start < key.start:
            lead.append(comment.text)
        elif _is_beside_key(text, comment, entry):
            beside = _with_gap(text, comment)
        else:
            inside.append(_assign(text, comment, keys))
    return EntryComments(tuple(lead), beside, tuple(inside), tails)


def _is_block(node: Node) -> bool:
    return node.kind != SCALAR and not node.flow


def _copied_with(
    text: SourceText,
    comment: Comment,
    blocks: Sequence[Node],
) -> Node | None:
    """Return the block that a comment is inside of, or beside whose
    last line it is.
    """
    for node in blocks:
        if node.start <= comment.start < node.end:
            return node
    # the span of a block ends before the comment on its last line
    for node in blocks:
        is_behind = node.end <= comment.start
        if is_behind and _is_same_line(text, node.end, comment):
            return node
    return None


def _is_beside_key(
    text: SourceText,
    comment: Comment,
    entry: Entry,
) -> bool:
    """Return whether a comment is on the line of the entry's key,
    behind its value.
    """
    key, value = entry
    if not _is_same_line(text, key.start, comment):
        return False
    # the value of a block is on the next lines, what is beside is behind the
    # colon
    end = value.end
    if _is_block(value):
        end = key.end + 1
    end = min(comment.start, end)
    return text.comments.beside(end) is not None


def _assign(
    text: SourceText,
    comment: Comment,
    keys: Sequence[Node],
) -> InnerComment:
    """Assign a comment to the key on its line, else to the next key below."""
    before = [key.start for key in keys if key.start < comment.start]
    if before and _is_same_line(text, before[-1], comment):
        return InnerComment(_with_gap(text, comment), before[-1], is_beside=True)
    # a comment line belongs to what it is over
    below = keys[len(before) :]
    if below and text.comments.is_own_line(comment):
        return InnerComment(comment.text, below[0].start)
    return InnerComment(comment.text)


def _is_same_line(
    text: SourceText,
    offset: int,
    comment: Comment,
) -> bool:
    return text.line_start(offset) == text.line_start(comment.start)


def _with_gap(
    text: SourceText,
    comment: Comment,
) -> str:
    start = text.line_start(comment.start)
    before = text.source[start : comment.start]
    gap = before[len(before.rstrip()) :]
    return gap + comment.text


def _keys_inside(
    value: Node,
    span: EntrySpan,
) -> Iterator[Node]:
    if value.kind != MAPPING or value.flow:
        return
    for key, item in value.entries:
        if span.line <= key.start < span.end:
            yield key
            yield from _keys_inside(item, span)
