"""Edits of an embedded text, as edits of the text around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackcfg.yamltext.document import (
    MAPPING,
    Document,
    ParseError,
    Span,
    is_here_document,
    walk_nodes,
)
from stackcfg.yamltext.edits import (
    Edit,
    resolve_edits,
    shift_lines,
    splice_edits,
)
from stackcfg.yamltext.embedded import Embedded
from stackcfg.yamltext.quoted_edits import quoted_edits


def edits_in_outer(
    document: Document, embedded: Embedded, edits: Sequence[Edit]
) -> list[Edit]:
    """Return the edits of an embedded text as edits of the outer text.

    Raises `ParseError`, with a place in the outer text, for a folded
    scalar, whose line ends cannot be kept, and for a mapping that the
    rest of the document names a part of.
    """
    node = embedded.node
    if node.kind == MAPPING:
        _refuse_named_parts(document, embedded)
        resolved = resolve_edits(embedded.text, edits)
        if node.flow:
            return [_moved_edit(document, embedded, edit) for edit in resolved]
        return list(_line_edits(document, embedded, resolved))
    if node.style == ">":
        message = "a run config in a folded scalar ('>')"
        raise ParseError(message, node.start, "write it as a literal one ('|')")
    resolved = resolve_edits(embedded.text, edits)
    if is_here_document(node):
        return [_moved_edit(document, embedded, edit) for edit in resolved]
    if node.style == "|":
        return list(_line_edits(document, embedded, resolved))
    return quoted_edits(document, embedded, resolved)


def _refuse_named_parts(document: Document, embedded: Embedded) -> None:
    """Raise `ParseError` if an alias outside of a mapping names a part of it."""
    start, end = embedded.span
    for _, node in walk_nodes(document.root):
        named = node.named
        if named is None or start <= node.start < end:
            continue
        if start <= named.start < end:
            message = f"'{document.source(node)}' names a part of the run config"
            raise ParseError(message, node.start, "write its values out, then migrate")


def _moved_edit(document: Document, embedded: Embedded, edit: Edit) -> Edit:
    """Return an edit of an embedded flow mapping as one of the text around it."""
    end = edit.start
    if edit.end > edit.start:
        end = edit.end - 1
    start, last = embedded.outer(edit.start), embedded.outer(end)
    text = edit.text
    if edit.end == 0 and embedded.node.kind == MAPPING:
        # comments over the mapping; it must stay right of the key above it
        text = text.replace("\n", "\n" + " " * _column_below(document, start))
    return Edit(start, last + (edit.end - end), (text,))


def _column_below(document: Document, offset: int) -> int:
    """Return the column at which the value that begins at an offset can go on."""
    column = document.lines.indent_at(offset)
    line = document.lines.start_of(offset)
    if line + column < offset:
        return column + 2
    return column


def _line_edits(
    document: Document, embedded: Embedded, edits: Sequence[Edit]
) -> Iterator[Edit]:
    """Yield edits of whole lines, indented as the embedded text is."""
    text = embedded.text
    groups: list[Span] = []
    for edit in edits:
        start, end = _whole_lines(text, edit)
        if groups and start <= groups[-1][1]:
            start, last = groups.pop()
            end = max(last, end)
        groups.append((start, end))
    for start, end in groups:
        members = [each for each in edits if start <= each.start and each.end <= end]
        new = splice_edits(
            text,
            members,
            start,
            end,
        )
        whole = _block_edit(
            document,
            embedded,
            start,
            end,
            new,
        )
        parts = [_part_edit(document, embedded, each) for each in members]
        yield from _finest(document, whole, parts)


def _part_edit(document: Document, embedded: Embedded, edit: Edit) -> Edit:
    """Return an edit of a part of some lines, which keep their indentation."""
    new = shift_lines(edit.text, embedded.indent, first_line=False)
    is_followed = embedded.text[edit.end : edit.end + 1] not in ("", "\n")
    if edit.text.endswith("\n") and is_followed:
        new += " " * embedded.indent
    new = new.replace("\n", document.newline)
    return Edit(embedded.outer(edit.start), embedded.outer(edit.end), (new,))


def _finest(document: Document, whole: Edit, parts: list[Edit]) -> list[Edit]:
    """Return the edits of parts if they write what the edit of whole
    lines does: they say more exactly where a place of the new text
    comes from.
    """
    start = min(whole.start, parts[0].start)
    # a part that ends with a line ends behind the indentation of the next one
    end = max(whole.end, parts[-1].end)
    wanted = splice_edits(document.text, [whole], start, end)
    for candidate in (parts, _trim_last(parts), _cut_last(document, whole, parts)):
        if splice_edits(document.text, candidate, start, end) == wanted:
            return candidate
    return [whole]


def _trim_last(parts: list[Edit]) -> list[Edit]:
    """Return edits whose new text ends without a line end: that of the
    last line of a block is behind the block.
    """
    trimmed = list(parts)
    written = [number for number, edit in enumerate(parts) if edit.text]
    for number in written[-1:]:
        edit = parts[number]
        trimmed[number] = Edit(edit.start, edit.end, (edit.text.rstrip(),))
    return trimmed


def _cut_last(document: Document, whole: Edit, parts: list[Edit]) -> list[Edit]:
    """Return edits of which the last one cuts the last lines of a
    block, and the line end in front of them: that of the last line is
    behind the block.
    """
    *others, last = parts
    start = document.lines.start_of(last.start) - len(document.newline)
    if last.text or not others or start < others[-1].end or start > whole.end:
        return parts
    return [*others, Edit(start, whole.end, ("",))]


def _whole_lines(text: str, edit: Edit) -> Span:
    """Return the span of the inner lines that an edit changes."""
    start = text.rfind("\n", 0, edit.start) + 1
    at_line_start = text[edit.end - 1 : edit.end] in ("", "\n")
    if at_line_start and (edit.end > edit.start or edit.text.endswith("\n")):
        return start, edit.end
    end = text.find("\n", edit.end) + 1
    return start, end or len(text)


def _block_edit(
    document: Document, embedded: Embedded, start: int, end: int, new: str
) -> Edit:
    """Return the edit that replaces inner lines by new ones."""
    lines = document.lines
    begins_line = start > 0 or not embedded.shares_line
    first = embedded.outer(start)
    if begins_line:
        first = lines.start_of(first)
    body = shift_lines(new, embedded.indent, first_line=begins_line)
    body = body.replace("\n", document.newline)
    if end < len(embedded.text):
        behind = embedded.outer(end)
        if begins_line or body:
            behind = lines.start_of(behind)
        return Edit(first, behind, (body,))
    return _edit_at_end(
        document,
        embedded,
        start,
        first,
        body,
    )


def _edit_at_end(
    document: Document, embedded: Embedded, start: int, first: int, body: str
) -> Edit:
    """Return the edit that puts lines in place of all from an inner
    offset on, which is `first` in the outer text.
    """
    last = embedded.span[1]
    if document.text[last - 1] == "\n":
        # `|+` keeps the line ends behind its last line
        if start == len(embedded.text):
            first = last
        return Edit(first, last, (body,))
    body = body.rstrip("\r\n")
    if not body:
        return _cut_at_end(document, first, document.lines.after(last - 1))
    if document.text[last : last + 1] in (" ", "\t"):
        # the spaces behind the last line stay where they are
        body = body.rstrip(" \t")
    if start >= len(embedded.text.rstrip("\n")):
        first, body = last, document.newline + body.lstrip("\r\n")
    return Edit(first, last, (body,))


def _cut_at_end(
    document: Document,
    first: int,
    after: int,
) -> Edit:
    """Return the edit that cuts the last lines of a text.

    A file without a line end at its end gets none.
    """
    if document.text[after - 1] != "\n":
        first = len(document.text[:first].removesuffix(document.newline))
    return Edit(first, after, ("",))
