"""New YAML text: small trees of fields, written in the style of the place where they go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from stackcfg.yamltext.document import (
    MAPPING,
    SCALAR,
    SEQUENCE,
    Document,
    Node,
    content_start,
    value_of,
)
from stackcfg.yamltext.edits import Copy, Piece
from stackcfg.yamltext.entries import column_of
from stackcfg.yamltext.scalars import scalar_value

_SAFE: Final = re.compile(
    r"[A-Za-z0-9_~./$*+][A-Za-z0-9_~./$*+:{}=@%|-]*(?: [A-Za-z0-9_~./$*+{}=@%|-]+)*"
)


class Field(NamedTuple):
    """A key with its value: plain data, a node whose text is copied, or fields of a nested mapping.

    `before` holds comments for lines of their own over the key, `after` one for the end of its line with its gap,
    `tail` one for the end of the last line of a copied block.
    """

    key: str
    value: Any
    before: tuple[str, ...] = ()
    after: str = ""
    tail: str = ""


def emit_scalar(value: Any, flow: bool = False) -> str:
    """A plain value as YAML 1.1 text that reads back as the same value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    plain = (
        _SAFE.fullmatch(text)
        and not text.endswith(":")
        and ": " not in text
        and text[0] != "*"
        and text[0] != "%"
    )
    if (
        plain
        and not (flow and any(char in text for char in "{}[],"))
        and scalar_value(text, plain=True) == text
    ):
        return text
    if (
        "{{" in text and '"' in text and "'" not in text
    ):  # a template engine must find its own quotes
        return f"'{text}'"
    return emit_quoted(text)


def emit_quoted(text: str) -> str:
    """A text as a double-quoted YAML scalar."""
    return '"' + "".join(_escape(char) for char in text) + '"'


_ESCAPES: Final = {
    '"': '\\"',
    "\\": "\\\\",
    "\n": "\\n",
    "\t": "\\t",
    "\r": "\\r",
    "\0": "\\0",
}


def _escape(char: str) -> str:
    known = _ESCAPES.get(char)
    if known:
        return known
    if char.isprintable():
        return char
    code = ord(char)
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}"
        if code < 0x10000
        else f"\\U{code:08x}"
    )


def emit_block(
    document: Document, fields: Sequence[Field], column: int, step: int
) -> list[Piece]:
    """Fields as lines of a block mapping whose keys stand in `column`.

    The first line carries no indentation and the last no line end: the caller's place supplies both.
    """
    pieces: list[Piece] = []
    newline = document.newline + " " * column
    for index, field in enumerate(fields):
        if index:
            pieces.append(newline)
        for comment in field.before:
            pieces += [comment, newline]
        pieces += _entry(document, field, column, step)
    return pieces


def _entry(document: Document, field: Field, column: int, step: int) -> list[Piece]:
    beside = field.after
    value = field.value
    if isinstance(value, tuple) and not value:
        return [f"{emit_scalar(field.key)}: {{}}{beside}"]
    if isinstance(value, tuple):
        inner = document.newline + " " * (column + step)
        return [
            f"{emit_scalar(field.key)}:{beside}{inner}",
            *emit_block(document, value, column + step, step),
        ]
    if not isinstance(value, Node):
        return [f"{emit_scalar(field.key)}: {emit_scalar(value)}{beside}"]
    node = value.target
    if node.kind in (MAPPING, SEQUENCE) and not node.flow:
        line = document.lines.start_of(node.start)
        shift = column + step - column_of(document, node.start)
        return [
            f"{emit_scalar(field.key)}:{beside}{document.newline}",
            Copy(line, node.end, shift),
            field.tail,
        ]
    shift = column - column_of(
        document, document.lines.start_of(node.start) + _indent(document, node)
    )
    copied = Copy(content_start(document.text, node), node.end, shift)
    many_lines = node.kind == SCALAR and "\n" in document.text[node.start : node.end]
    if many_lines:  # its line ends would meet those of the new place
        return [f"{emit_scalar(field.key)}: {emit_scalar(value_of(node))}{beside}"]
    return (
        [f"{emit_scalar(field.key)}: ", copied, beside]
        if node.start < node.end
        else [f"{emit_scalar(field.key)}:{beside}"]
    )


def _indent(document: Document, node: Node) -> int:
    line = document.lines.start_of(node.start)
    text = document.text[line : node.start]
    return len(text) - len(text.lstrip(" "))


def emit_flow(document: Document, fields: Sequence[Field], json: bool) -> list[Piece]:
    """Fields as the inside of a flow mapping, on one line but for comments; `json` quotes every key and text."""
    pieces: list[Piece] = []
    for index, field in enumerate(fields):
        if index:
            pieces.append(", ")
        for comment in (
            *field.before,
            *((field.after.strip(),) if field.after else ()),
        ):
            pieces += [comment, document.newline + "  "]
        pieces.append(
            f"{emit_quoted(field.key) if json else emit_scalar(field.key, flow=True)}: "
        )
        value = field.value
        if isinstance(value, tuple):
            pieces += ["{", *emit_flow(document, value, json), "}"]
        elif isinstance(value, Node):
            node = value.target
            many_lines = (
                node.kind == SCALAR and "\n" in document.text[node.start : node.end]
            )
            written = (
                emit_quoted(str(value_of(node)))
                if many_lines
                else Copy(content_start(document.text, node), node.end)
            )
            pieces.append(written)
        else:
            pieces.append(
                emit_quoted(value)
                if json and isinstance(value, str)
                else emit_scalar(value, flow=True)
            )
    return pieces


def emit_spread_flow(
    document: Document, fields: Sequence[Field], column: int, step: int, json: bool
) -> list[Piece]:
    """Fields as the inside of a flow mapping written over many lines, keys in `column`; the first line unindented."""
    pieces: list[Piece] = []
    for index, field in enumerate(fields):
        newline = document.newline + " " * column
        if index:
            pieces += [",", newline]
        for comment in (
            *field.before,
            *((field.after.strip(),) if field.after else ()),
        ):
            pieces += [comment, newline]
        value = field.value
        if isinstance(value, tuple) and value:
            name = emit_quoted(field.key) if json else emit_scalar(field.key, flow=True)
            inner = emit_spread_flow(document, value, column + step, step, json)
            pieces += [f"{name}: {{", newline + " " * step, *inner, newline, "}"]
        else:
            pieces += emit_flow(document, [Field(field.key, value)], json)
    return pieces
