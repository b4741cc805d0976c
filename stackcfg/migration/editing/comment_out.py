"""How an entry that has no successor goes: out of the config, and into a comment in its place that says why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from stackcfg.migration.changes import ACTION_REQUIRED, Change, Delete, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.orphans import find_orphans
from stackcfg.migration.editing.placing import is_json
from stackcfg.paths import Path
from stackcfg.yamltext.document import MAPPING, Node, ParseError, walk_nodes
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.entries import (
    column_of,
    entry_span,
    item_span,
    remove_entry,
    remove_item,
)

MARK: Final = "taken out:"
"""What the comments begin with, so that they can be found again."""


class CommentedOut(NamedTuple):
    """An entry to be taken out: where it stands, why, and how grave that is."""

    path: Path
    reason: str
    kind: str = ACTION_REQUIRED


def comment_out(
    context: StepContext, entries: Sequence[CommentedOut]
) -> Iterator[Change]:
    """Take entries out, each left as a comment; what an anchor brings or holds is only named.

    A list or mapping that loses all it had stays, empty. What names a provider among them goes with it.
    """
    paths = {each.path for each in entries}
    entries = [
        *entries,
        *(
            CommentedOut(*each)
            for each in find_orphans(context, paths)
            if each[0] not in paths
        ),
    ]
    paths |= {each.path for each in entries}
    gone: list[Path] = []
    for each in entries:
        if any(each.path[:length] in paths for length in range(1, len(each.path))):
            continue
        yield StepNote(each.kind, each.reason, context.text.offset(each.path))
        try:
            changes = list(_taken_out(context, each))
        except ParseError:
            continue
        gone.append(each.path)
        yield Delete(each.path)
        yield from changes
    yield from _emptied(context, gone)


def _taken_out(context: StepContext, each: CommentedOut) -> Iterator[Edit]:
    """Raises `ParseError` where the entry cannot be cut without changing another place."""
    parent, last = context.text.editable_node(each.path[:-1]), each.path[-1]
    if parent is None:
        raise ParseError("not in the file itself", context.text.offset(each.path))
    if isinstance(last, int):
        key, value = None, parent.items[last]
    else:
        entry = parent.entry(last)
        if entry is None:
            raise ParseError("comes from an anchor", context.text.offset(each.path))
        key, value = entry
    if any(node.anchor is not None for _, node in walk_nodes(value)):
        raise ParseError("holds an anchor", value.start)
    index = (
        parent.items.index(value) if key is None else parent.entries.index((key, value))
    )
    start = value.start if key is None else key.start
    removal = (remove_item if key is None else remove_entry)(
        context.text.document, context.text.comments, parent, index
    )
    if parent.flow:
        yield removal
        yield from _above(
            context, each, context.text.document.text[start : max(value.end, start)]
        )
        return
    span = (
        item_span(context.text.document, context.text.comments, value)
        if key is None
        else entry_span(context.text.document, context.text.comments, key, value)
    )
    column = column_of(context.text.document, start)
    if key is None:
        line = context.text.document.text[span.line : value.start]
        column = len(line) - len(line.lstrip(" "))
    shares_line = key is not None and bool(
        context.text.document.text[span.line : start].strip()
    )
    if shares_line:
        yield removal
        yield from _above(context, each, context.text.document.text[start : span.end])
        return
    lines = [
        f"# {MARK} {each.reason}",
        *_commented(context, span.line, span.end, column),
    ]
    text = "".join(
        f"{' ' * column}{line}{context.text.document.newline}" for line in lines
    )
    ends_file = span.after >= len(
        context.text.document.text
    ) and not context.text.document.text.endswith("\n")
    yield Edit(span.line, span.after, (text.rstrip("\r\n") if ends_file else text,))


def _commented(
    context: StepContext, start: int, end: int, column: int
) -> Iterator[str]:
    """The lines of a span as comments, its own comments on lines of their own."""
    document, position = context.text.document, start
    while position < end:
        stop = min(document.lines.after(position), end)
        line = document.text[position:stop].rstrip()
        found = context.text.comments.within(position, stop)
        if found:
            yield found[0].text
            line = document.text[position : found[0].start].rstrip()
        if line.strip():
            yield f"# {line[column:] if not line[:column].strip() else line.lstrip()}"
        position = stop


def _above(context: StepContext, each: CommentedOut, source: str) -> Iterator[Edit]:
    """The comment over the line of a block that holds the entry; none in JSON, which has no comments."""
    if is_json(context.text.root):
        return
    document = context.text.document
    anchor = context.text.root.start
    for length in range(1, len(each.path) + 1):
        parent = context.text.root.at(each.path[: length - 1])
        if parent is None or parent.flow:
            break
        anchor = context.text.offset(each.path[:length])
    line = document.lines.start_of(anchor)
    pad = document.text[line:anchor]
    pad = pad[: len(pad) - len(pad.lstrip(" "))]
    body = " ".join(source.split())
    text = "".join(
        f"{pad}{words}{document.newline}"
        for words in (f"# {MARK} {each.reason}", f"# {body}")
    )
    yield Edit(line, line, (text,))


def _emptied(context: StepContext, gone: Sequence[Path]) -> Iterator[Edit]:
    """Brackets for block lists and mappings that lost all they had: nothing behind the colon would be null."""
    for path in dict.fromkeys(each[:-1] for each in gone):
        node = context.text.editable_node(path)
        lost = sum(each[:-1] == path for each in gone)
        if (
            node is None
            or node.flow
            or not path
            or lost < len(node.entries) + len(node.items)
        ):
            continue
        colon = _colon(context, path)
        if colon is not None:
            yield Edit(colon, colon, (" {}" if node.kind == MAPPING else " []",))


def _colon(context: StepContext, path: Path) -> int | None:
    """The offset behind the colon of the key at a path."""
    parent = context.text.root.at(path[:-1])
    entry: tuple[Node, Node] | None = (
        parent.entry(str(path[-1])) if parent is not None else None
    )
    if entry is None:
        return None
    return context.text.document.text.index(":", entry[0].end) + 1
