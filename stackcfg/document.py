"""YAML text as a tree of nodes with spans.

This module knows YAML and nothing of Llama Stack. A text is read once, by libyaml's event stream, into `Node`
objects that keep where they stand; no second parse is needed for positions. What a scalar means is decided by
PyYAML's own YAML 1.1 rules, because `yaml.safe_load` is what the server reads its config with.

Offsets are 0-based and count characters; `Document.position` turns one into a 1-based line and column.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml

from stackcfg.scalars import STR, MeaningError, meaning

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # a PyYAML built without libyaml reads the same, more slowly
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

MAPPING: Final = "mapping"
SEQUENCE: Final = "sequence"
SCALAR: Final = "scalar"
ALIAS: Final = "alias"

MAX_DEPTH: Final = 100
"""Nesting that no run config comes near; deeper input is an attack on the parser or an accident."""

MAX_NODES: Final = 2_000_000
"""How many values a document may stand for once its aliases are expanded (an alias bomb stands for billions)."""

_NO_ENTRIES: Final[list[Any]] = []
_NO_ITEMS: Final[list[Any]] = []

Path = tuple["str | int", ...]
"""Keys and list indexes from the root of a document to a node."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text: 1-based line and column, columns counted in characters."""

    line: int
    column: int


class ParseError(Exception):
    """The text is not one that the server would read as YAML, or not safely.

    `offset` is where, in characters from the start of the text; `hint` says what to do.
    """

    def __init__(self, message: str, offset: int, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.hint = hint


class Node:
    """One value of a document, or an alias of one.

    `start` and `end` delimit its text. The end of a block collection is the end of its last value, not libyaml's
    end mark, which lies behind the comments of whatever comes next. `entries` holds (key, value) pairs of a mapping,
    `items` the values of a sequence, `text` the decoded value of a scalar, `named` what an alias stands for.
    """

    __slots__ = ("anchor", "end", "entries", "flow", "items", "kind", "named", "size", "start", "style", "tag", "text")

    def __init__(self, kind: str, start: int, end: int) -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.flow = False
        self.style: str | None = None
        self.tag: str | None = None
        self.anchor: str | None = None
        self.text = ""
        # scalars share empty lists: a document has hundreds of them, and nothing is ever put into a scalar
        self.entries: list[tuple[Node, Node]] = [] if kind is MAPPING else _NO_ENTRIES
        self.items: list[Node] = [] if kind is SEQUENCE else _NO_ITEMS
        self.named: Node | None = None
        self.size = 1

    @property
    def target(self) -> Node:
        """The node that an alias stands for; any other node itself."""
        return self if self.named is None else self.named

    def get(self, key: str) -> Node | None:
        """The value under `key` of this mapping (written there, not merged in), aliases followed; else None."""
        entry = self.entry(key)
        return entry[1].target if entry else None

    def entry(self, key: str) -> tuple[Node, Node] | None:
        """The (key, value) pair of this mapping whose key is the text `key`."""
        return next((pair for pair in self.target.entries if pair[0].text == key), None)

    def at(self, path: Path) -> Node | None:
        """The node that `path` leads to, aliases followed on the way; None when there is none."""
        node: Node | None = self.target
        for part in path:
            if node is None:
                return None
            if isinstance(part, int):
                node = node.items[part].target if part < len(node.items) else None
            else:
                node = node.get(part)
        return node

    @property
    def is_null(self) -> bool:
        """Whether this is a scalar that means null."""
        return self.kind == SCALAR and self.style is None and value_of(self) is None


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a YAML stream.

    `text` is the whole stream, `root` the document's top node, `start` and `end` delimit the document with the
    comments around it.
    """

    text: str
    root: Node
    lines: LineIndex
    start: int
    end: int

    def position(self, offset: int) -> Position:
        """The 1-based line and column of a character offset."""
        return self.lines.position(offset)

    def source(self, node: Node) -> str:
        """The text of a node as written, without its anchor."""
        return self.text[content_start(self.text, node) : node.end]

    @property
    def newline(self) -> str:
        """The line end that this text uses, judged by its first one."""
        found = self.text.find("\n")
        return "\r\n" if found > 0 and self.text[found - 1] == "\r" else "\n"


class LineIndex:
    """Where the lines of a text begin."""

    __slots__ = ("_length", "starts")

    def __init__(self, text: str) -> None:
        self.starts = [0, *(match.end() for match in _LINE_BREAK.finditer(text))]
        self._length = len(text)

    def position(self, offset: int) -> Position:
        """The 1-based line and column of a character offset."""
        line = bisect_right(self.starts, offset)
        return Position(line, offset - self.starts[line - 1] + 1)

    def start_of(self, offset: int) -> int:
        """The offset at which the line that holds `offset` begins."""
        return self.starts[bisect_right(self.starts, offset) - 1]

    def after(self, offset: int) -> int:
        """The offset just behind the line that holds `offset`, its line end included."""
        index = bisect_right(self.starts, offset)
        return self.starts[index] if index < len(self.starts) else self._length


PLAIN_TAGS: Final = {MAPPING: "tag:yaml.org,2002:map", SEQUENCE: "tag:yaml.org,2002:seq"}
_LINE_BREAK: Final = re.compile(r"\r\n|\n|\r")
_ANCHOR: Final = re.compile(r"&\S+\s*")
_PLACEHOLDER_BASE: Final = 0xE000


def parse(text: str, masked: str | None = None) -> list[Document]:
    """Read a YAML stream into its documents.

    `masked` is the same text with template expressions replaced, character for character, by private-use
    characters (see `templates`); structure is read from it, values and spans from `text`.

    Raises `ParseError` for anything `yaml.safe_load` would refuse, and for duplicate keys, which it would not.
    """
    readable = text if masked is None else masked
    lines = LineIndex(text)
    documents: list[Document] = []
    try:
        roots = list(_compose(readable))
        starts = [0, *(start for start, _ in roots[1:]), len(text)]
        for (_, root), start, end in zip(roots, starts, starts[1:], strict=False):
            documents.append(Document(text, root, lines, start, end))
    except yaml.reader.ReaderError as error:
        offset = error.position if isinstance(error.position, int) else 0
        raise ParseError(f"not YAML text: {error.reason}", min(offset, len(text))) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context or "cannot be read"
        raise ParseError(f"not valid YAML: {problem}", mark.index if mark else 0) from None
    if masked is not None:
        for document in documents:
            _restore_templates(document.root, text, masked)
    return documents


def _compose(text: str) -> Iterator[tuple[int, Node]]:
    """Build node trees from libyaml's events, one tree per document, each with where its document begins."""
    loader: Any = _Loader(text)
    composer, begin = _Composer(text), 0
    try:
        while True:
            event = loader.get_event()
            kind = type(event)
            if kind is yaml.ScalarEvent:
                composer.scalar(event)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                composer.open(event, MAPPING if kind is yaml.MappingStartEvent else SEQUENCE)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                composer.close(event)
            elif kind is yaml.AliasEvent:
                composer.alias(event)
            elif kind is yaml.DocumentStartEvent:
                composer, begin = _Composer(text), event.start_mark.index
            elif kind is yaml.DocumentEndEvent:
                if composer.root is not None:
                    yield begin, composer.root
            elif kind is yaml.StreamEndEvent:
                return
    finally:
        loader.dispose()


class _Composer:
    """One document's tree while it grows. `keys` holds, per open mapping, the key that waits for its value."""

    __slots__ = ("anchors", "keys", "root", "stack", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.root: Node | None = None
        self.stack: list[Node] = []
        self.keys: list[Node | None] = []
        self.anchors: dict[str, Node] = {}

    def scalar(self, event: Any) -> None:
        """A scalar: its text decoded, its tag as written."""
        node = Node(SCALAR, event.start_mark.index, event.end_mark.index)
        node.text, node.style, node.tag = event.value, event.style or None, event.tag
        if node.style in ("|", ">"):
            node.end = _block_scalar_end(self.text, node)
        if event.anchor:
            self._name(node, event.anchor)
        self._place(node)

    def open(self, event: Any, kind: str) -> None:
        """A mapping or sequence begins."""
        node = Node(kind, event.start_mark.index, event.end_mark.index)
        node.flow, node.tag = bool(event.flow_style), event.tag
        if event.anchor:
            self._name(node, event.anchor)
        self.stack.append(node)
        self.keys.append(None)
        if len(self.stack) > MAX_DEPTH:
            raise ParseError(f"nested more than {MAX_DEPTH} levels deep", node.start)

    def close(self, event: Any) -> None:
        """A mapping or sequence ends."""
        node = self.stack.pop()
        self.keys.pop()
        _close(node, event.end_mark.index)
        self._place(node)

    def alias(self, event: Any) -> None:
        """An alias stands for the node of its anchor."""
        node = Node(ALIAS, event.start_mark.index, event.end_mark.index)
        target = self.anchors.get(event.anchor)
        if target is None:
            raise ParseError(f"alias '*{event.anchor}' has no anchor before it", node.start)
        if target in self.stack:
            raise ParseError(f"alias '*{event.anchor}' stands inside its own anchor", node.start)
        node.named, node.size = target, target.size
        self._place(node)

    def _name(self, node: Node, anchor: str) -> None:
        node.anchor = anchor
        self.anchors[anchor] = node

    def _place(self, node: Node) -> None:
        """Put a finished node into the collection that is open."""
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        parent.size += node.size
        if parent.size > MAX_NODES:
            raise ParseError("aliases expand to millions of values", node.start)
        key = self.keys[-1]
        if parent.kind == SEQUENCE:
            parent.items.append(node)
        elif key is None:
            self.keys[-1] = node
        else:
            parent.entries.append((key, node))
            self.keys[-1] = None


def _close(node: Node, mark: int) -> None:
    """Set the end of a finished collection and refuse duplicate keys."""
    if node.flow:
        node.end = mark
    elif node.kind == SEQUENCE:
        node.end = max(node.end, node.items[-1].end) if node.items else node.end
    else:
        node.end = node.entries[-1][1].end if node.entries else node.end
    if node.kind == MAPPING:
        seen: dict[Any, Node] = {}
        for key, _ in node.entries:
            if key.target.kind != SCALAR:
                continue
            name = value_of(key.target)
            if name in seen and name != "<<":
                raise DuplicateKeyError(str(name), seen[name].start, key.start)
            seen[name] = key


class DuplicateKeyError(ParseError):
    """A mapping holds one key twice; the server would silently take the last."""

    def __init__(self, key: str, first: int, second: int) -> None:
        super().__init__(f"duplicate key '{key}'", second, "keep one of the two: the server silently takes the last")
        self.first = first


def _block_scalar_end(text: str, node: Node) -> int:
    """The end of a block scalar's last line of content; libyaml's mark lies behind the blank lines after it."""
    header = text[node.start : text.find("\n", node.start) + 1 or node.end]
    if "+" in header.split("#")[0]:
        return node.end
    return node.start + len(text[node.start : node.end].rstrip())


def _restore_templates(node: Node, text: str, masked: str) -> None:
    """Give scalars that hold masked template expressions their own text back."""
    for _, scalar in walk(node):
        if scalar.kind != SCALAR or not any(ord(char) >= _PLACEHOLDER_BASE for char in scalar.text):
            continue
        if scalar.style is None:
            scalar.text = text[content_start(text, scalar) : scalar.end]
            scalar.tag = STR
            continue
        for match in re.finditer(r"([\ue000-\uf8ff])\1*", masked[scalar.start : scalar.end]):
            begin = scalar.start + match.start()
            original = text[begin : begin + len(match.group())]
            scalar.text = scalar.text.replace(match.group(), original, 1)


def content_start(text: str, node: Node) -> int:
    """Where the text of a node begins behind its anchor; a tag is part of what it means and stays.

    Raises `ParseError` when the tag stands before the anchor, so that neither can be cut alone.
    """
    if node.anchor is None:
        return node.start
    match = _ANCHOR.match(text, node.start, node.end)
    if match is None:
        raise ParseError("a tag in front of an anchor", node.start, "write the anchor first")
    return match.end()


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every node below and including `node` with its path; keys are not visited, aliases are not followed."""
    yield path, node
    for key, value in node.entries:
        yield from walk(value, (*path, key.target.text))
    for index, item in enumerate(node.items):
        yield from walk(item, (*path, index))


def value_of(node: Node) -> Any:
    """What a scalar means to `yaml.safe_load`: text, number, boolean, null, date.

    Raises `ParseError` for a tag that `safe_load` refuses, or a value that does not fit its tag.
    """
    try:
        return meaning(node.text, plain=node.style is None, tag=node.tag)
    except MeaningError as error:
        raise ParseError(error.message, node.start, error.hint) from None


def data_of(node: Node) -> Any:
    """What a node means to `yaml.safe_load`, as plain Python data; merge keys are applied."""
    node = node.target
    if node.kind == SCALAR:
        return value_of(node)
    if node.tag not in (None, "!", PLAIN_TAGS[node.kind]):
        raise ParseError(f"a {node.kind} with the tag '{node.tag}'", node.start, "the server reads no such thing here")
    if node.kind == SEQUENCE:
        return [data_of(item) for item in node.items]
    result: dict[Any, Any] = {}
    for key, value in merged_entries(node):
        name = data_of(key)
        if isinstance(name, list | dict):
            raise ParseError("a list or mapping cannot be a key", key.start, "quote it if it is meant as text")
        result[name] = data_of(value)
    return result


def merged_entries(node: Node) -> list[tuple[Node, Node]]:
    """The entries of a mapping with its merge keys (`<<`) applied: own keys win, then the first merged one."""
    node = node.target
    merges = [value for key, value in node.entries if _is_merge(key)]
    own = [(key, value) for key, value in node.entries if not _is_merge(key)]
    if not merges:
        return own
    names = {key.text for key, _ in own}
    inherited: list[tuple[Node, Node]] = []
    for merge in merges:
        sources = merge.target.items if merge.target.kind == SEQUENCE else [merge]
        for source in sources:
            if source.target.kind != MAPPING:
                raise ParseError("a merge key '<<' must name a mapping", merge.start)
            for key, value in merged_entries(source):
                if key.text not in names:
                    names.add(key.text)
                    inherited.append((key, value))
    return inherited + own


def _is_merge(key: Node) -> bool:
    return key.kind == SCALAR and key.style is None and key.text == "<<"
