"""Entries without a successor: out of the config, and into a comment in their place that says why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from stackcfg.migration.changes import ACTION_REQUIRED, Change, Delete, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.entry_edits import (
    cut_entry,
    cut_item,
    is_json,
)
from stackcfg.migration.editing.orphans import find_orphans
from stackcfg.migration.editing.source_text import SourceText
from stackcfg.paths import Path
from stackcfg.yamltext.document import MAPPING, Node, ParseError, walk_nodes
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.entries import EntrySpan, item_span

MARK: Final = "commented out by stackcfg:"
"""What such comments begin with, so that they can be found again."""


class CommentedOut(NamedTuple):
    """An entry to be commented out: its path, the reason as a sentence, and the severity of the note."""

    path: Path
    reason: str
    severity: str = ACTION_REQUIRED


class _Part(NamedTuple):
    """The text of an entry or item: from `start` to `end`, on the lines of `span`; `removal` cuts it.

    `span` is None where the part shares a line with others.
    """

    start: int
    end: int
    removal: Edit
    span: EntrySpan | None


def comment_out(
    context: StepContext, entries: Sequence[CommentedOut]
) -> Iterator[Change]:
    """Comment entries out, and with a provider the resources that name it. What an anchor brings or holds is only noted.

    A list or mapping that loses all it had stays, empty.
    """
    paths = {each.path for each in entries}
    for path, reason in find_orphans(context, paths):
        if path not in paths:
            entries = [*entries, CommentedOut(path, reason)]
    paths = {each.path for each in entries}
    gone: list[Path] = []
    for each in entries:
        if any(each.path[:length] in paths for length in range(1, len(each.path))):
            continue
        where = context.text.offset(each.path)
        try:
            edits = list(_comment_one(context.text, each))
        except ParseError:
            yield StepNote(each.severity, each.reason, where)
            continue
        yield StepNote(each.severity, f"{each.reason}; commented out", where)
        yield Delete(each.path)
        yield from edits
        gone.append(each.path)
    yield from _add_brackets(context.text, gone)


def _comment_one(text: SourceText, each: CommentedOut) -> Iterator[Edit]:
    """Yield the edits for one entry. Raises `ParseError` where they would change another place."""
    source = text.document.text
    part = _find_part(text, each.path)
    if part.span is None:
        yield part.removal
        yield from _comment_above(text, each, source[part.start : part.end])
        return
    line = source[part.span.line : part.start]
    column = len(line) - len(line.lstrip(" "))
    lines = [
        f"# {MARK} {each.reason}",
        *_as_comments(text, part.span.line, part.span.end, column),
    ]
    new = "".join(f"{' ' * column}{line}{text.newline}" for line in lines)
    if part.span.after >= len(source) and not source.endswith("\n"):
        new = new.rstrip("\r\n")
    yield Edit(part.span.line, part.span.after, (new,))


def _find_part(text: SourceText, path: Path) -> _Part:
    parent, last = text.editable_node(path[:-1]), path[-1]
    if parent is None:
        raise text.shared_value(path)
    if isinstance(last, int):
        value = parent.items[last]
        _refuse_anchors(value)
        removal = cut_item(text, parent, value)
        end = max(value.end, value.start)
        if parent.flow:
            return _Part(value.start, end, removal, None)
        span = item_span(text.document, text.comments, value)
        return _Part(value.start, end, removal, span)
    entry = parent.entry(last)
    if entry is None:
        raise text.shared_value(path)
    key, value = entry
    _refuse_anchors(value)
    removal = cut_entry(text, parent, entry)
    if parent.flow:
        return _Part(key.start, max(value.end, key.start), removal, None)
    span = text.span_of(entry)
    if text.document.text[span.line : key.start].strip():
        return _Part(key.start, span.end, removal, None)
    return _Part(key.start, span.end, removal, span)


def _refuse_anchors(value: Node) -> None:
    """Raise `ParseError` where a value holds an anchor, which aliases elsewhere need."""
    if any(node.anchor is not None for _, node in walk_nodes(value)):
        raise ParseError("holds an anchor", value.start)


def _as_comments(text: SourceText, start: int, end: int, column: int) -> Iterator[str]:
    """Yield the lines of a span as comments, its own comments on lines of their own."""
    source, position = text.document.text, start
    while position < end:
        stop = min(text.document.lines.after(position), end)
        line = source[position:stop].rstrip()
        found = text.comments.within(position, stop)
        if found:
            yield found[0].text
            line = source[position : found[0].start].rstrip()
        if line.strip():
            yield f"# {_without_indent(line, column)}"
        position = stop


def _without_indent(line: str, column: int) -> str:
    if line[:column].strip():
        return line.lstrip()
    return line[column:]


def _comment_above(text: SourceText, each: CommentedOut, source: str) -> Iterator[Edit]:
    """Yield the comment over the line of a block that holds the entry; nothing in JSON, which has no comments."""
    if is_json(text.root):
        return
    anchor = text.root.start
    for length in range(1, len(each.path) + 1):
        parent = text.root.at(each.path[: length - 1])
        if parent is None or parent.flow:
            break
        anchor = text.offset(each.path[:length])
    line = text.document.lines.start_of(anchor)
    before = text.document.text[line:anchor]
    pad = before[: len(before) - len(before.lstrip(" "))]
    lines = (f"# {MARK} {each.reason}", f"# {' '.join(source.split())}")
    yield Edit(line, line, ("".join(f"{pad}{each}{text.newline}" for each in lines),))


def _add_brackets(text: SourceText, gone: Sequence[Path]) -> Iterator[Edit]:
    """Yield brackets for block lists and mappings that lost all they had, which would mean null without them."""
    for path in dict.fromkeys(each[:-1] for each in gone):
        node = text.editable_node(path)
        if node is None or node.flow or not path:
            continue
        lost = sum(each[:-1] == path for each in gone)
        entry = text.root.at(path[:-1])
        key = entry.entry(str(path[-1])) if entry is not None else None
        if key is None or lost < len(node.entries) + len(node.items):
            continue
        colon = text.document.text.index(":", key[0].end) + 1
        yield Edit(colon, colon, (" {}" if node.kind == MAPPING else " []",))
