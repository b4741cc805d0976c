"""Entries without a successor become comments in their place that say why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from stackcfg.light_typing import NamedTuple
from stackcfg.migration.changes import (
    ACTION_REQUIRED,
    CHECK,
    Changes,
    Delete,
    StepNote,
)
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.entry_edits import cut_entry
from stackcfg.migration.editing.list_edits import cut_item
from stackcfg.migration.editing.source_text import SourceText
from stackcfg.migration.editing.unprovided_resources import find_unprovided_resources
from stackcfg.migration.editing.values import is_json
from stackcfg.paths import Path, list_at, value_at
from stackcfg.yamltext.document import (
    MAPPING,
    Node,
    ParseError,
    holds_anchor,
)
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.entries import EntrySpan, item_span

MARK = "commented out by stackcfg:"
"""What such comments begin with, so that they can be found again."""


class CommentedOut(NamedTuple):
    """An entry to be commented out; `reason` is a sentence without a
    full stop.
    """

    path: Path
    reason: str
    severity: str = ACTION_REQUIRED


class _Part(NamedTuple):
    """The text of an entry or item, from `start` to `end`; `removal` cuts it.

    `span` are its lines; None where it shares a line with others.
    """

    start: int
    end: int
    removal: Edit
    span: EntrySpan | None


def comment_out(context: StepContext, entries: Sequence[CommentedOut]) -> Changes:
    """Comment entries out, and with a provider the resources that name it.

    What an anchor brings or holds is only reported. A list or mapping
    that loses all it had stays, empty.
    """
    gone: list[Path] = []
    for each in _outermost(_with_unprovided_resources(context, entries)):
        where = context.text.offset(each.path)
        try:
            edits = list(_comment_one(context.text, each))
        # its text is needed elsewhere, so it stays, and the user has to decide
        except ParseError:
            yield StepNote(each.severity, each.reason, where)
            continue
        yield StepNote(each.severity, f"{each.reason}; commented out", where)
        yield Delete(each.path)
        yield from edits
        gone.append(each.path)
    yield from _add_brackets(context.text, gone)


def _on_one_line(reason: str) -> str:
    """Return a reason as a comment can hold it: names in it
    come from the file.
    """
    words = " ".join(reason.split())
    return "".join(char if char.isprintable() else "?" for char in words)


def comment_out_ignored(context: StepContext, path: Path, winner: str) -> Changes:
    """Comment out an entry that is not read because `winner` is set too."""
    reason = f"'{path[-1]}' is ignored because '{winner}' is set too"
    yield from comment_out(context, [CommentedOut(path, reason, CHECK)])


def comment_out_items(
    context: StepContext, path: Path, key: Path, value: str, reason: str
) -> Changes:
    """Comment out each item of a list that has a value under a key."""
    items = enumerate(list_at(context.data, path))
    indexes = [index for index, item in items if value_at(item, key) == value]
    entries = [CommentedOut((*path, index), reason) for index in indexes]
    yield from comment_out(context, entries)


def _with_unprovided_resources(
    context: StepContext, entries: Sequence[CommentedOut]
) -> list[CommentedOut]:
    paths = {each.path for each in entries}
    found = list(entries)
    for path, reason in find_unprovided_resources(context, paths):
        if path not in paths:
            found.append(CommentedOut(path, reason))
    return found


def _outermost(entries: Sequence[CommentedOut]) -> Iterator[CommentedOut]:
    paths = {each.path for each in entries}
    for each in entries:
        above = [each.path[:length] for length in range(1, len(each.path))]
        # what is inside of an entry goes with it
        if not paths.intersection(above):
            yield each


def _comment_one(
    text: SourceText,
    each: CommentedOut,
) -> Iterator[Edit]:
    """Yield the edits for one entry.

    Raises `ParseError` where they would change another place.
    """
    part = _find_part(text, each.path)
    if part.span is None:
        yield part.removal
        old = text.source[part.start : part.end]
        yield from _comment_above(text, each, old)
        return
    column = text.column_of_line(part.start)
    reason = f"# {MARK} {_on_one_line(each.reason)}"
    lines = [reason, *_as_comments(text, part.span, column)]
    pad = " " * column
    new = "".join(f"{pad}{line}{text.newline}" for line in lines)
    # a file without a line end at its end stays one
    if part.span.after >= len(text.source) and not text.source.endswith("\n"):
        new = new.rstrip("\r\n")
    yield Edit(part.span.line, part.span.after, (new,))


def _find_part(text: SourceText, path: Path) -> _Part:
    if isinstance(path[-1], int):
        return _find_item(text, path[:-1], path[-1])
    parent, entry = text.editable_entry(path)
    key, value = entry
    _refuse_anchors(value)
    removal = cut_entry(text, parent, entry)
    if parent.flow:
        end = max(value.end, key.start)
        return _Part(key.start, end, removal, None)
    span = text.span_of(entry)
    # the first key of an item shares its line with the dash
    before = text.source[span.line : key.start]
    if before.strip():
        return _Part(key.start, span.end, removal, None)
    return _Part(key.start, span.end, removal, span)


def _find_item(
    text: SourceText,
    path: Path,
    index: int,
) -> _Part:
    parent = text.editable_node(path)
    if parent is None:
        raise text.shared_value(path)
    value = parent.items[index]
    _refuse_anchors(value)
    removal = cut_item(text, parent, value)
    span = None
    if not parent.flow:
        span = item_span(text.document, text.comments, value)
    return _Part(value.start, value.end, removal, span)


def _refuse_anchors(value: Node) -> None:
    """Raise `ParseError` where a value holds an anchor, which aliases need."""
    if holds_anchor(value):
        raise ParseError("holds an anchor", value.start)


def _as_comments(
    text: SourceText,
    span: EntrySpan,
    column: int,
) -> Iterator[str]:
    """Yield lines as comments; without their first `# ` they are what they were.

    Comments below the entry that are no deeper than it stay as they
    are.
    """
    lines = list(_lines_from(text.source[span.line : span.end], column))
    content = len(lines)
    while lines[content - 1].startswith("#"):
        content -= 1
    for line in lines[:content]:
        yield f"# {line}"
    yield from lines[content:]


def _lines_from(block: str, column: int) -> Iterator[str]:
    """Yield the lines that hold something, without what is before a column."""
    for line in block.split("\n"):
        line = line.rstrip()
        if line[:column].strip():
            line = line.lstrip()
        else:
            line = line[column:]
        if line:
            yield line


def _comment_above(
    text: SourceText,
    each: CommentedOut,
    old: str,
) -> Iterator[Edit]:
    """Yield the comment over the line of the block that holds the entry.

    There is none in JSON.
    """
    if is_json(text.root):
        return
    anchor = text.root.start
    for length in range(1, len(each.path) + 1):
        parent = text.root.at(each.path[: length - 1])
        # a comment cannot be inside of a flow collection on one line
        if parent is None or parent.flow:
            break
        anchor = text.offset(each.path[:length])
    start = text.line_start(anchor)
    pad = " " * text.column_of_line(anchor)
    words = " ".join(old.split())
    new = f"{pad}# {MARK} {_on_one_line(each.reason)}{text.newline}"
    new += f"{pad}# {words}{text.newline}"
    yield Edit(start, start, (new,))


def _add_brackets(
    text: SourceText,
    gone: Sequence[Path],
) -> Iterator[Edit]:
    """Yield brackets for block lists and mappings that lost all they had.

    Without brackets they would be null.
    """
    lost = Counter(path[:-1] for path in gone)
    for path, count in lost.items():
        node = text.editable_node(path)
        if node is None or node.flow or not path:
            continue
        # what loses only a part needs no brackets
        if count < len(node.entries) + len(node.items):
            continue
        _, (key, _) = text.editable_entry(path)
        colon = text.source.index(":", key.end) + 1
        brackets = " {}" if node.kind == MAPPING else " []"
        yield Edit(colon, colon, (brackets,))
