"""Texts inside another text: scalars that hold one, with the places of
its characters.

Edits on such a text become edits of the outer text, so that unchanged
lines stay as they are and positions are those of the outer file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.paths import Path
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.document import (
    SCALAR,
    SEQUENCE,
    Document,
    Node,
    ParseError,
    Span,
    content_start,
    is_here_document,
)
from stackcfg.yamltext.values import name_of

HOLDERS = {"ConfigMap": "data", "Secret": "stringData"}
"""The kinds of objects that hold texts, and the section that they hold them in."""

_ESCAPE: Final = r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r?\n[ \t]*|.)"
_FOLD: Final = r"[ \t]*+(?:\r?\n[ \t]*)+"
_BLANKS: Final = r"[ \t]++"
_TOKENS: Final = {
    '"': re.compile(rf"({_ESCAPE}|{_FOLD})|{_BLANKS}"),
    "'": re.compile(rf"(''|{_FOLD})|{_BLANKS}"),
}
"""What is written otherwise in a quoted scalar: escapes, folded line
ends. Blanks that no line end follows are passed as a whole, so that
none of them is looked at twice.
"""

_WORD: Final = lazy_pattern(r"\S+")


class Embedded(NamedTuple):
    """A part of a document that holds a text, with a map to outer offsets.

    `starts` are the inner offsets of runs of characters that are also
    runs in the outer text, `places` their outer offsets. `indent` is
    the number of columns that a block puts in front of each line.
    `shares_line`: its first line begins behind something else, as an
    item of a list does. `end` is the outer offset behind it, 0 for that
    of the node.
    """

    text: str
    path: Path
    node: Node
    starts: tuple[int, ...]
    places: tuple[int, ...]
    indent: int = 0
    shares_line: bool = False
    start: int = -1
    end: int = -1

    @property
    def span(self) -> Span:
        """The outer offsets between which the text is."""
        start, end = self.node.span
        if self.start >= 0:
            start = self.start
        if self.end >= 0:
            end = self.end
        return start, end

    def outer(self, offset: int) -> int:
        """Return the outer offset of an inner one."""
        index = bisect_right(self.starts, offset) - 1
        if index < 0:
            return self.span[0]
        return self.places[index] + offset - self.starts[index]


def embedded_texts(document: Document) -> Iterator[Embedded]:
    """Yield the texts of the ConfigMaps and Secrets of a document."""
    root = document.root.target
    yield from _texts_of_object(document, root, ())
    items = root.get("items")
    if items is not None and items.kind == SEQUENCE:
        for index, item in enumerate(items.items):
            yield from _texts_of_object(document, item.target, ("items", index))


def _texts_of_object(
    document: Document,
    node: Node,
    path: Path,
) -> Iterator[Embedded]:
    """Yield the texts in a ConfigMap or Secret."""
    kind = node.get("kind")
    if kind is None or kind.text not in HOLDERS:
        return
    holder = HOLDERS[kind.text]
    section = node.get(holder)
    if section is None:
        return
    for key, value in section.entries:
        # a key that is no string is none of Kubernetes
        if _is_string(key) and holds_text(value):
            yield embed_scalar(document.text, value, (*path, holder, key.text))


def _is_string(key: Node) -> bool:
    """Return whether a key is a string."""
    try:
        return bool(name_of(key) == key.text)
    except ParseError:
        return False


def holds_text(node: Node) -> bool:
    """Return whether a scalar may be a whole YAML or JSON text."""
    if node.kind != SCALAR or node.style is None:
        return False
    return "\n" in node.text or node.text.lstrip().startswith("{")


def embed_scalar(
    text: str,
    node: Node,
    path: Path,
) -> Embedded:
    """Return the text that a scalar of another text holds."""
    indent = 0
    if node.style == "|":
        runs, indent = _literal_runs(text, node)
    elif is_here_document(node):
        runs = [(0, node.start)]
    elif node.style in _TOKENS:
        runs = _quoted_runs(text, node, node.style)
    else:
        runs = _word_runs(text, node)
    starts, places = zip(*runs, strict=True)
    return Embedded(
        node.text,
        path,
        node,
        starts,
        places,
        indent,
    )


def _literal_runs(text: str, node: Node) -> tuple[list[Span], int]:
    """Return a run for each line of a literal block scalar, and its indent."""
    runs: list[Span] = []
    indent = inner = 0
    begin = text.find("\n", node.start) + 1
    if not begin:
        # a line break of another kind; no edit is made in such a text
        return [(0, node.start)], indent
    inner_lines = node.text.split("\n")
    outer_lines = _lines_from(text, begin, len(inner_lines))
    if not inner_lines[-1]:
        # behind the last line end the scalar has nothing
        outer_lines[-1] = ""
    for outer, line in zip(outer_lines, inner_lines, strict=False):
        # a line without content may be shorter than the indentation
        place = begin + len(outer.removesuffix("\r")) - len(line)
        if line.strip():
            indent = place - begin
        runs.append((inner, place))
        inner += len(line) + 1
        begin += len(outer) + 1
    return runs, indent


def _lines_from(
    text: str,
    begin: int,
    count: int,
) -> list[str]:
    """Return the next lines of a text, from an offset on."""
    found: list[str] = []
    while len(found) < count:
        end = text.find("\n", begin)
        if end < 0:
            return [*found, text[begin:]]
        found.append(text[begin:end])
        begin = end + 1
    return found


def _quoted_runs(
    text: str,
    node: Node,
    quote: str,
) -> list[Span]:
    """Return a run for each piece of a quoted scalar that is written as
    it is, and one for each escape and fold.
    """
    runs: list[Span] = []
    inner = 0
    begin = text.index(quote, node.start) + 1
    end = node.end - 1
    for match in _TOKENS[quote].finditer(text, begin, end):
        written = match[1]
        if written is None:
            continue
        start, after = match.span()
        if start > begin:
            runs.append((inner, begin))
            inner += start - begin
        length = _decoded_length(written)
        if length:
            runs.append((inner, start))
            inner += length
        begin = after
    if end > begin:
        runs.append((inner, begin))
        inner += end - begin
    return [*runs, (inner, end)]


def _decoded_length(token: str) -> int:
    """Return how many characters a piece of a quoted scalar stands for."""
    if token.startswith(("\\\n", "\\\r\n")):
        return 0
    if token.startswith(("\\", "'")):
        return 1
    # one line end is folded to a space, of more than one the first is dropped
    return max(1, token.count("\n") - 1)


def _word_runs(text: str, node: Node) -> list[Span]:
    """Return one run for each word of a plain or folded scalar."""
    begin = _content_of(text, node)
    runs = [(0, begin)]
    for word in _WORD.finditer(node.text):
        place = text.find(word[0], begin, node.end)
        if place < 0:
            break
        runs.append((word.start(), place))
        begin = place + len(word[0])
    return runs


def _content_of(text: str, node: Node) -> int:
    """Return where the content of a scalar begins."""
    try:
        begin = content_start(text, node)
    except ParseError:
        return node.start
    if node.style == ">":
        return text.find("\n", begin, node.end) + 1 or begin
    return begin
