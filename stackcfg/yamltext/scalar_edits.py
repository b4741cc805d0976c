"""Edits inside of a scalar, given by offsets of the string that it means.

The style of the scalar stays, its line ends too. Only a scalar with
escapes is written anew as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from stackcfg.light_typing import Final
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.document import Document, Node, ParseError, content_start
from stackcfg.yamltext.edits import Edit, apply_edits
from stackcfg.yamltext.emit import emit_quoted, emit_scalar
from stackcfg.yamltext.lines import indent_of

_BLOCK: Final = ("|", ">")
_NOT_PLAIN: Final = lazy_pattern(
    r":(?:\s|$)|\s#|^(?:[\s#&*!|>%@`\"'\[\]{},]|[?-](?:\s|$)|---)|\s$"
)

_TYPED_WORDS: Final = ("y", "n", "yes", "no", "on", "off", "true", "false", "null")

Places = list[int]
"""For each character of a string, and for its end, the offset in the text."""


def edit_scalar(
    document: Document, node: Node, edits: Iterable[Edit], flow: bool
) -> list[Edit]:
    """Return edits of the string that a scalar means as edits of the text.

    `flow` says that the scalar is in brackets. Raises `ParseError` for
    a block scalar whose lines cannot be told apart.
    """
    edits = list(edits)
    if not edits:
        return []
    new = apply_edits(node.text, edits)
    places = find_places(document, node)
    if places is not None and _can_keep_style(node, new, flow):
        return [_move(edit, places) for edit in edits]
    if node.style in _BLOCK:
        message = "a block scalar with lines that no edit can keep"
        raise ParseError(message, node.start, "write it with '|'")
    start = content_start(document.text, node)
    return [Edit(start, node.end, (emit_quoted(new),))]


def write_like(
    node: Node,
    text: str,
    flow: bool,
) -> str:
    """Return a string as a scalar with the quotes of another one."""
    if node.style == '"':
        return emit_quoted(text)
    if node.style == "'" and "'" not in text and "\n" not in text:
        return f"'{text}'"
    if node.style is None and _is_word(text):
        return text
    return emit_scalar(text, flow)


def _is_word(text: str) -> bool:
    """Return whether a string is plain for sure: a flag, a path, a name."""
    return re.fullmatch(r"(?:--?)?[A-Za-z/][\w./=-]*", text) is not None and (
        text.lower() not in _TYPED_WORDS
    )


def _can_keep_style(
    node: Node,
    new: str,
    flow: bool,
) -> bool:
    """Return whether a text can be written in the style of a scalar."""
    if node.style in _BLOCK:
        return True
    if node.style is None:
        signs = flow and re.search(r"[\[\]{},]", new)
        return bool(new) and not signs and not _NOT_PLAIN.search(new)
    return node.style not in new and "\\" not in new


def _move(edit: Edit, places: Sequence[int]) -> Edit:
    """Return an edit of what a scalar says as one of what is written."""
    start = places[edit.start]
    end = start
    if edit.end > edit.start:
        end = places[edit.end - 1] + 1
    return edit._replace(start=start, end=end)


def find_places(document: Document, node: Node) -> Places | None:
    """Return where each character of a scalar's string is in the text.

    None if some character is written as an escape.
    """
    lines = _inline_lines(document, node)
    if node.style in _BLOCK:
        lines = _block_lines(document, node)
    return _align(node.text, lines)


Lines = list[tuple[int, str]]
"""The lines of a scalar without what YAML ignores, with their offsets."""


def _inline_lines(document: Document, node: Node) -> Lines:
    """Return the lines of a plain or quoted scalar, without their folding."""
    start, end = content_start(document.text, node), node.end
    if node.style is not None:
        start, end = start + 1, end - 1
    lines: Lines = []
    for match in re.finditer(r"[^\n]*(?:\n|$)", document.text[start:end]):
        line = match[0].rstrip("\r\n")
        place = start + match.start()
        if lines:
            indent = len(line) - len(line.lstrip(" \t"))
            line, place = line[indent:], place + indent
        if match.end() < end - start:
            line = line.rstrip(" \t")
        lines.append((place, line))
        if match.end() == end - start:
            break
    return lines


def _block_lines(document: Document, node: Node) -> Lines:
    """Return the lines of a block scalar, without its indentation."""
    text = document.text
    begin = text.find("\n", node.start) + 1
    found = re.findall(r"[^\n]*\n|[^\n]+", text[begin : node.end])
    first_inner = _first_with_content(node.text.split("\n"))
    first_outer = _first_with_content(found)
    indent = indent_of(first_outer) - indent_of(first_inner)
    lines: Lines = []
    for line in found:
        bare = line.rstrip("\r\n")
        cut = min(indent, indent_of(bare))
        lines.append((begin + cut, bare[cut:]))
        begin += len(line)
    return lines


def _first_with_content(lines: Iterable[str]) -> str:
    """Return the first line that is not blank; an empty one if all are."""
    return next((line for line in lines if line.strip()), "")


def _align(value: str, lines: Lines) -> Places | None:
    """Return the offsets of a string's characters in lines that may be folded."""
    places: Places = []
    written = list(_characters(lines))
    at = 0
    for char in value:
        while at < len(written) and written[at][1] == "\n" and char not in " \n":
            # a line end that folding drops
            at += 1
        if at == len(written):
            return None
        place, other = written[at]
        if other != char and not (other == "\n" and char == " "):
            return None
        places.append(place)
        at += 1
    end = places[-1] + 1 if places else lines[0][0]
    return [*places, end]


def _characters(lines: Lines) -> Iterator[tuple[int, str]]:
    """Yield each character of lines with its place, the line ends included."""
    for place, line in lines:
        for index, char in enumerate(line):
            yield place + index, char
        yield place + len(line), "\n"
