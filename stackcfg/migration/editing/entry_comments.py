"""The comments of an entry that is about to be replaced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from stackcfg.migration.context import StepContext
from stackcfg.yamltext.comments import Comment
from stackcfg.yamltext.document import MAPPING, Node, SCALAR
from stackcfg.yamltext.entries import EntrySpan


@dataclass(slots=True)
class EntryComments:
    """The comments of an entry that is about to be replaced, by what they stand over or beside.

    Comments beside something keep the gap before them. `tails` holds those beside the last line of a copied block.
    """

    lead: list[str] = field(default_factory=list)
    beside: str = ""
    tails: dict[int, str] = field(default_factory=dict)
    _over: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    _beside: dict[int, tuple[int, str]] = field(default_factory=dict)
    _rest: list[tuple[int, str]] = field(default_factory=list)

    def claim(self, key: Node) -> tuple[tuple[str, ...], str]:
        """The comments over and beside the field with this key; they are not given out again."""
        over = self._over.pop(key.start, [])
        return tuple(text for _, text in over), self._beside.pop(key.start, (0, ""))[1]

    def every(self) -> list[str]:
        """All comments as lines of their own."""
        return [
            *self.lead,
            *([self.beside.strip()] if self.beside else []),
            *self.left(),
        ]

    def left(self) -> tuple[str, ...]:
        """All comments of fields that nobody claimed, as lines of their own, in the order of the text."""
        found = [
            *self._rest,
            *self._beside.values(),
            *(pair for pairs in self._over.values() for pair in pairs),
        ]
        self._over, self._beside, self._rest = {}, {}, []
        return tuple(text.strip() for _, text in sorted(found))

    def attach(
        self, comment: Comment, text: str, same_line: Node | None, below: Node | None
    ) -> None:
        """Keep a comment by the field on its line, or the one below it."""
        if same_line is not None:
            self._beside[same_line.start] = (comment.start, text)
        elif below is not None:
            self._over.setdefault(below.start, []).append((comment.start, text.strip()))
        else:
            self._rest.append((comment.start, text.strip()))


def collect_entry_comments(
    context: StepContext,
    key: Node,
    value: Node,
    span: EntrySpan,
    with_lead: bool = True,
    copied: Iterable[Node] = (),
) -> EntryComments:
    """Collect the comments of an entry: over it, beside its key, and over or beside each field inside.

    Comments inside the blocks `copied` go along with them; those beside their last lines become `tails`.
    """
    result = EntryComments()
    lines = context.text.document.lines
    blocks = [node for node in copied if node.kind != SCALAR and not node.flow]
    fields = sorted(_keys_inside(value, span), key=lambda node: node.start)
    for comment in context.text.comments.within(
        span.lead if with_lead else key.start, span.end
    ):
        here = lines.start_of(comment.start)
        if any(node.start <= comment.start < node.end for node in blocks):
            continue
        last = next(
            (
                node
                for node in blocks
                if node.end <= comment.start and lines.start_of(node.end) == here
            ),
            None,
        )
        if last is not None:
            result.tails[last.start] = _with_gap(context, comment)
        elif comment.start < key.start:
            result.lead.append(comment.text)
        elif here == lines.start_of(key.start) and context.text.comments.beside(
            min(comment.start, _head_end(key, value))
        ):
            result.beside = _with_gap(context, comment)
        else:
            same_line = [
                each
                for each in fields
                if lines.start_of(each.start) == here and each.start < comment.start
            ]
            own_line = context.text.comments.is_own_line(comment)
            below = (
                next((each for each in fields if each.start > comment.start), None)
                if own_line
                else None
            )
            result.attach(
                comment,
                _with_gap(context, comment),
                same_line[-1] if same_line else None,
                below,
            )
    return result


def _with_gap(context: StepContext, comment: Comment) -> str:
    line = context.text.document.text[
        context.text.document.lines.start_of(comment.start) : comment.start
    ]
    return line[len(line.rstrip()) :] + comment.text


def _head_end(key: Node, value: Node) -> int:
    return key.end + 1 if value.kind != SCALAR and not value.flow else value.end


def _keys_inside(value: Node, span: EntrySpan) -> Iterator[Node]:
    if value.kind != MAPPING or value.flow:
        return
    for key, item in value.entries:
        if span.line <= key.start < span.end:
            yield key
            yield from _keys_inside(item, span)
