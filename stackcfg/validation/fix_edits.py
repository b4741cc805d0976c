"""What the changes of fixes make of the text of a file."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import lru_cache

from stackcfg.loading.configs import RunConfig
from stackcfg.paths import Path
from stackcfg.validation.entry_spans import (
    find_entry,
    is_replaceable,
    offsets_of,
    span_of,
)
from stackcfg.validation.findings import Replacement, Span
from stackcfg.validation.rule_finding import (
    Change,
    Correction,
    EntryPart,
    Insertion,
    LostRemoval,
    Removal,
    Splice,
)
from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.document import (
    MAPPING,
    Document,
    Entry,
    Node,
    ParseError,
    end_of_entry,
    walk_nodes,
)
from stackcfg.yamltext.edits import Edit, resolve_edits, trim_end_gap
from stackcfg.yamltext.emit import emit_scalar
from stackcfg.yamltext.entries import (
    column_of,
    entry_span,
    remove_entry,
    remove_item,
)
from stackcfg.yamltext.parser import parse_yaml

LostEntry = tuple[Document, Comments, Node, int]
"""A document, its comments, a mapping in it and the index of an entry."""


class NoEditError(ValueError):
    """A change cannot be written where it belongs, and nothing else changed."""


def replacements_of(config: RunConfig, change: Change) -> list[Replacement]:
    """Return the replacements in the file that make a change of a config.

    Raises `NoEditError` where there are none that change nothing else.
    """
    if isinstance(change, Correction):
        return [_correct(config, change)]
    if isinstance(change, Splice):
        return list(_splice(config, change))
    try:
        edit = _edit_of(config.document, change)
        return list(edit_in_file(config, edit))
    except ParseError:
        raise NoEditError from None


def _correct(config: RunConfig, change: Correction) -> Replacement:
    quoted = _quote_alike(config.document, change.place, change.text)
    if not is_replaceable(config, change.place, quoted):
        raise NoEditError
    return Replacement(span_of(config, change.place), quoted)


def _quote_alike(document: Document, part: EntryPart, text: str) -> str:
    """Return a new key or value in the quotes of what it replaces."""
    start, end = offsets_of(document, part)
    quote = document.text[start:end][:1]
    if quote == '"' and '"' not in text and "\\" not in text:
        return f'"{text}"'
    if quote == "'" and "'" not in text:
        return f"'{text}'"
    return emit_scalar(text, flow=_is_in_flow(document, part.path))


def _is_in_flow(document: Document, path: Path) -> bool:
    """Return whether an entry is inside brackets or braces."""
    parents = [document.root.at(path[:length]) for length in range(len(path))]
    return any(parent is not None and parent.flow for parent in parents)


def _splice(config: RunConfig, change: Splice) -> Iterator[Replacement]:
    """Yield a replacement for each time that the old characters are written."""
    whole = EntryPart(change.path, "value")
    if not is_replaceable(config, whole, change.new):
        raise NoEditError
    start, end = offsets_of(config.document, whole)
    written = config.document.text[start:end]
    first = written.find(change.old)
    while first >= 0:
        span = (start + first, start + first + len(change.old))
        yield Replacement(span_of(config, EntryPart(span=span)), change.new)
        first = written.find(change.old, first + len(change.old))


def _edit_of(document: Document, change: Removal | Insertion | LostRemoval) -> Edit:
    if isinstance(change, Removal):
        return _remove(document, change.path)
    if isinstance(change, Insertion):
        return _insert(document, change)
    return _remove_lost(document, change.start)


def _remove(document: Document, path: Path) -> Edit:
    parent = _own_parent(document, path)
    comments = Comments(document)
    if parent.kind == MAPPING:
        return remove_entry(document, comments, parent, _index_of(parent, path))
    return remove_item(document, comments, parent, int(path[-1]))


def _own_parent(document: Document, path: Path) -> Node:
    parent = document.root.at(path[:-1])
    if parent is None or find_entry(document.root, path) is None:
        raise NoEditError
    return parent


def _index_of(parent: Node, path: Path) -> int:
    """Return the index of the entry that counts; of equal keys the last."""
    key = parent.entry_of(path[-1])
    if key is None:
        raise NoEditError
    return bisect_left(parent.entries, key[0].start, key=_start_of)


def _start_of(entry: Entry) -> int:
    return entry[0].start


def _insert(document: Document, change: Insertion) -> Edit:
    parent = _own_parent(document, change.behind)
    key, value = parent.entries[_index_of(parent, change.behind)]
    new = f"{emit_scalar(change.key, flow=parent.flow)}: {_write(change, parent.flow)}"
    if parent.flow:
        end = end_of_entry((key, value))
        return Edit(end, end, (f", {new}",))
    span = entry_span(document, Comments(document), key, value)
    indent = " " * column_of(document, key.start)
    at_end = document.text[span.after - 1 : span.after] != "\n"
    line = f"{indent}{new}{document.newline}"
    if at_end:
        line = f"{document.newline}{indent}{new}"
    return Edit(span.after, span.after, (line,))


def _write(change: Insertion, flow: bool) -> str:
    if isinstance(change.value, str):
        return emit_scalar(change.value, flow=flow)
    fields = [
        f"{emit_scalar(name, flow=True)}: {emit_scalar(value, flow=True)}"
        for name, value in change.value
    ]
    return f"{{{', '.join(fields)}}}"


def _remove_lost(document: Document, start: int) -> Edit:
    found = _lost_entries(document.text).get(start)
    if found is None:
        raise NoEditError
    return remove_entry(*found)


@lru_cache(maxsize=1)
def _lost_entries(text: str) -> Mapping[int, LostEntry]:
    """Return where each entry of a text is, also those that equal keys hide.

    The key is the offset at which the entry starts.
    """
    found: dict[int, LostEntry] = {}
    for complete in parse_yaml(text, branches=True):
        comments = Comments(complete)
        for _, node in walk_nodes(complete.root):
            for index, (key, _) in enumerate(node.entries):
                found.setdefault(key.start, (complete, comments, node, index))
    return found


def edit_in_file(config: RunConfig, edit: Edit) -> Iterator[Replacement]:
    """Yield an edit of a config as replacements in its file.

    Raises `ParseError` where there is no such edit.
    """
    document = config.document
    edits = trim_end_gap(document, resolve_edits(document.text, [edit]))
    for holder in config.holders:
        edits = resolve_edits(holder.document.text, holder.outer_edits(edits))
    position = config.file_document.position
    for each in edits:
        yield Replacement(Span(position(each.start), position(each.end)), each.text)
