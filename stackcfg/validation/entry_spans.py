"""Where an entry of a run config is in the file."""

from __future__ import annotations

from stackcfg.loading.config_positions import outer_offset, position_of_offset
from stackcfg.loading.configs import RunConfig
from stackcfg.paths import Path
from stackcfg.validation.findings import Span
from stackcfg.validation.rule_finding import KEY, EntryPart
from stackcfg.yamltext.document import SCALAR, Document, Node
from stackcfg.yamltext.values import is_merge

_Offsets = tuple[int, int]


def span_of(config: RunConfig, part: EntryPart) -> Span:
    """Return the span of an entry's part in the file."""
    start, end = offsets_of(config.document, part)
    first = position_of_offset(config, start)
    if end <= start:
        return Span(first, first)
    # a span ends behind its last character, which may be the last of an
    # embedded text
    last = position_of_offset(config, end - 1)
    return Span(first, last._replace(column=last.column + 1))


def offsets_of(document: Document, part: EntryPart) -> _Offsets:
    """Return the offsets of an entry's part, or of the nearest entry
    above it.
    """
    if part.span is not None:
        return part.span
    path, name = part.path, part.part
    while path:
        found = find_entry(document.root, path)
        if found is not None:
            return _offsets_of_entry(document, *found, name)
        merge = _merge_with(document.root.at(path[:-1]), path[-1])
        if merge is not None:
            return merge.start, merge.end
        path, name = path[:-1], KEY
    root = document.root
    if root.entries:
        return root.start, root.entries[0][0].end
    return root.start, root.start + 1


def is_replaceable(config: RunConfig, part: EntryPart, text: str) -> bool:
    """Return whether a string can take the place of an entry's part,
    and changes nothing else.
    """
    if part.span is None and not _is_own_text(config.document, part):
        return False
    # inside of a quoted or encoded text, characters can have another length
    if any(holder.escapes is None for holder in config.holders):
        return False
    start, end = offsets_of(config.document, part)
    length = outer_offset(config, end - 1) + 1 - outer_offset(config, start)
    escaped = "".join(holder.escapes or "" for holder in config.holders)
    return length == end - start and not any(char in text for char in escaped)


def _is_own_text(document: Document, part: EntryPart) -> bool:
    """Return whether a part is written at its place, on one line, and
    not shared through an anchor.
    """
    entry = find_entry(document.root, part.path)
    if entry is None or _is_shared(document.root, part.path[:-1]):
        return False
    key, node = entry
    if part.part == KEY and key is not None:
        node = key
    if node.anchor is not None or node.tag is not None:
        return False
    is_simple = node.kind == SCALAR or node.flow or node.named is not None
    return is_simple and "\n" not in document.text[node.start : node.end]


def _is_shared(root: Node, path: Path) -> bool:
    """Return whether an anchor or alias is on the way to a node, or at it."""
    if root.anchor is not None:
        return True
    for length in range(1, len(path) + 1):
        entry = find_entry(root, path[:length])
        if entry is None or entry[1].is_shared:
            return True
    return False


def find_entry(root: Node, path: Path) -> tuple[Node | None, Node] | None:
    """Return the key (None in a list) and the value at a path."""
    parent = root.at(path[:-1])
    last = path[-1]
    if parent is None:
        return None
    if not isinstance(last, int) or not parent.items:
        entry = parent.entry_of(last)
        return entry and (entry[0], entry[1])
    if last < len(parent.items):
        return None, parent.items[last]
    return None


def _merge_with(parent: Node | None, name: str | int) -> Node | None:
    """Return the `<<` through which a mapping gets a key; the last one
    counts.
    """
    if parent is None:
        return None
    for key, merged in reversed(parent.entries):
        sources = merged.target.items or [merged]
        if is_merge(key) and any(each.target.entry(str(name)) for each in sources):
            return key
    return None


def _offsets_of_entry(
    document: Document, key: Node | None, value: Node, part: str
) -> _Offsets:
    is_empty = value.start >= value.end
    is_block = bool(value.entries) and not value.flow
    if key is not None and (part == KEY or is_empty or is_block):
        return key.start, key.end
    if key is None and part == KEY and value.entries:
        return value.start, value.entries[0][0].end
    return value.start, _end_of_first_line(document, value)


def _end_of_first_line(document: Document, value: Node) -> int:
    text = document.text[value.start : value.end]
    first_line = text.split("\n", 1)[0].rstrip("\r")
    return value.start + len(first_line)
