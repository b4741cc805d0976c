"""YAML text as a tree of nodes with spans, which count characters from 0."""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.errors import StackcfgError
from stackcfg.light_typing import Any, NamedTuple
from stackcfg.paths import Path
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.lines import LineIndex, Position
from stackcfg.yamltext.scalars import TYPED_STARTS, MeaningError, scalar_value

MAPPING = "mapping"
SEQUENCE = "sequence"
SCALAR = "scalar"
ALIAS = "alias"

HERE = "<<"
TABS = "-"
QUOTED = "'"
IN_SINGLE = "s"
IN_DOUBLE = "d"
ECHOED = "n"
"""The style of a here-document in a script, which is no YAML: `<<`,
`<<-`, `<<'`; and of a text in quotes of the shell, in which `echo` can
read `\\n` as a line end.
"""

GIVEN = "="
"""The style of a scalar that is not in the text, since another text says it."""

Span = tuple[int, int]
"""The offsets at which a part of the text begins and ends."""

_ANCHOR = lazy_pattern(r"&\S+\s*")
_NO_CONTENT: list[Any] = []

_FEW = 16
"""How many entries of a mapping are looked through for a key."""


class ParseError(StackcfgError):
    """Why a text cannot be read, or not edited safely; `offset` is where."""

    def __init__(
        self,
        message: str,
        offset: int,
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.offset = offset

    def at(self, offset: int) -> ParseError:
        """Return the error at another offset,
        as that in a text around this one.
        """
        return ParseError(self.message, offset, self.hint)


class DuplicateKeyError(ParseError):
    """A mapping has one key twice; the server would silently take the last."""

    def __init__(
        self,
        key: str,
        first: int,
        second: int,
    ) -> None:
        hint = "keep one of the two: the server silently takes the last"
        super().__init__(f"duplicate key '{key}'", second, hint)
        self.first = first


class Node:
    """One value of a document, or an alias of one.

    `start` and `end` delimit its text. A block collection ends with its
    last value: the end mark of libyaml is behind the comments of
    whatever follows. Each kind has fields of its own; here they are
    empty for all others. `entries` are the (key, value) pairs of a
    mapping, `items` the values of a sequence, `text` the decoded text
    of a scalar, `named` the node of an alias. `style` is the quote or
    block indicator of a scalar, None for a plain one, for a
    here-document what is in front of its word; `flow` marks a
    collection in brackets or braces.
    """

    __slots__ = ("anchor", "end", "start", "tag")

    kind = ""
    text = ""
    style: str | None = None
    flow = False
    named: Node | None = None
    entries: list[Entry] = _NO_CONTENT
    items: list[Node] = _NO_CONTENT

    def __init__(self, start: int, end: int, tag: str | None = None) -> None:
        self.start = start
        self.end = end
        self.tag = tag
        self.anchor: str | None = None

    @property
    def span(self) -> Span:
        """The offsets at which this node begins and ends."""
        return self.start, self.end

    @property
    def target(self) -> Node:
        """The node of an alias; any other node itself."""
        return self if self.named is None else self.named

    @property
    def is_shared(self) -> bool:
        """Whether an alias brings this, or can bring it to other places."""
        return self.named is not None or self.anchor is not None

    @property
    def is_null(self) -> bool:
        """Whether this is a scalar that means null."""
        return self.kind == SCALAR and self.style is None and value_of(self) is None

    def get(self, key: str) -> Node | None:
        """Return the value under a key, aliases followed, merge keys ignored."""
        entry = self.entry(key)
        return entry[1].target if entry else None

    def entry(self, key: str) -> Entry | None:
        """Return the (key, value) pair whose key has the text `key`."""
        return self.named.entry(key) if self.named else None

    def entry_of(self, key: Any) -> Entry | None:
        """Return the pair whose key means `key`: `on` and `true` are True."""
        if isinstance(key, str):
            return self.entry(key)
        for pair in self.target.entries:
            if pair[0].kind == SCALAR:
                value = value_of(pair[0])
                # 1 == True, and only one of them is the key
                if type(value) is type(key) and value == key:
                    return pair
        return None

    def at(self, path: Path) -> Node | None:
        """Return the node at a path, aliases followed; None if none."""
        node: Node | None = self.target
        for part in path:
            if node is None:
                return None
            # a key can be null or a date, which no text equals
            if not isinstance(part, int):
                node = node.get(part)
            elif part < len(node.items):
                node = node.items[part].target
            else:
                return None
        return node


class Scalar(Node):
    """A value that holds no others."""

    __slots__ = ("style", "text")
    kind = SCALAR

    def __init__(
        self, start: int, end: int, tag: str | None, text: str, style: str | None
    ) -> None:
        # a document has hundreds: not through the constructor of all nodes
        self.start = start
        self.end = end
        self.tag = tag
        self.anchor = None
        self.text = text
        self.style = style


class Mapping(Node):
    """Values by keys.

    `has_word_keys`: each key is certainly the string of its text, and
    no merge key.
    """

    __slots__ = ("_by_text", "entries", "flow", "has_word_keys")
    kind = MAPPING

    def __init__(self, start: int, end: int, tag: str | None, flow: bool) -> None:
        super().__init__(start, end, tag)
        self.entries = []
        self.flow = flow
        self.has_word_keys = False
        self._by_text: dict[str, Entry] = {}

    def entry(self, key: str) -> Entry | None:
        """Return the (key, value) pair whose key has the text `key`."""
        if len(self.entries) > _FEW:
            return self._find_by_text(key)
        for pair in self.entries:
            if pair[0].text == key:
                return pair
        return None

    def _find_by_text(self, key: str) -> Entry | None:
        """Return the pair of a key, of a mapping that is not
        composed any more.
        """
        if not self._by_text:
            # of equal keys the first
            for pair in reversed(self.entries):
                self._by_text[pair[0].text] = pair
        return self._by_text.get(key)


class Sequence(Node):
    """Values in their order."""

    __slots__ = ("flow", "items")
    kind = SEQUENCE

    def __init__(self, start: int, end: int, tag: str | None, flow: bool) -> None:
        super().__init__(start, end, tag)
        self.items = []
        self.flow = flow


class Alias(Node):
    """Another place of a value with an anchor."""

    __slots__ = ("named",)
    kind = ALIAS

    def __init__(self, start: int, end: int, named: Node) -> None:
        super().__init__(start, end)
        self.named = named


Entry = tuple[Node, Node]
"""A key of a mapping, and its value."""


class Duplicate(NamedTuple):
    """A key that a mapping has twice: a lost one, and the last, which counts."""

    key: str
    lost: Span
    kept: Span


class Document(NamedTuple):
    """One document of a YAML stream.

    `text` is the whole stream; `start` and `end` delimit the document
    together with the comments around it. `has_branches`: a template
    decides about parts of it, all of which are in it.
    `has_string_keys`: each key is certainly a string. What is not
    `is_yaml` is a script, with its here-documents as the values of
    `root`.
    """

    text: str
    root: Node
    lines: LineIndex
    start: int
    end: int
    duplicates: tuple[Duplicate, ...] = ()
    has_branches: bool = False
    has_string_keys: bool = False
    is_yaml: bool = True

    def __hash__(self) -> int:
        # equal documents have the same nodes; their duplicates can be thousands
        return id(self.root)

    def position(self, offset: int) -> Position:
        """Return the 1-based line and column of a character offset."""
        return self.lines.position(offset)

    def holds(self, word: str) -> bool:
        """Return whether a word is anywhere in the text of the document."""
        return self.text.find(word, self.start, self.end) >= 0

    def source(self, node: Node) -> str:
        """Return the text of a node as written, without its anchor."""
        return self.text[content_start(self.text, node) : node.end]

    @property
    def newline(self) -> str:
        """The line end of the text's first line."""
        found = self.text.find("\n")
        return "\r\n" if found > 0 and self.text[found - 1] == "\r" else "\n"


def end_of_entry(entry: Entry) -> int:
    """Return where an entry ends, also one without a value."""
    key, value = entry
    return max(key.end, value.end)


def content_start(text: str, node: Node) -> int:
    """Return where the text of a node begins behind its anchor, with its tag.

    Raises `ParseError` when the tag is in front of the anchor.
    """
    if node.anchor is None:
        return node.start
    match = _ANCHOR.match(text, node.start, node.end)
    if match is None:
        message, hint = "a tag in front of an anchor", "write the anchor first"
        raise ParseError(message, node.start, hint)
    return match.end()


def is_here_document(node: Node) -> bool:
    """Return whether a scalar is the text of a here-document."""
    return node.style is not None and node.style.startswith(HERE)


def walk_nodes(root: Node) -> Iterator[tuple[Path, Node]]:
    """Yield a node and all nodes below it, with their paths from it."""
    waiting: list[tuple[Path, Node]] = [((), root)]
    while waiting:
        path, node = waiting.pop()
        yield path, node
        if node.entries:
            for key, value in reversed(node.entries):
                waiting.append(((*path, key.target.text), value))
        elif node.items:
            for index in range(len(node.items) - 1, -1, -1):
                waiting.append(((*path, index), node.items[index]))


def holds_anchor(root: Node) -> bool:
    """Return whether a node or one below it has an anchor, which aliases need."""
    return any(node.anchor is not None for _, node in walk_nodes(root))


def value_of(node: Node) -> Any:
    """Return the value of a scalar; raise `ParseError` if the server
    refuses it.
    """
    # most scalars of a config are strings by their quotes or by their first
    # character
    text = node.text
    if node.tag is None and (node.style is not None or text[:1] not in TYPED_STARTS):
        return text
    try:
        return scalar_value(text, node.style is None, node.tag)
    except MeaningError as error:
        raise ParseError(error.message, node.start, error.hint) from None
