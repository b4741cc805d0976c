"""Files that a template engine fills in before they are YAML."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence

from stackcfg.light_typing import Final
from stackcfg.loading.configs import input_error, looks_like_run_config
from stackcfg.loading.errors import InputError, StructureError
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.document import (
    SCALAR,
    Document,
    DuplicateKeyError,
    ParseError,
    walk_nodes,
)
from stackcfg.yamltext.lines import Position, content_position
from stackcfg.yamltext.parser import parse_yaml
from stackcfg.yamltext.templates import (
    StructuralExpression,
    find_emitted_lines,
    find_structural,
    mask_expressions,
    mask_structure,
    shorten_expression,
)
from stackcfg.yamltext.values import is_merge

RENDER: Final = "render it first ('helm template CHART | stackcfg validate -')"
_RENDER_OTHER: Final = "render the template first, and name what it writes"
_JINJA: Final = "{%"
"""What statements of Jinja begin with; Helm does not render them."""

_SEPARATOR: Final = lazy_pattern(r"(?m)^---(?=\s)")
_NOT_LINE_END: Final = lazy_pattern(r"[^\n]")

_MOST_UNREADABLE: Final = 20
"""How many documents of a template are passed by, each with another look at all."""

FILE: Final = "this file"
RUN_CONFIG: Final = "the run config"

Where = Callable[[int], Position]


def read_template(
    text: str, where: Where, lenient: bool, is_file: bool
) -> list[Document]:
    """Return the documents of a template, whose expressions stand for scalars.

    Expressions may decide about the structure of a file, around the run
    configs in it. Of a text inside a file they may not. Raises
    `InputError`.
    """
    structural = find_structural(text)
    try:
        if structural is None:
            return parse_yaml(text, mask_expressions(text), lenient)
        if is_file:
            return _parse_file(text)
    except ParseError as error:
        if structural is None:
            raise input_error(error, where) from None
    assert structural is not None
    if is_file:
        raise _error(structural, where, FILE)
    raise _error(structural, where, RUN_CONFIG)


def _parse_file(text: str) -> list[Document]:
    try:
        return _parse_readable(text, mask_expressions(mask_structure(text)))
    except ParseError:
        masked = mask_expressions(mask_structure(text, beside=True))
        return _parse_readable(text, masked)


def _parse_readable(text: str, masked: str) -> list[Document]:
    """Return the documents of a template; those that are no YAML before
    they are rendered are empty.

    Both branches of a condition may have the same keys. Raises
    `ParseError` if a document that cannot be read may be, or hold, a
    run config.
    """
    for _ in range(_MOST_UNREADABLE):
        try:
            return parse_yaml(text, masked, branches=True)
        except ParseError as error:
            left = _without_document(text, masked, error.offset)
            if left is None:
                raise
            masked = left
    return parse_yaml(text, masked, branches=True)


def _without_document(text: str, masked: str, offset: int) -> str | None:
    """Return a text in which the document that ends with an offset is empty.

    None if it may hold a run config, or if no other document has
    anything.
    """
    starts = [0, *(match.end() for match in _SEPARATOR.finditer(masked)), len(masked)]
    index = max(bisect_left(starts, offset), 1)
    start, end = starts[index - 1 : index + 1]
    if not masked[start:end].strip() or looks_like_run_config(text[start:end]):
        return None
    left = masked[:start] + _NOT_LINE_END.sub("\r", masked[start:end])
    left += masked[end:]
    if not _SEPARATOR.sub("", left).strip():
        return None
    return left


def refuse_structure(document: Document) -> None:
    """Raise `InputError` if a template decides about the structure of a
    run config.
    """
    start, end = document.root.span
    structural = find_structural(document.text, start, end)
    if structural is None:
        structural = find_emitted_lines(document.text, document.start, start)
    if structural is None:
        structural = find_emitted_lines(document.text, end, document.end)
    if structural is not None:
        raise _error(structural, document.position, RUN_CONFIG)
    _refuse_duplicates(document)


def _refuse_duplicates(document: Document) -> None:
    """Raise `InputError` for a key that is twice in one mapping: inside
    of a run config it is in no branch.
    """
    for _, node in walk_nodes(document.root):
        first: dict[str, int] = {}
        for key, _ in node.entries:
            if key.kind == SCALAR and not is_merge(key) and key.text in first:
                error = DuplicateKeyError(key.text, first[key.text], key.start)
                raise input_error(error, document.position)
            first[key.text] = key.start


def structure_error(document: Document) -> InputError | None:
    """Return the error for the first expression that decides about structure."""
    structural = find_structural(document.text)
    if structural is None:
        return None
    return _error(structural, document.position, FILE)


def structure_error_at(
    error: StructureError, lines: Sequence[str], number: int
) -> StructureError:
    """Return an error of a template for another line that decides about it."""
    expression = shorten_expression(lines[number])
    return error.blame(expression, content_position(lines, number))


def _error(structural: StructuralExpression, where: Where, what: str) -> StructureError:
    position = where(structural.offset)
    return decided_by(structural.expression, what, position)


def decided_by(expression: str, what: str, position: Position) -> StructureError:
    """Return the error for an expression that decides about structure:
    of `FILE` or of `RUN_CONFIG`.
    """
    hint = RENDER
    if expression.startswith(_JINJA):
        hint = _RENDER_OTHER
    return StructureError(what, expression, position, hint)
