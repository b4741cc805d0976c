"""Where entries and items stand, with the comments that belong to them."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.document import MAPPING, Document, Node, ParseError, walk_nodes
from stackcfg.yamltext.edits import Edit

_BLANK_LINES: Final = re.compile(r"(?:[ \t]*\r?\n)+")


class EntrySpan(NamedTuple):
    """Where an entry of a block mapping stands.

    `lead` begins the comments over it (or the line of its key), `line` its own line, `end` lies behind its last
    line's content and comments, `after` behind that line's line end.
    """

    lead: int
    line: int
    end: int
    after: int


def column_of(document: Document, offset: int) -> int:
    """The 0-based column of an offset."""
    return offset - document.lines.start_of(offset)


def entry_span(
    document: Document, comments: Comments, key: Node, value: Node
) -> EntrySpan:
    """The lines of a block mapping's entry, with the comments that belong to it.

    Raises `ParseError` for a key written with `?`, which no edit here knows how to keep.
    """
    text, lines = document.text, document.lines
    line = lines.start_of(key.start)
    if text[line : key.start].strip(" -") == "?":
        raise ParseError(
            f"the key '{key.text}' is written with '?'",
            key.start,
            "write it as 'key: value'",
        )
    column = key.start - line
    end = key.end + len(text[key.end : max(value.end, key.end)].rstrip())
    beside = comments.beside(end)
    end = beside.end if beside else _line_content_end(text, end)
    end = _owned_below(document, comments, end, column)
    return EntrySpan(
        _lead(document, line, column), line, end, lines.after(max(end - 1, key.start))
    )


def _line_content_end(text: str, offset: int) -> int:
    """The end of the line when only a colon, a comma and white space are left on it, else `offset`."""
    end = offset
    while end < len(text) and text[end] in " \t,:":
        end += 1
    return end if end >= len(text) or text[end] in "\r\n" else offset


def _owned_below(document: Document, comments: Comments, end: int, column: int) -> int:
    """Comment lines under an entry that are indented deeper than its key belong to it."""
    for comment in comments.within(end, len(document.text)):
        if (
            not comments.is_own_line(comment)
            or document.text[end : comment.start].strip()
        ):
            break
        if column_of(document, comment.start) <= column:
            break
        end = comment.end
    return end


def _lead(document: Document, line: int, column: int) -> int:
    """The start of the comment lines directly over a line, but for those that open the file."""
    lead = line
    while lead > 0:
        above = document.lines.start_of(lead - 1)
        content = document.text[above:lead].strip()
        indent = len(document.text[above:lead]) - len(
            document.text[above:lead].lstrip(" ")
        )
        if not content.startswith("#") or indent != column:
            break
        lead = above
    first = line == document.lines.start_of(document.root.start)
    opens_file = first and not document.text[:lead].replace("---", "").strip()
    return line if opens_file else lead


def indent_step(document: Document, root: Node) -> int:
    """By how many columns a mapping inside a mapping is indented in this document; 2 where it has none."""
    for _, node in walk_nodes(root):
        if node.kind != MAPPING or not is_spread(document, node):
            continue
        outer = column_of(document, node.entries[0][0].start)
        for _, value in node.entries:
            if value.kind == MAPPING and is_spread(document, value):
                step = column_of(document, value.entries[0][0].start) - outer
                if step > 0:
                    return step
    return 2


def is_spread(document: Document, node: Node) -> bool:
    """Whether a mapping's entries stand on lines of their own: a block, or a flow mapping written over many lines."""
    if not node.entries:
        return False
    first = node.entries[0][0].start
    alone = not document.text[document.lines.start_of(first) : first].strip(" -")
    return alone and (not node.flow or document.lines.start_of(first) > node.start)


def remove_entry(
    document: Document, comments: Comments, parent: Node, index: int
) -> Edit:
    """The edit that takes an entry out of a mapping, its line with it; its comments are the caller's to keep."""
    key, value = parent.entries[index]
    if parent.flow:
        return _removed_between(
            [(each.start, max(item.end, each.end)) for each, item in parent.entries],
            index,
        )
    span = entry_span(document, comments, key, value)
    shares_line = document.text[span.line : key.start].strip()
    if not shares_line:
        return Edit(*with_gap(document.text, span.lead, span.after))
    if index + 1 < len(parent.entries):
        return Edit(key.start, parent.entries[index + 1][0].start)
    return Edit(key.start, span.end, ("{}",))


def item_span(document: Document, comments: Comments, item: Node) -> EntrySpan:
    """The lines of a block list's item, with the comments over and beside it."""
    line = document.lines.start_of(item.start)
    column = len(document.text[line : item.start]) - len(
        document.text[line : item.start].lstrip(" ")
    )
    beside = comments.beside(item.end)
    end = beside.end if beside else max(item.end, item.start)
    return EntrySpan(
        _lead(document, line, column),
        line,
        end,
        document.lines.after(max(end - 1, item.start)),
    )


def remove_item(
    document: Document, comments: Comments, parent: Node, index: int
) -> Edit:
    """The edit that takes an item out of a list; its comments are the caller's to keep."""
    item = parent.items[index]
    if parent.flow:
        return _removed_between(
            [(each.start, each.end) for each in parent.items], index
        )
    span = item_span(document, comments, item)
    return Edit(span.lead, span.after)


def _removed_between(spans: list[tuple[int, int]], index: int) -> Edit:
    """Cut one of several comma-separated spans, with one comma."""
    if index + 1 < len(spans):
        return Edit(spans[index][0], spans[index + 1][0])
    return Edit(spans[index - 1][1] if index else spans[index][0], spans[index][1])


def with_gap(text: str, start: int, end: int) -> tuple[int, int]:
    """A removed span takes the blank lines behind it along where there are blank lines before it already."""
    before = start == 0 or text[max(0, start - 4) : start].endswith(
        ("\n\n", "\r\n\r\n")
    )
    rest = _BLANK_LINES.match(text, end)
    return start, rest.end() if before and rest else end
