"""Scalars of a template: structure is read from a masked text, values
are those of the text itself.
"""

from __future__ import annotations

from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.document import Node, Scalar, content_start, walk_nodes
from stackcfg.yamltext.lines import indent_of
from stackcfg.yamltext.scalars import STR

_FIRST_CONTENT = lazy_pattern(r"(?m)^( *)[^\s]")
_WRITTEN_INDENT = lazy_pattern(r"\bn?indent\s+(\d{1,3})\b")
_FIRST_MASK = "\ue000"
_MASKED = lazy_pattern(r"([\ue000-\uf8ff])\1*")


def restore_templates(
    node: Node,
    text: str,
    masked: str,
) -> None:
    """Give scalars with masked template expressions their own text back."""
    for _, value in walk_nodes(node):
        for each in (value, *(key for key, _ in value.entries)):
            if isinstance(each, Scalar):
                _restore_scalar(each, text, masked)


def _restore_scalar(
    scalar: Scalar,
    text: str,
    masked: str,
) -> None:
    """Put back what was masked in a scalar."""
    if scalar.style in ("|", ">"):
        _restore_block(scalar, text, masked)
        return
    if max(scalar.text, default="") < _FIRST_MASK:
        return
    if scalar.style is None:
        scalar.text = text[content_start(text, scalar) : scalar.end]
        scalar.tag = STR
        return
    for match in _MASKED.finditer(masked, *scalar.span):
        original = text[match.start() : match.end()]
        scalar.text = scalar.text.replace(match.group(), original, 1)


def _restore_block(
    scalar: Scalar,
    text: str,
    masked: str,
) -> None:
    """Give a block scalar its own text back, lines of the template included."""
    body = text.find("\n", scalar.start, scalar.end) + 1
    first = _FIRST_CONTENT.search(masked, body, scalar.end)
    inner = _FIRST_CONTENT.search(scalar.text)
    if not body or first is None or inner is None:
        return
    indent = len(first[1]) - len(inner[1])
    scalar.end = _end_of_block(
        scalar.end,
        indent,
        text,
        masked,
    )
    if text[body : scalar.end] == masked[body : scalar.end]:
        return
    lines: list[str] = []
    for line in text[body : scalar.end].split("\n"):
        lines.append(line.removesuffix("\r")[min(indent, indent_of(line)) :])
    kept = scalar.text[len(scalar.text.rstrip("\n")) :]
    scalar.text = "\n".join(lines).rstrip("\n") + kept


def _end_of_block(
    end: int,
    indent: int,
    text: str,
    masked: str,
) -> int:
    """Return the end of a block scalar with the lines that a template adds."""
    begin = text.find("\n", end) + 1
    while begin:
        after = text.find("\n", begin) + 1
        line = text[begin : after or len(text)]
        if masked[begin : after or len(text)].strip():
            break
        if line.strip() and _is_in_block(line, indent):
            end = begin + len(line.rstrip())
        begin = after
    return end


def _is_in_block(line: str, indent: int) -> bool:
    """Return whether a line belongs to a block of an indentation."""
    if indent_of(line) >= indent:
        return True
    written = _WRITTEN_INDENT.search(line)
    return written is not None and int(written[1]) >= indent
