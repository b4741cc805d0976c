"""Composes the events of a YAML parser into trees of nodes with spans."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from itertools import chain

from yaml import (
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from stackcfg.light_typing import Any, NamedTuple
from stackcfg.yamltext.document import (
    SCALAR,
    Alias,
    Duplicate,
    DuplicateKeyError,
    Entry,
    Mapping,
    Node,
    ParseError,
    Scalar,
    Sequence,
)
from stackcfg.yamltext.values import is_merge, name_of

MAX_DEPTH = 100
"""Nesting that no run config comes near; deeper input is an attack."""

MAX_NODES = 2_000_000
"""Values of a document with aliases expanded, against alias bombs."""

_WORDS = ("y", "n", "yes", "no", "on", "off", "true", "false", "null")
_BOOLEANS_AND_NULLS = {
    spelling for word in _WORDS for spelling in (word, word.title(), word.upper())
}
Inspect = Callable[[str, Node], None]
"""Called with the text and each node that two parsers may read differently."""

NextEvent = Callable[[], Any]
"""Returns the next event of a parser."""


class Expansion(NamedTuple):
    """What an alias brings: how deep values of its node are, and how many in it."""

    height: int
    size: int


class ComposedDocument(NamedTuple):
    """One document: the offset of its start mark, its tree, its
    duplicate keys, and whether all keys are certainly strings.
    """

    start: int
    root: Node
    duplicates: list[Duplicate]
    has_string_keys: bool


class Duplicates(Enum):
    """What becomes of duplicate keys: an error, all but the last
    listed, or all kept as the branches of a template.
    """

    REFUSED = "refused"
    LISTED = "listed"
    KEPT = "kept"


def compose_documents(
    text: str, loader: Any, duplicates: Duplicates, inspect: Inspect
) -> list[ComposedDocument]:
    """Build the tree of each document from the events of a PyYAML loader.

    Raises `ParseError`, and `DuplicateKeyError` where these are
    refused.
    """
    composer = _Composer(text, loader.get_event, duplicates, inspect)
    try:
        return composer.compose_stream()
    except (ValueError, OverflowError):
        # the parser in pure Python lets the errors of `chr` through
        message = "not valid YAML: an escape that stands for no character"
        raise ParseError(message, loader.index) from None
    finally:
        loader.dispose()


class _Composer:
    """Builds the trees of a stream from its events.

    `open` are the collections of a document that have not ended,
    `anchors` its nodes by the names that they got, `expansions` those
    of them that aliases name. `count` is how many values it has so far,
    aliases expanded.
    """

    def __init__(
        self, text: str, next_event: NextEvent, wanted: Duplicates, inspect: Inspect
    ) -> None:
        self.text = text
        self.next_event = next_event
        self.wanted = wanted
        self.inspect = inspect

    def compose_stream(self) -> list[ComposedDocument]:
        documents: list[ComposedDocument] = []
        # the start of the stream
        self.next_event()
        while type(event := self.next_event()) is not StreamEndEvent:
            documents.append(self._compose_document(event.start_mark.index))
        return documents

    def _compose_document(self, start: int) -> ComposedDocument:
        self.open: list[Node] = []
        self.anchors: dict[str, Node] = {}
        self.expansions: dict[Node, Expansion] = {}
        self.count = 0
        self.duplicates: list[Duplicate] = []
        self.has_string_keys = True
        root = self._compose(self.next_event())
        # the end of the document
        self.next_event()
        return ComposedDocument(start, root, self.duplicates, self.has_string_keys)

    def _compose(self, event: Any) -> Node:
        """Return the node that begins with an event."""
        kind = type(event)
        if kind is not ScalarEvent:
            return self._compose_other(event)
        # most events are scalars
        start, end = event.start_mark.index, event.end_mark.index
        style, tag = event.style or None, event.tag
        node = Scalar(start, end, tag, event.value, style)
        # most scalars are plain, and nothing is to be checked
        if style is not None or tag is not None:
            self._check_scalar(node)
        if event.anchor:
            self._name(node, event.anchor)
        return node

    def _compose_other(self, event: Any) -> Node:
        kind = type(event)
        if kind is MappingStartEvent:
            return self._compose_mapping(event)
        if kind is SequenceStartEvent:
            return self._compose_sequence(event)
        return self._compose_alias(event)

    def _check_scalar(self, node: Scalar) -> None:
        is_block = node.style in ("|", ">")
        if is_block or node.tag is not None:
            self.inspect(self.text, node)
        if node.tag is not None:
            # it makes another type of a word
            self.has_string_keys = False
        if is_block:
            node.end = _block_scalar_end(self.text, node)
        elif node.style == '"' and _has_half_surrogate(node.text):
            message = "not valid YAML: half of a surrogate pair"
            raise ParseError(message, node.start, "write the character itself")

    def _compose_mapping(self, start: Any) -> Mapping:
        first, last = start.start_mark.index, start.end_mark.index
        node = Mapping(first, last, start.tag, bool(start.flow_style))
        self._open(node, start.anchor)
        next_event, compose, entries = self.next_event, self._compose, node.entries
        while type(event := next_event()) is not MappingEndEvent:
            key = compose(event)
            entries.append((key, compose(next_event())))
        if entries:
            node.end = entries[-1][1].end
        self._close(node, event, 2 * len(entries))
        self._remove_duplicates(node)
        return node

    def _compose_sequence(self, start: Any) -> Sequence:
        first, last = start.start_mark.index, start.end_mark.index
        node = Sequence(first, last, start.tag, bool(start.flow_style))
        self._open(node, start.anchor)
        next_event, compose, items = self.next_event, self._compose, node.items
        while type(event := next_event()) is not SequenceEndEvent:
            items.append(compose(event))
        if items:
            node.end = max(node.end, items[-1].end)
        self._close(node, event, len(items))
        return node

    def _open(self, node: Node, anchor: str | None) -> None:
        if node.tag is not None:
            self.inspect(self.text, node)
        if anchor:
            self._name(node, anchor)
        self.open.append(node)
        self._check_depth(node, 0)

    def _close(self, node: Node, end: Any, count: int) -> None:
        self.open.pop()
        self._add_to_count(count, node)
        if node.flow:
            node.end = end.end_mark.index
            self.inspect(self.text, node)

    def _compose_alias(self, event: Any) -> Alias:
        start, end = event.start_mark.index, event.end_mark.index
        alias = f"alias '*{event.anchor}'"
        target = self.anchors.get(event.anchor)
        if target is None:
            hint = f"write '&{event.anchor}' before its value, or quote a string"
            raise ParseError(f"{alias} has no anchor before it", start, hint)
        if target in self.open:
            hint = "write the value in place of the alias"
            raise ParseError(f"{alias} is inside its own anchor", start, hint)
        node = Alias(start, end, target)
        expansion = self._expand(target)
        self._check_depth(node, expansion.height)
        self._add_to_count(expansion.size, node)
        return node

    def _expand(self, node: Node) -> Expansion:
        """Return how deep and how many the values of a node are; it is
        asked once of each node that aliases name.
        """
        node = node.target
        known = self.expansions.get(node)
        if known is not None:
            return known
        expansion = Expansion(0, 0)
        if node.kind != SCALAR:
            expansion = self._expand_collection(node)
        if node.anchor:
            self.expansions[node] = expansion
        return expansion

    def _expand_collection(self, node: Node) -> Expansion:
        height, size = 0, 0
        for value in (*node.items, *chain.from_iterable(node.entries)):
            size += 1
            if value.kind != SCALAR:
                inner = self._expand(value)
                height = max(height, inner.height)
                size += inner.size
        return Expansion(height + 1, size)

    def _check_depth(self, node: Node, height: int) -> None:
        if len(self.open) + height > MAX_DEPTH:
            message = f"nested more than {MAX_DEPTH} levels deep"
            raise ParseError(message, node.start, "no run config needs so many levels")

    def _add_to_count(self, count: int, node: Node) -> None:
        self.count += count
        if self.count > MAX_NODES:
            message = "aliases expand to millions of values"
            raise ParseError(message, node.start, "no run config needs so many aliases")

    def _name(self, node: Node, anchor: str) -> None:
        if anchor in self.anchors:
            message = f"a second anchor '&{anchor}' in one document"
            raise ParseError(message, node.start, "give it another name")
        node.anchor = anchor
        self.anchors[anchor] = node

    def _remove_duplicates(self, node: Mapping) -> None:
        if _are_words(tuple([key.text for key, _ in node.entries])):
            # a tag makes something else of a word
            node.has_word_keys = self.has_string_keys
            return
        self.has_string_keys = False
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


# the entries of a list have the same keys, and so have many files
@lru_cache(1024)
def _are_words(names: tuple[str, ...]) -> bool:
    """Return whether keys are plain words, each of which equals no other key."""
    if len(set(names)) < len(names):
        return False
    if not _BOOLEANS_AND_NULLS.isdisjoint(names):
        return False
    return all(map(str.isidentifier, names))


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
