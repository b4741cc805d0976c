"""Writes new YAML text: small trees of fields, in the style of their place."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from yaml.emitter import Emitter

from stackcfg.light_typing import Any, NamedTuple
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.document import SCALAR, Document, Node, content_start, value_of
from stackcfg.yamltext.edits import Copy, Piece
from stackcfg.yamltext.scalars import STR, resolve_tag

# `analyze_scalar` uses nothing of an emitter but `allow_unicode`, so that one
# serves for all
_ANALYZER = Emitter(io.StringIO(), allow_unicode=True)

_SIGNS = r"A-Za-z0-9_~./$*+"
_USUAL = lazy_pattern(rf"[{_SIGNS}][{_SIGNS}:{{}}=@%|-]*(?: [{_SIGNS}{{}}=@%|-]+)*")
"""Names, paths and placeholders: anything else is quoted, at least for the eye."""

_YAML_1_2_NUMBER = lazy_pattern(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+"
)
"""Numbers of YAML 1.2; in 1.1 some are strings, as `1e3` and `0o17`."""

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\0": "\\0"}


class Field(NamedTuple):
    """A key with its value: plain data, a node to copy, or inner fields.

    `before` are comments for lines of their own above the key, `after`
    a comment with its gap for the end of the key's line, `tail` one for
    the end of a copied block.
    """

    key: str
    value: Any
    before: tuple[str, ...] = ()
    after: str = ""
    tail: str = ""


def emit_scalar(value: Any, flow: bool = False) -> str:
    """Return plain data, or the `str` of it, as YAML that all read alike."""
    if value is None:
        return "null"
    if isinstance(value, list | dict | set):
        return _emit_collection(value)
    if isinstance(value, int | float | date | bytes):
        return _emit_typed(value)
    text = str(value)
    if "{{" in text:
        return _emit_template(text, flow)
    if _may_be_plain(text, flow):
        return text
    return emit_quoted(text)


def _emit_template(text: str, flow: bool) -> str:
    """Return a string that a template engine fills in."""
    # imported only here: few configs are templates
    from stackcfg.yamltext.template_quotes import write_in_quotes, writes_quotes

    text = write_in_quotes(text)
    if writes_quotes(text) or _may_be_plain(text, flow):
        return text
    # a template engine has to find its own double quotes unescaped
    if '"' in text and "'" not in text:
        return f"'{text}'"
    return emit_quoted(text)


def _emit_typed(value: int | float | date | bytes) -> str:
    """Return a scalar that is no string."""
    if isinstance(value, date):
        # a time is one, too
        return value.isoformat()
    if isinstance(value, bytes):
        return f'!!binary "{b64encode(value).decode()}"'
    if isinstance(value, float):
        return _emit_float(value)
    # a boolean is an integer, too
    return str(value).lower()


def _emit_collection(value: list[Any] | dict[Any, Any] | set[Any]) -> str:
    """Return a list, mapping or set as plain data on one line."""
    if isinstance(value, set):
        return f"!!set {_emit_collection(dict.fromkeys(value))}"
    if isinstance(value, list):
        return f"[{', '.join(emit_scalar(each, flow=True) for each in value)}]"
    pairs = [
        f"{emit_scalar(key, flow=True)}: {emit_scalar(each, flow=True)}"
        for key, each in value.items()
    ]
    return "{" + ", ".join(pairs) + "}"


def emit_quoted(text: str) -> str:
    """Return a string as a double-quoted YAML scalar."""
    return '"' + "".join(map(_escape, text)) + '"'


def emit_block(
    document: Document, fields: Sequence[Field], column: int, step: int
) -> list[Piece]:
    """Return fields as lines of a block mapping whose keys are in `column`.

    The place has the first indentation and the last line end.
    """
    pieces: list[Piece] = []
    newline = document.newline + " " * column
    for index, field in enumerate(fields):
        if index:
            pieces.append(newline)
        for comment in field.before:
            pieces += [comment, newline]
        pieces += _emit_entry(document, field, column, step)
    return pieces


def emit_flow(
    document: Document,
    fields: Sequence[Field],
    json: bool,
    gap: str = " ",
    step: int = 0,
) -> list[Piece]:
    """Return fields as the inside of a flow mapping.

    `json` quotes keys and strings. `gap` is what follows a comma: a
    space, or a line end and the indentation, to which `step` is added
    for inner mappings.
    """
    pieces: list[Piece] = []
    line_break = gap
    if gap == " ":
        line_break = document.newline + "  "
    for index, field in enumerate(fields):
        if index:
            pieces += [",", gap]
        for comment in _comments_above(field):
            pieces += [comment, line_break]
        pieces.append(_emit_in_flow(field.key, json) + ": ")
        value = field.value
        if isinstance(value, Node):
            pieces.append(_emit_node_in_flow(document, value.target))
        elif not isinstance(value, tuple):
            pieces.append(_emit_in_flow(value, json))
        elif gap == " " or not value:
            pieces += ["{", *emit_flow(document, value, json), "}"]
        else:
            inner_gap = gap + " " * step
            inner = emit_flow(document, value, json, inner_gap, step)
            pieces += ["{", inner_gap, *inner, gap, "}"]
    return pieces


# a migration writes the same names many times, in one file and in many
@lru_cache(maxsize=1024)
def _may_be_plain(text: str, flow: bool) -> bool:
    if not _USUAL.fullmatch(text):
        return False
    if not _ANALYZER.analyze_scalar(text).allow_block_plain:
        return False
    # The analysis refuses every colon in a flow collection. Only one before
    # white space or a
    # bracket ends a scalar there, for PyYAML, libyaml and ruamel.yaml alike.
    without_colons = text.replace(":", ".")
    if flow and not _ANALYZER.analyze_scalar(without_colons).allow_flow_plain:
        return False
    # only the tag is asked for: what looks like a date or a number may have no
    # value
    if resolve_tag(text, is_plain=True) != STR:
        return False
    return _YAML_1_2_NUMBER.fullmatch(text) is None


def _emit_float(value: float) -> str:
    """Return a float with a dot, as YAML 1.1 reads it."""
    text = repr(value)
    if "n" in text:
        return text.replace("inf", ".inf").replace("nan", ".nan")
    if "." not in text:
        return text.replace("e", ".0e")
    return text


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    return char.encode("unicode_escape").decode()


def _emit_entry(
    document: Document, field: Field, column: int, step: int
) -> list[Piece]:
    key, value, beside = emit_scalar(field.key), field.value, field.after
    if isinstance(value, Node):
        return _emit_node_entry(document, field, column, step)
    if value == ():
        return [f"{key}: {{}}{beside}"]
    if not isinstance(value, tuple):
        return [f"{key}: {emit_scalar(value)}{beside}"]
    column += step
    first_line = f"{key}:{beside}{document.newline}{' ' * column}"
    return [first_line, *emit_block(document, value, column, step)]


def _emit_node_entry(
    document: Document, field: Field, column: int, step: int
) -> list[Piece]:
    key, node, beside = emit_scalar(field.key) + ":", field.value.target, field.after
    if node.kind != SCALAR and not node.flow:
        line = document.lines.start_of(node.start)
        shift = column + step - (node.start - line)
        return [key, beside, document.newline, Copy(line, node.end, shift), field.tail]
    start = content_start(document.text, node)
    if _has_many_lines(document, node):
        return [f"{key} {emit_scalar(value_of(node))}{beside}"]
    if node.start == node.end:
        return [key, beside]
    indent = document.lines.indent_at(node.start)
    return [key, " ", Copy(start, node.end, column - indent), beside]


def _has_many_lines(document: Document, node: Node) -> bool:
    # the line ends of such a scalar cannot be copied to a place with another
    # indentation
    return node.kind == SCALAR and "\n" in document.text[node.start : node.end]


def _comments_above(field: Field) -> list[str]:
    """Return all comments: in a flow mapping none fits beside its key."""
    comments = list(field.before)
    if field.after:
        comments.append(field.after.strip())
    return comments


def _emit_in_flow(value: Any, json: bool) -> str:
    if json and isinstance(value, str):
        return emit_quoted(value)
    return emit_scalar(value, flow=True)


def _emit_node_in_flow(document: Document, node: Node) -> Piece:
    if _has_many_lines(document, node):
        return emit_quoted(str(value_of(node)))
    return Copy(content_start(document.text, node), node.end)
