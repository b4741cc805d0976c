"""The spans of mapping entries and list items, with their comments.

A comment belongs to the entry that it is above (no blank line between),
beside, or inside of. A comment that opens the file belongs to the file.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.light_typing import NamedTuple
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.document import (
    MAPPING,
    Document,
    Node,
    ParseError,
    Span,
    end_of_entry,
    walk_nodes,
)
from stackcfg.yamltext.edits import Edit

_LINE_REST = lazy_pattern(r"[ \t,:]*(?=[\r\n]|\Z)")
_BLANK_LINES = lazy_pattern(r"(?:[ \t]*\r?\n)+")


class EntrySpan(NamedTuple):
    """Offsets of an entry of a block mapping, or an item of a block list.

    `lead` begins the comments above it, or its line; `line` its own
    line; `end` is behind its content and comments, `after` behind the
    line end that follows.
    """

    lead: int
    line: int
    end: int
    after: int


def column_of(document: Document, offset: int) -> int:
    """Return the 0-based column of an offset."""
    return offset - document.lines.start_of(offset)


def entry_span(
    document: Document, comments: Comments, key: Node, value: Node
) -> EntrySpan:
    """Return the span of a block mapping's entry.

    Raises `ParseError` for a key written with `?`, which no edit here
    can keep.
    """
    if _is_explicit_key(document, comments, key):
        message = f"the key '{key.text}' is written with '?'"
        raise ParseError(message, key.start, "write it as 'key: value'")
    text, column = document.text, column_of(document, key.start)
    end = key.end + len(text[key.end : max(value.end, key.end)].rstrip())
    beside = comments.beside(end)
    if beside is not None:
        end = beside.end
    elif rest := _LINE_REST.match(text, end):
        end = rest.end()
    end = _owned_comments_end(
        document,
        comments,
        end,
        column,
    )
    return _span_between(
        document,
        comments,
        key.start,
        end,
        column,
    )


def item_span(
    document: Document,
    comments: Comments,
    item: Node,
) -> EntrySpan:
    """Return the span of a block list's item."""
    end = item.end
    beside = comments.beside(end)
    if beside is not None:
        end = beside.end
    column = document.lines.indent_at(item.start)
    return _span_between(
        document,
        comments,
        item.start,
        end,
        column,
    )


def _span_between(
    document: Document, comments: Comments, start: int, end: int, column: int
) -> EntrySpan:
    """Return the span of an entry with its comments, and of its lines."""
    line = document.lines.start_of(start)
    after = document.lines.after(max(end - 1, start))
    return EntrySpan(
        _lead(
            document,
            comments,
            line,
            column,
        ),
        line,
        end,
        after,
    )


def remove_entry(
    document: Document, comments: Comments, parent: Node, index: int
) -> Edit:
    """Return the edit that removes an entry of a mapping, without its comments."""
    entries = parent.entries
    key, value = entries[index]
    if parent.flow:
        spans = [(each[0].start, end_of_entry(each)) for each in entries]
        return _cut_between_commas(spans, index)
    span = entry_span(
        document,
        comments,
        key,
        value,
    )
    if not document.text[span.line : key.start].strip():
        return Edit(*include_blank_lines(document.text, span.lead, span.after))
    # the entry shares its line with the `-` of a list item, which stays
    if index + 1 < len(entries):
        return Edit(key.start, entries[index + 1][0].start)
    return Edit(key.start, span.end, ("{}",))


def remove_item(
    document: Document, comments: Comments, parent: Node, index: int
) -> Edit:
    """Return the edit that removes an item of a list, without its comments."""
    if parent.flow:
        return _cut_between_commas([each.span for each in parent.items], index)
    span = item_span(document, comments, parent.items[index])
    return Edit(span.lead, span.after)


def include_blank_lines(
    text: str,
    start: int,
    end: int,
) -> Span:
    """Extend a cut between blank lines by those behind it."""
    is_after_blank = text[max(0, start - 4) : start].endswith(("\n\n", "\r\n\r\n"))
    rest = _BLANK_LINES.match(text, end)
    if rest and (start == 0 or is_after_blank):
        end = rest.end()
    return start, end


def indent_step(document: Document, root: Node) -> int:
    """Return how many columns an inner mapping is indented; 2 if there is none."""
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
    """Return whether a mapping has its entries on lines of their own."""
    if not node.entries:
        return False
    first = node.entries[0][0].start
    line = document.lines.start_of(first)
    if document.text[line:first].strip(" -"):
        return False
    return not node.flow or line > node.start


def _is_explicit_key(
    document: Document,
    comments: Comments,
    key: Node,
) -> bool:
    """Return whether a key has a `?` in front of it, on its line or above."""
    text, lines = document.text, document.lines
    end = key.start
    if text.find("?", 0, end) < 0:
        return False
    while end > 0:
        line = lines.start_of(end - 1)
        for comment in comments.within(line, end):
            end = comment.start
        content = text[line:end].strip(" -\t\r\n")
        if content:
            # a `?` that is deeper than the key ends the value before it
            column = text.index(content, line) - line
            return content == "?" and column <= column_of(document, key.start)
        end = line
    return False


def _owned_comments_end(
    document: Document, comments: Comments, end: int, column: int
) -> int:
    """Return the end of the comments below an entry, deeper than its key."""
    for comment in comments.within(end, len(document.text)):
        is_next = not document.text[end : comment.start].strip()
        if not is_next or not comments.is_own_line(comment):
            break
        own = column_of(document, comment.start)
        if comment.start in comments.of_lists:
            # deeper than the key of the list, wherever it is written
            own = comments.of_lists[comment.start] + 1
        if own <= column:
            break
        end = comment.end
    return end


def _lead(
    document: Document,
    comments: Comments,
    line: int,
    column: int,
) -> int:
    """Return the start of the comments above a line, but not the
    file's, nor those of a list above.
    """
    text, lines = document.text, document.lines
    lead = line
    while lead > 0:
        above = lines.start_of(lead - 1)
        is_comment = text[above:lead].lstrip().startswith("#")
        if not is_comment or lines.indent_at(lead - 1) != column:
            break
        if above + column in comments.of_lists:
            break
        lead = above
    is_first = line == lines.start_of(document.root.start)
    if is_first and not text[:lead].replace("---", "").strip():
        # what opens the file belongs to the file
        return line
    return lead


def _cut_between_commas(spans: Sequence[Span], index: int) -> Edit:
    """Cut one of several comma-separated spans, together with one comma."""
    start, end = spans[index]
    if index + 1 < len(spans):
        end = spans[index + 1][0]
    elif index:
        start = spans[index - 1][1]
    return Edit(start, end)
