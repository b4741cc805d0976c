"""Composes the events of a YAML parser into trees of nodes with spans."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import lru_cache

import yaml

from stackcfg.light_typing import Any, NamedTuple
from stackcfg.yamltext.document import (
    ALIAS,
    MAPPING,
    SCALAR,
    SEQUENCE,
    Duplicate,
    DuplicateKeyError,
    Entry,
    Node,
    ParseError,
)
from stackcfg.yamltext.values import is_merge, name_of

MAX_DEPTH = 100
"""Nesting that no run config comes near; deeper input is an attack."""

MAX_NODES = 2_000_000
"""Values of a document with aliases expanded, against alias bombs."""

_BOOLEANS_AND_NULLS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
_COLLECTION_KINDS: dict[Any, str] = {
    yaml.MappingStartEvent: MAPPING,
    yaml.SequenceStartEvent: SEQUENCE,
}

Inspect = Callable[[str, Node], None]
"""Called with the text and each node that two parsers may read differently."""


class ComposedDocument(NamedTuple):
    """One document: the offset of its start mark, its tree, its duplicate keys."""

    start: int
    root: Node
    duplicates: list[Duplicate]


class Duplicates(Enum):
    """What becomes of duplicate keys: an error, all but the last listed, or all
    kept as the branches of a template.
    """

    REFUSED = "refused"
    LISTED = "listed"
    KEPT = "kept"


def compose_documents(
    text: str, loader: Any, duplicates: Duplicates, inspect: Inspect
) -> list[ComposedDocument]:
    """Build the tree of each document from the events of a PyYAML loader.

    Raises `ParseError`, and `DuplicateKeyError` where these are refused.
    """
    composer = _Composer(text, duplicates, inspect)
    handlers = composer.handlers()
    next_event = loader.get_event
    end = yaml.StreamEndEvent
    try:
        # the start of the stream
        next_event()
        while type(event := next_event()) is not end:
            handlers[type(event)](event)
    except (ValueError, OverflowError):
        # the parser in pure Python lets the errors of `chr` through
        message = "not valid YAML: an escape that stands for no character"
        raise ParseError(message, loader.index) from None
    finally:
        loader.dispose()
    return composer.documents


class _Composer:
    """The finished documents, and the tree of the current one as it grows.

    `open` are the collections that have not ended, `inner` is the last of them, and
    `key` a key in it that waits for its value. `keys` are those that wait in the
    collections around it, `heights` how deep the values of each are so far, aliases
    expanded.
    """

    def __init__(self, text: str, wanted: Duplicates, inspect: Inspect) -> None:
        self.text = text
        self.wanted = wanted
        self.inspect = inspect
        self.documents: list[ComposedDocument] = []

    def handlers(self) -> dict[Any, Callable[[Any], None]]:
        return {
            yaml.DocumentStartEvent: self.start_document,
            yaml.DocumentEndEvent: self.end_document,
            yaml.ScalarEvent: self.add_scalar,
            yaml.AliasEvent: self.add_alias,
            yaml.MappingStartEvent: self.start_collection,
            yaml.MappingEndEvent: self.end_collection,
            yaml.SequenceStartEvent: self.start_collection,
            yaml.SequenceEndEvent: self.end_collection,
        }

    def start_document(self, event: Any) -> None:
        self.start = event.start_mark.index
        self.duplicates: list[Duplicate] = []
        self.open: list[Node] = []
        self.keys: list[Node | None] = []
        self.inner: Node | None = None
        self.key: Node | None = None
        self.heights: list[int] = []
        self.named_heights: dict[Node, int] = {}
        self.anchors: dict[str, Node] = {}

    def end_document(self, _: Any) -> None:
        document = ComposedDocument(self.start, self.root, self.duplicates)
        self.documents.append(document)

    def add_scalar(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        style, tag = event.style or None, event.tag
        node = Node(SCALAR, start, end, tag, event.value, style)
        # most scalars are plain, and nothing is to be checked
        if style is not None or tag is not None:
            self._check_scalar(node)
        if event.anchor:
            self._name(node, event.anchor)
        self._place(node)

    def _check_scalar(self, node: Node) -> None:
        is_block = node.style in ("|", ">")
        if is_block or node.tag is not None:
            self.inspect(self.text, node)
        if is_block:
            node.end = _block_scalar_end(self.text, node)
        elif node.style == '"' and _has_half_surrogate(node.text):
            message = "not valid YAML: half of a surrogate pair"
            raise ParseError(message, node.start, "write the character itself")

    def start_collection(self, event: Any) -> None:
        kind = _COLLECTION_KINDS[type(event)]
        node = Node(kind, event.start_mark.index, event.end_mark.index, event.tag)
        node.flow = bool(event.flow_style)
        if node.tag is not None:
            self.inspect(self.text, node)
        if event.anchor:
            self._name(node, event.anchor)
        self.open.append(node)
        self.keys.append(self.key)
        self.inner, self.key = node, None
        self.heights.append(0)
        self._check_depth(node, 0)

    def end_collection(self, event: Any) -> None:
        node = self.open.pop()
        self.inner = None
        if self.open:
            self.inner = self.open[-1]
        self.key = self.keys.pop()
        height = self.heights.pop() + 1
        if node.anchor:
            self.named_heights[node] = height
        self._add_height(height)
        if node.flow:
            node.end = event.end_mark.index
            self.inspect(self.text, node)
        elif node.entries:
            node.end = node.entries[-1][1].end
        elif node.items:
            node.end = max(node.end, node.items[-1].end)
        if node.kind is MAPPING:
            self._remove_duplicates(node)
        self._place(node)

    def add_alias(self, event: Any) -> None:
        node = Node(ALIAS, event.start_mark.index, event.end_mark.index)
        alias = f"alias '*{event.anchor}'"
        target = self.anchors.get(event.anchor)
        if target is None:
            raise ParseError(f"{alias} has no anchor before it", node.start)
        if target in self.open:
            raise ParseError(f"{alias} is inside its own anchor", node.start)
        node.named, node.size = target, target.size
        height = self.named_heights.get(target, 0)
        self._check_depth(node, height)
        self._add_height(height)
        self._place(node)

    def _check_depth(self, node: Node, height: int) -> None:
        if len(self.open) + height > MAX_DEPTH:
            raise ParseError(f"nested more than {MAX_DEPTH} levels deep", node.start)

    def _add_height(self, height: int) -> None:
        if self.heights and height > self.heights[-1]:
            self.heights[-1] = height

    def _name(self, node: Node, anchor: str) -> None:
        if anchor in self.anchors:
            message = f"a second anchor '&{anchor}' in one document"
            raise ParseError(message, node.start, "give it another name")
        node.anchor = anchor
        self.anchors[anchor] = node

    def _place(self, node: Node) -> None:
        """Put a finished node into the collection that is open."""
        parent = self.inner
        if parent is None:
            self.root = node
            return
        parent.size = size = parent.size + node.size
        if size > MAX_NODES:
            raise ParseError("aliases expand to millions of values", node.start)
        if parent.kind is SEQUENCE:
            parent.items.append(node)
        elif self.key is None:
            self.key = node
        else:
            parent.entries.append((self.key, node))
            self.key = None

    def _remove_duplicates(self, node: Node) -> None:
        names = {key.text for key, _ in node.entries}
        if len(names) == len(node.entries) and all(map(_means_only_itself, names)):
            return
        if self.wanted is Duplicates.KEPT:
            return
        node.entries, duplicates = _without_duplicates(node.entries)
        if duplicates and self.wanted is Duplicates.REFUSED:
            key, lost, kept = duplicates[0]
            raise DuplicateKeyError(key, lost[0], kept[0])
        self.duplicates += duplicates


def _has_half_surrogate(text: str) -> bool:
    """Return whether half of a surrogate pair is in a text.

    The server's parser accepts its escape, but no file can hold it.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


@lru_cache(maxsize=1024)
def _means_only_itself(name: str) -> bool:
    """Return whether a key is a plain word, which equals no other key."""
    return name.isidentifier() and name.lower() not in _BOOLEANS_AND_NULLS


def _without_duplicates(entries: list[Entry]) -> tuple[list[Entry], list[Duplicate]]:
    """Return the last entry of each key, and the duplicates that it replaces."""
    named = [(_identity_of(key), (key, value)) for key, value in entries]
    last = dict(named)
    found: list[Duplicate] = []
    kept: list[Entry] = []
    for name, entry in named:
        if last[name] is entry:
            kept.append(entry)
            continue
        lost, counts = entry[0], last[name][0]
        found.append(Duplicate(str(name), lost.span, counts.span))
    return kept, found


def _identity_of(key: Node) -> Any:
    """Return what a key means; the key itself where it may be there twice."""
    # several merge keys all count; a list as a key is refused when its name is
    # asked for
    if key.target.kind != SCALAR or is_merge(key):
        return key
    return name_of(key)


def block_scalar_header(text: str, node: Node) -> str:
    """Return the first line of a block scalar from its `|` or `>` on."""
    return text[node.start : text.find("\n", node.start) + 1 or node.end]


def _block_scalar_end(text: str, node: Node) -> int:
    """Return the end of a block scalar's content, which is before blank lines."""
    header = block_scalar_header(text, node)
    if "+" in header.split("#")[0]:
        return node.end
    return node.start + len(text[node.start : node.end].rstrip())
