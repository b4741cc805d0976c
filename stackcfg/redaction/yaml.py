"""Masks the secrets of YAML texts: values of secret keys, passwords, comments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from stackcfg.redaction.secrets import MASK, is_secret_key, mask_secrets, may_need_mask
from stackcfg.runconfig.placeholders import PLACEHOLDER_START
from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.document import (
    SCALAR,
    Document,
    ParseError,
    content_start,
    walk_nodes,
)
from stackcfg.yamltext.edits import Edit, apply_edits
from stackcfg.yamltext.embedded import Embedded, embedded_texts
from stackcfg.yamltext.parser import parse_yaml

_BARE_VARIABLE = re.compile(rf"""["']?{PLACEHOLDER_START}(?::[=+])?\}}["']?""")
_WITH_DEFAULT = re.compile(rf"""["']?({PLACEHOLDER_START}:[=+]?)[^}}]+\}}["']?""")


def mask_yaml(text: str) -> str:
    """Return a YAML text with its secrets masked; variables are shown.

    A text that cannot be parsed is masked like a message.
    """
    try:
        documents = parse_yaml(text)
    except ParseError:
        return mask_secrets(text)
    return apply_edits(text, _mask_documents(documents))


def mask_in_place(text: str, documents: Iterable[Document] = ()) -> str:
    """Return a YAML text with stars for secrets, so that columns stay.

    `documents` are those of the text, if it was parsed already.
    """
    try:
        documents = tuple(documents) or tuple(parse_yaml(text, lenient=True))
    except ParseError:
        return _mask_lines(text)
    starred: list[Edit] = []
    for edit in _mask_documents(documents):
        shown = _star_difference(text[edit.start : edit.end], edit.text)
        starred.append(edit._replace(pieces=(shown,)))
    masked = apply_edits(text, starred)
    if any(document.duplicates for document in documents):
        # the lost value of a duplicate key is in no document
        return _mask_lines(masked)
    return masked


def _mask_lines(text: str) -> str:
    lines = [_star_difference(line, mask_secrets(line)) for line in text.split("\n")]
    return "\n".join(lines)


def _star_difference(written: str, shown: str) -> str:
    """Return the written text with stars for what the shown one lacks."""
    start = _common_length(written, shown)
    rest = written[start:]
    end = len(rest) - _common_length(rest[::-1], shown[start:][::-1])
    return written[:start] + re.sub(r"[^\r\n]", "*", rest[:end]) + rest[end:]


def _common_length(one: str, other: str) -> int:
    """Return the length of the common beginning of two strings."""
    for index, (mine, its) in enumerate(zip(one, other, strict=False)):
        if mine != its:
            return index
    return min(len(one), len(other))


def _mask_documents(documents: Iterable[Document]) -> Iterator[Edit]:
    for document in documents:
        held = list(embedded_texts(document))
        spans = {each.node.span for each in held}
        for edit in _mask_document(document):
            if (edit.start, edit.end) not in spans:
                yield edit
        for embedded in held:
            yield from _mask_embedded(embedded)


def _mask_embedded(embedded: Embedded) -> Iterator[Edit]:
    try:
        documents = parse_yaml(embedded.text)
    except ParseError:
        return
    for document in documents:
        for edit in _mask_document(document):
            for start, end in _line_spans(embedded.text, edit):
                last = embedded.outer(end - 1)
                yield Edit(embedded.outer(start), last + 1, edit.pieces)


def _line_spans(text: str, edit: Edit) -> Iterator[tuple[int, int]]:
    """Yield the span of each line of an edit, without the indentation."""
    position = edit.start
    for line in text[edit.start : edit.end].split("\n"):
        end = position + len(line)
        if line.strip():
            yield end - len(line.lstrip()), end
        position = end + 1


def _mask_document(document: Document) -> Iterator[Edit]:
    yield from _mask_scalars(document)
    # what was commented out is as secret as before
    for comment in Comments(document).all:
        shown = mask_secrets(comment.text)
        if shown != comment.text:
            yield Edit(comment.start, comment.start + len(comment.text), (shown,))


def _mask_scalars(document: Document) -> Iterator[Edit]:
    for path, node in walk_nodes(document.root):
        if node.kind != SCALAR or node.start == node.end or node.is_null:
            continue
        mask = mask_secrets
        if any(map(is_secret_key, map(str, path))):
            mask = _mask_secret
        elif not may_need_mask(node.text):
            continue
        start = content_start(document.text, node)
        written = document.text[start : node.end]
        shown = mask(written)
        if shown != written:
            yield Edit(start, node.end, (shown,))


def _mask_secret(text: str) -> str:
    """Return a secret value as it is shown: of a variable, no default."""
    if _BARE_VARIABLE.fullmatch(text):
        return text
    variable = _WITH_DEFAULT.fullmatch(text)
    if variable is None:
        return MASK
    return f"{variable[1]}{MASK}}}"
