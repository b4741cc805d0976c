"""Composes YAML text into trees of nodes with spans: one pass over a parser's events, no second one for positions.

The server reads with PyYAML's parser in pure Python, which libyaml does not follow everywhere. libyaml is many times
faster and reads whatever both read alike. The other one reads what libyaml refuses, `{a:}` for one, and what it is
known to read otherwise: tabs; a mark of byte order inside of the text; `?` inside of brackets or braces, where it ends
an unquoted scalar; tags, to which `,` and `]` belong; a comment right behind the `|` or `>` of a block scalar, which is
refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import yaml

from stackcfg.yamltext.document import (
    ALIAS,
    MAPPING,
    SCALAR,
    SEQUENCE,
    Document,
    Duplicate,
    LineIndex,
    Node,
    ParseError,
    content_start,
    is_merge,
    name_of,
    walk_nodes,
)
from stackcfg.yamltext.scalars import STR

_FAST_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", None)
"""libyaml's parser; a PyYAML built without it reads the same, more slowly."""

_READ_OTHERWISE: Final = ("\t", "\ufeff")
"""Characters that libyaml takes in more places than the parser in pure Python."""

MAX_DEPTH: Final = 100
"""Nesting that no run config comes near; deeper input is an attack on the parser or an accident."""

MAX_NODES: Final = 2_000_000
"""How many values a document may stand for once its aliases are expanded (an alias bomb stands for billions)."""

_OTHER_WORDS: Final = frozenset(
    {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
)
"""Words that YAML 1.1 can take for a boolean or null."""

MAX_PLAIN_WORDS: Final = 1_000
"""How many keys are remembered as plain words."""

MAX_SECOND_LOOK: Final = 1_000_000
"""Characters up to which a text that libyaml refuses is given to the slow parser as well: about half a minute."""

_PLACEHOLDER_BASE: Final = 0xE000

_HINTS: Final = {
    r"found character '\t'": "use spaces instead of tabs",
    "but got '?'": "put quotes around a text with a '?' in it",
}
"""What to do, by what the parser says."""

_HEADER_COMMENT: Final = re.compile(r"[|>][-+0-9]*#")
_HALF: Final = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair: the parser of the server takes its escape, and no text can be written with it."""

_TOO_DEEP: Final = "exceeded maximum nesting depth"
"""What libyaml says at a nesting of 1,000; it comes with PyYAML 6.0.4."""

_Root = tuple[int, Node, list[Duplicate]]


def parse_yaml(
    text: str, masked: str | None = None, lenient: bool = False
) -> list[Document]:
    """Read a YAML stream into its documents.

    `masked` is the same text with template expressions replaced, character for character, by private-use
    characters (see `templates`); structure is read from it, values and spans from `text`.

    Raises `ParseError` for anything `yaml.safe_load` would refuse, and for duplicate keys, which it would not; where
    `lenient`, documents list their duplicate keys instead and mean what the server takes: the last of each.
    """
    readable = text if masked is None else masked
    lines = LineIndex(text)
    documents: list[Document] = []
    try:
        roots = _roots(readable, lenient)
        starts = [0, *(start for start, _, _ in roots[1:]), len(text)]
        for (_, root, twice), start, end in zip(
            roots, starts, starts[1:], strict=False
        ):
            documents.append(Document(text, root, lines, start, end, tuple(twice)))
    except yaml.reader.ReaderError as error:
        offset = error.position if isinstance(error.position, int) else 0
        raise ParseError(
            "not YAML text: control characters are not allowed", min(offset, len(text))
        ) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context or "cannot be read"
        hint = next((hint for words, hint in _HINTS.items() if words in problem), "")
        raise ParseError(
            f"not valid YAML: {problem}", mark.index if mark else 0, hint
        ) from None
    if masked is not None:
        for document in documents:
            _restore_templates(document.root, text, masked)
    return documents


def _roots(text: str, lenient: bool) -> list[_Root]:
    """The trees of a text, as the parser in pure Python reads it.

    What both refuse is told in libyaml's words. That one's limit of nesting can come before ours, the other has none.
    """
    refused: yaml.MarkedYAMLError | None = None
    if _FAST_LOADER is not None and not any(mark in text for mark in _READ_OTHERWISE):
        try:
            return list(_compose(text, lenient, fast=True))
        except (
            _ReadOtherwiseError,
            yaml.reader.ReaderError,
        ):  # libyaml counts bytes to a character that is none
            pass
        except yaml.MarkedYAMLError as error:
            if error.problem != _TOO_DEEP and len(text) > MAX_SECOND_LOOK:
                raise
            refused = error
    try:
        return list(_compose(text, lenient, fast=False))
    except yaml.MarkedYAMLError as error:
        raise refused or error from None


def _compose(text: str, lenient: bool, fast: bool) -> Iterator[_Root]:
    """Build node trees from a parser's events: where each document begins, its tree, its duplicate keys.

    Raises `_ReadOtherwiseError` where `fast` and the other parser must be asked.
    """
    loader: Any = _FAST_LOADER(text) if fast else yaml.SafeLoader(text)
    composer, begin = _Composer(text, lenient, fast), 0
    next_event, scalar, mapping, mapping_end = (
        loader.get_event,
        yaml.ScalarEvent,
        yaml.MappingStartEvent,
        yaml.MappingEndEvent,
    )
    try:
        while True:
            event = next_event()
            kind = type(event)
            if kind is scalar:
                composer.scalar(event)
            elif kind is mapping or kind is yaml.SequenceStartEvent:
                composer.open(event, MAPPING if kind is mapping else SEQUENCE)
            elif kind is mapping_end or kind is yaml.SequenceEndEvent:
                composer.close(event)
            elif kind is yaml.AliasEvent:
                composer.alias(event)
            elif kind is yaml.DocumentStartEvent:
                composer, begin = _Composer(text, lenient, fast), event.start_mark.index
            elif kind is yaml.DocumentEndEvent:
                if composer.root is not None:
                    yield begin, composer.root, composer.duplicates
            elif kind is yaml.StreamEndEvent:
                return
    except (
        ValueError,
        OverflowError,
    ):  # of `chr`, which the parser in pure Python hands on
        raise ParseError(
            "not valid YAML: an escape that stands for no character", loader.index
        ) from None
    finally:
        loader.dispose()


class _ReadOtherwiseError(Exception):
    """libyaml may have read a text otherwise than the parser in pure Python does."""


class _Composer:
    """One document's tree while it grows. `keys` holds, per open mapping, the key that waits for its value."""

    __slots__ = (
        "anchors",
        "duplicates",
        "fast",
        "keys",
        "lenient",
        "root",
        "stack",
        "text",
    )

    def __init__(self, text: str, lenient: bool, fast: bool) -> None:
        self.text = text
        self.lenient = lenient
        self.fast = fast
        self.duplicates: list[Duplicate] = []
        self.root: Node | None = None
        self.stack: list[Node] = []
        self.keys: list[Node | None] = []
        self.anchors: dict[str, Node] = {}

    def scalar(self, event: Any) -> None:
        """A scalar: its text decoded, its tag as written."""
        style = event.style or None
        node = Node(
            SCALAR,
            event.start_mark.index,
            event.end_mark.index,
            event.tag,
            event.value,
            style,
        )
        if node.tag is not None:
            self._doubt()
        if style in ("|", ">"):
            header = self.text[
                node.start : self.text.find("\n", node.start) + 1 or node.end
            ]
            if _HEADER_COMMENT.search(header):
                self._doubt()
            node.end = _block_scalar_end(self.text, node, header)
        elif style == '"' and _HALF.search(node.text):
            raise ParseError(
                "not valid YAML: half of a surrogate pair",
                node.start,
                "write the character itself",
            )
        if event.anchor:
            self._name(node, event.anchor)
        self._place(node)

    def open(self, event: Any, kind: str) -> None:
        """A mapping or sequence begins."""
        node = Node(kind, event.start_mark.index, event.end_mark.index, event.tag)
        node.flow = bool(event.flow_style)
        if node.tag is not None:
            self._doubt()
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
        if node.flow and "?" in self.text[node.start : node.end]:
            self._doubt()
        if node.kind == MAPPING:
            for duplicate in _duplicates(node):
                if not self.lenient:
                    raise DuplicateKeyError(
                        duplicate.key, duplicate.lost[0], duplicate.kept[0]
                    )
                self.duplicates.append(duplicate)
        self._place(node)

    def alias(self, event: Any) -> None:
        """An alias stands for the node of its anchor."""
        node = Node(ALIAS, event.start_mark.index, event.end_mark.index)
        target = self.anchors.get(event.anchor)
        if target is None:
            raise ParseError(
                f"alias '*{event.anchor}' has no anchor before it", node.start
            )
        if target in self.stack:
            raise ParseError(
                f"alias '*{event.anchor}' stands inside its own anchor", node.start
            )
        node.named, node.size = target, target.size
        self._place(node)

    def _doubt(self) -> None:
        """The other parser must be asked, where this is not the one."""
        if self.fast:
            raise _ReadOtherwiseError

    def _name(self, node: Node, anchor: str) -> None:
        if anchor in self.anchors:
            raise ParseError(
                f"a second anchor '&{anchor}' in one document",
                node.start,
                "give it another name",
            )
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
    """Set the end of a finished collection."""
    if node.flow:
        node.end = mark
    elif node.kind == SEQUENCE:
        node.end = max(node.end, node.items[-1].end) if node.items else node.end
    else:
        node.end = node.entries[-1][1].end if node.entries else node.end


def _duplicates(node: Node) -> list[Duplicate]:
    """The keys that a mapping holds twice; of each, only the last entry stays in the mapping."""
    names = {key.text for key, _ in node.entries}
    if len(names) == len(node.entries) and (
        names <= _plain_words or _are_plain_words(names)
    ):
        return []
    last = {name_of(key): key for key, _ in node.entries if _can_double(key)}
    found: list[Duplicate] = []
    kept: list[tuple[Node, Node]] = []
    for key, value in node.entries:
        counts = last[name_of(key)] if _can_double(key) else key
        if counts is key:
            kept.append((key, value))
        else:
            found.append(
                Duplicate(
                    str(name_of(key)), (key.start, key.end), (counts.start, counts.end)
                )
            )
    node.entries = kept
    return found


def _can_double(key: Node) -> bool:
    """Whether a key counts once only: several merge keys do, and lists as keys are refused later."""
    return key.target.kind == SCALAR and not is_merge(key)


_plain_words: set[str] = set()
"""Keys that were found to be plain words; a few dozen of them make up most files."""


def _are_plain_words(names: set[str]) -> bool:
    """Whether keys mean nothing but their own text, so that each is the same as no key of another text."""
    plain = {
        name
        for name in names
        if name.isidentifier() and name.lower() not in _OTHER_WORDS
    }
    if len(_plain_words) < MAX_PLAIN_WORDS:
        _plain_words.update(plain)
    return len(plain) == len(names)


class DuplicateKeyError(ParseError):
    """A mapping holds one key twice; the server would silently take the last."""

    def __init__(self, key: str, first: int, second: int) -> None:
        super().__init__(
            f"duplicate key '{key}'",
            second,
            "keep one of the two: the server silently takes the last",
        )
        self.first = first


def _block_scalar_end(text: str, node: Node, header: str) -> int:
    """The end of a block scalar's last line of content; the parser's mark lies behind the blank lines after it."""
    if "+" in header.split("#")[0]:
        return node.end
    return node.start + len(text[node.start : node.end].rstrip())


def _restore_templates(node: Node, text: str, masked: str) -> None:
    """Give scalars that hold masked template expressions their own text back."""
    for _, scalar in walk_nodes(node):
        if scalar.kind != SCALAR or not any(
            ord(char) >= _PLACEHOLDER_BASE for char in scalar.text
        ):
            continue
        if scalar.style is None:
            scalar.text = text[content_start(text, scalar) : scalar.end]
            scalar.tag = STR
            continue
        for match in re.finditer(
            r"([\ue000-\uf8ff])\1*", masked[scalar.start : scalar.end]
        ):
            begin = scalar.start + match.start()
            original = text[begin : begin + len(match.group())]
            scalar.text = scalar.text.replace(match.group(), original, 1)
