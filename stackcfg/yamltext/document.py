"""YAML text as a tree of nodes with spans.

This module knows YAML and nothing of Llama Stack. A text is read once, from a parser's event stream, into `Node`
objects that keep where they stand; no second parse is needed for positions. What a scalar means is decided by
PyYAML's own YAML 1.1 rules, because `yaml.safe_load` is what the server reads its config with.

Offsets are 0-based and count characters; `Document.position` turns one into a 1-based line and column.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from stackcfg.errors import StackcfgError
from stackcfg.paths import Path
from stackcfg.yamltext.scalars import (
    MERGE,
    VALUE,
    MeaningError,
    means_itself,
    plain_scalar_value,
    scalar_value,
    tag_of,
)

MAPPING: Final = "mapping"
SEQUENCE: Final = "sequence"
SCALAR: Final = "scalar"
ALIAS: Final = "alias"

_NO_ENTRIES: Final[list[Any]] = []
_NO_ITEMS: Final[list[Any]] = []


class Position(NamedTuple):
    """A place in a text: 1-based line and column, columns counted in characters."""

    line: int
    column: int


class ParseError(StackcfgError):
    """The text is not one that the server would read as YAML, or not safely.

    `offset` is where, in characters from the start of the text; `hint` says what to do.
    """

    def __init__(self, message: str, offset: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.offset = offset


class Node:
    """One value of a document, or an alias of one.

    `start` and `end` delimit its text. The end of a block collection is the end of its last value, not libyaml's
    end mark, which lies behind the comments of whatever comes next. `entries` holds (key, value) pairs of a mapping,
    `items` the values of a sequence, `text` the decoded value of a scalar, `named` what an alias stands for.
    """

    __slots__ = (
        "anchor",
        "end",
        "entries",
        "flow",
        "items",
        "kind",
        "named",
        "size",
        "start",
        "style",
        "tag",
        "text",
    )

    def __init__(
        self,
        kind: str,
        start: int,
        end: int,
        tag: str | None = None,
        text: str = "",
        style: str | None = None,
    ) -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.flow = False
        self.style = style
        self.tag = tag
        self.anchor: str | None = None
        self.text = text
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

    def entry_of(self, key: Any) -> tuple[Node, Node] | None:
        """The (key, value) pair of this mapping whose key means `key`; for `True` that is `on` as well as `true`."""
        if isinstance(key, str):
            return self.entry(key)
        pairs = self.target.entries
        return next(
            (
                pair
                for pair in pairs
                if pair[0].kind == SCALAR and _is_same(value_of(pair[0]), key)
            ),
            None,
        )

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


class Duplicate(NamedTuple):
    """A key that a mapping holds twice: the stretches of the one that is lost and of the last, which counts."""

    key: str
    lost: tuple[int, int]
    kept: tuple[int, int]


class Document(NamedTuple):
    """One document of a YAML stream.

    `text` is the whole stream, `root` the document's top node, `start` and `end` delimit the document with the
    comments around it. `duplicates` are keys written twice, where the parser was lenient.
    """

    text: str
    root: Node
    lines: LineIndex
    start: int
    end: int
    duplicates: tuple[Duplicate, ...] = ()

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
    """Where the lines of a text begin; found when first asked for, since nobody asks about a clean file."""

    __slots__ = ("_starts", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: list[int] | None = None

    @property
    def starts(self) -> list[int]:
        """The offset of each line."""
        if self._starts is None:
            self._starts = [
                0,
                *(match.end() for match in _LINE_BREAK.finditer(self._text)),
            ]
        return self._starts

    def position(self, offset: int) -> Position:
        """The 1-based line and column of a character offset."""
        starts = self.starts
        line = bisect_right(starts, offset)
        return Position(line, offset - starts[line - 1] + 1)

    def offset(self, position: Position) -> int:
        """The character offset of a 1-based line and column."""
        return self.starts[position.line - 1] + position.column - 1

    def start_of(self, offset: int) -> int:
        """The offset at which the line that holds `offset` begins."""
        starts = self.starts
        return starts[bisect_right(starts, offset) - 1]

    def after(self, offset: int) -> int:
        """The offset just behind the line that holds `offset`, its line end included."""
        starts = self.starts
        index = bisect_right(starts, offset)
        return starts[index] if index < len(starts) else len(self._text)


PLAIN_TAGS: Final = {
    MAPPING: "tag:yaml.org,2002:map",
    SEQUENCE: "tag:yaml.org,2002:seq",
}
_LINE_BREAK: Final = re.compile(r"\r\n|\n|\r")
_ANCHOR: Final = re.compile(r"&\S+\s*")


def content_start(text: str, node: Node) -> int:
    """Where the text of a node begins behind its anchor; a tag is part of what it means and stays.

    Raises `ParseError` when the tag stands before the anchor, so that neither can be cut alone.
    """
    if node.anchor is None:
        return node.start
    match = _ANCHOR.match(text, node.start, node.end)
    if match is None:
        raise ParseError(
            "a tag in front of an anchor", node.start, "write the anchor first"
        )
    return match.end()


def walk_nodes(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every node below and including `node` with its path; keys are not visited, aliases are not followed."""
    waiting = [(path, node)]
    while waiting:
        path, node = waiting.pop()
        yield path, node
        if node.entries:
            waiting += [
                ((*path, key.target.text), value)
                for key, value in reversed(node.entries)
            ]
        elif node.items:
            waiting += [
                ((*path, index), node.items[index])
                for index in range(len(node.items) - 1, -1, -1)
            ]


def value_of(node: Node) -> Any:
    """What a scalar means to `yaml.safe_load`: text, number, boolean, null, date.

    Raises `ParseError` for a tag that `safe_load` refuses, or a value that does not fit its tag.
    """
    try:
        if node.tag is None:
            return (
                node.text if node.style is not None else plain_scalar_value(node.text)
            )
        return scalar_value(node.text, plain=node.style is None, tag=node.tag)
    except MeaningError as error:
        raise ParseError(error.message, node.start, error.hint) from None


def _is_same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def data_of(node: Node) -> Any:
    """What a node means to `yaml.safe_load`, as plain Python data; merge keys are applied."""
    node = node.target
    if node.kind == SCALAR:
        if node.tag is None and (node.style is not None or means_itself(node.text)):
            return node.text
        return value_of(node)
    if node.tag not in (None, "!", PLAIN_TAGS[node.kind]):
        raise ParseError(
            f"a {node.kind} with the tag '{node.tag}'",
            node.start,
            "the server reads no such thing here",
        )
    if node.kind == SEQUENCE:
        return [data_of(item) for item in node.items]
    result: dict[Any, Any] = {}
    for key, value in merged_entries(node):
        result[name_of(key)] = data_of(value)
    return result


def name_of(key: Node) -> Any:
    """What a key means: as a value would, but `=` and what has its tag are texts there."""
    node = key.target
    if node.kind != SCALAR:
        raise ParseError(
            "a list or mapping cannot be a key",
            key.start,
            "quote it if it is meant as text",
        )
    if node.tag is None and (node.style is not None or means_itself(node.text)):
        return node.text
    return node.text if _tag_of(node) == VALUE else value_of(node)


def is_merge(key: Node) -> bool:
    """Whether a key is the merge key, `<<`."""
    return (
        (key.text == "<<" or key.tag is not None)
        and key.kind == SCALAR
        and _tag_of(key) == MERGE
    )


def _tag_of(node: Node) -> str:
    return tag_of(node.text, plain=node.style is None, tag=node.tag)


def merged_entries(node: Node) -> list[tuple[Node, Node]]:
    """The entries of a mapping with its merge keys (`<<`) applied: own keys win, then the last merged one.

    So does PyYAML 6.0.4, where YAML itself and PyYAML up to 6.0.3 let the first of a list win. Own keys come last.
    """
    node = node.target
    if not [
        key
        for key, _ in node.entries
        if (key.text == "<<" or key.tag is not None) and is_merge(key)
    ]:
        return node.entries
    last: dict[Any, tuple[Node, Node]] = {}
    for key, value in _flattened(node):
        name = name_of(key)
        last.pop(name, None)
        last[name] = (key, value)
    return list(last.values())


def _flattened(node: Node) -> list[tuple[Node, Node]]:
    """The entries of a mapping behind those that it merges.

    A key that is merged a second time by an alias counts where it came first. PyYAML tells that by the identity of the
    key's text, so that it holds for any other of the same text where that is one character, which Python has only once.
    """
    merged: dict[Node | str, tuple[Node, Node]] = {}
    own: list[tuple[Node, Node]] = []
    for entry in node.entries:
        if not is_merge(entry[0]):
            own.append(entry)
            continue
        merge = entry[1].target
        for source in merge.items if merge.kind == SEQUENCE else [merge]:
            if source.target.kind != MAPPING:
                raise ParseError("a merge key '<<' must name a mapping", entry[1].start)
            for key, value in _flattened(source.target):
                merged.setdefault(
                    key.target.text if len(key.target.text) < 2 else key.target,
                    (key, value),
                )
    return [*merged.values(), *own]
