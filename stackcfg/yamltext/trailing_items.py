"""Commented-out items below the last item of a block list.

    tool_groups:
    - toolgroup_id: websearch
    # off for now
    # - toolgroup_id: slack
    #   provider_id: mcp

They belong to the list, though they are no deeper than its key, and
stay with it where the list moves or something is added behind it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackcfg.light_typing import TYPE_CHECKING, Final
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.document import SEQUENCE, Document, Node, walk_nodes

if TYPE_CHECKING:
    from stackcfg.yamltext.comments import Comment, Comments

MAY_HAVE_ONE: Final = lazy_pattern(r"(?<![# \t])(?=[ \t]*+#)[# \t]++- ")
_KEY: Final = lazy_pattern(r"-\s+[\"']?([\w.-]+)[\"']?\s*:")
_WORD: Final = lazy_pattern(r"-\s+\S+$")
_DASH: Final = 2
"""How far the keys of an item are behind its dash."""

_MAX_SHIFT: Final = 2
"""How far `# ` moves a dash that a comment was made of."""


def find_trailing_items(document: Document, comments: Comments) -> dict[int, int]:
    """Return the column of the list's key for each such comment, by its start."""
    found: dict[int, int] = {}
    if MAY_HAVE_ONE.search(document.text) is None:
        return found
    lists: list[tuple[int, Node]] = []
    for _, node in walk_nodes(document.root):
        for key, value in node.entries:
            if value.kind == SEQUENCE and (not value.flow or not value.items):
                lists.append((key.start - document.lines.start_of(key.start), value))
    # what is in the column of a list's dashes belongs to no list around it
    for at_margin in (False, True):
        for column, value in lists:
            for comment in _items_below(
                document,
                comments,
                value,
                column,
                at_margin,
            ):
                found.setdefault(comment.start, column)
    return found


def _items_below(
    document: Document, comments: Comments, parent: Node, column: int, at_margin: bool
) -> Iterator[Comment]:
    """Yield the comments of the commented-out items, with the lines over them.

    `column` is that of the dashes in a list without items. The `#` is
    in the column of the dashes, or `at_margin` before it.
    """
    last = parent
    if parent.items:
        column = document.lines.indent_at(parent.items[0].start)
        last = parent.items[-1]
    pending: list[Comment] = []
    dash = -1
    for comment in _comments_below(document, comments, last):
        own = comment.start - document.lines.start_of(comment.start)
        content = comment.text.lstrip("# \t")
        place = own + len(comment.text) - len(content)
        is_here = own == column
        if at_margin:
            is_here = own < column and 0 <= place - column <= _MAX_SHIFT
        if is_here and _is_item(content, parent.items):
            yield from pending
            yield comment
            pending, dash = [], place
        elif 0 <= dash <= place - _DASH:
            yield comment
        elif own == column:
            # maybe what is said about the next one
            pending.append(comment)
            dash = -1
        elif own < column:
            break


def _comments_below(
    document: Document, comments: Comments, last: Node
) -> Iterator[Comment]:
    """Yield the comment lines that directly follow the last item of a list."""
    end = last.end
    beside = comments.beside(end)
    if beside is not None:
        end = beside.end
    for comment in comments.within(end, document.end):
        if document.text[end : comment.start].strip():
            break
        yield comment
        end = comment.end


def _is_item(content: str, items: Sequence[Node]) -> bool:
    """Return whether the text of a comment is an item like those of a list."""
    keys = {key.text for item in items for key, _ in item.entries}
    written = _KEY.match(content)
    if written is None:
        return not keys and _WORD.match(content) is not None
    return not items or written[1] in keys
