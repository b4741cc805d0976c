"""Keeps passwords out of what people and logs see. The migrated YAML itself carries them as they were."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from stackcfg.redaction.secrets import MASK, is_secret_key, mask_secrets, may_tell
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
from stackcfg.yamltext.embedded import embedded_texts
from stackcfg.yamltext.parser import parse_yaml

_WITH_DEFAULT: Final = re.compile(f"({PLACEHOLDER_START}" + r":[=+]?)([^}]+)(\})")


def mask_yaml(text: str) -> str:
    """A YAML text with the values of telling keys and passwords in URLs replaced, wherever they stand and however.

    The variable of a placeholder is shown, its default is not. A text that cannot be parsed is masked by its words.
    """
    try:
        documents = parse_yaml(text)
    except ParseError:
        return mask_secrets(text)
    return mask_documents(text, documents)


def mask_documents(text: str, documents: Iterable[Document]) -> str:
    """The same for a text that was read already; a BOM before it is left out."""
    return apply_edits(
        text, [edit for document in documents for edit in _edits(document)]
    )


def mask_in_place(text: str, documents: Iterable[Document] = ()) -> str:
    """The same with a star for each character, so that all else keeps its line and column.

    Without documents the text is parsed, or masked by its words where it cannot be.
    """
    try:
        documents = tuple(documents) or tuple(parse_yaml(text, lenient=True))
    except ParseError:
        return _by_words(text)
    edits = [edit for document in documents for edit in _edits(document)]
    shown = apply_edits(text, [_starred_edit(text, edit) for edit in edits])
    # what a duplicate key loses is in no document
    return (
        _by_words(shown)
        if any(document.duplicates for document in documents)
        else shown
    )


def _starred_edit(text: str, edit: Edit) -> Edit:
    return Edit(
        edit.start,
        edit.end,
        (_starred(text[edit.start : edit.end], str(edit.pieces[0])),),
    )


def _by_words(text: str) -> str:
    return "\n".join(_starred(line, mask_secrets(line)) for line in text.split("\n"))


def _starred(written: str, shown: str) -> str:
    """The written text with stars for all that the shown one does not have."""
    start = _alike(written, shown)
    rest = written[start:]
    end = len(rest) - _alike(rest[::-1], shown[start:][::-1])
    return written[:start] + re.sub(r"[^\r\n]", "*", rest[:end]) + rest[end:]


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = zip(one, other, strict=False)
    return next(
        (place for place, (mine, its) in enumerate(pairs) if mine != its),
        min(len(one), len(other)),
    )


def _edits(document: Document) -> Iterator[Edit]:
    held = {
        (embedded.node.start, embedded.node.end): embedded
        for embedded in embedded_texts(document)
    }
    yield from (
        edit for edit in _of_document(document) if (edit.start, edit.end) not in held
    )
    for embedded in held.values():
        try:
            inner = [
                edit
                for part in parse_yaml(embedded.text)
                for edit in _of_document(part)
            ]
        except ParseError:
            continue
        for edit in inner:
            for start, end in _runs(embedded.text, edit):
                yield Edit(
                    embedded.outer(start), embedded.outer(end - 1) + 1, edit.pieces
                )


def _runs(text: str, edit: Edit) -> Iterator[tuple[int, int]]:
    """The parts of a span, line by line: the lines of an embedded text are indented in the outer one."""
    position = edit.start
    for line in text[edit.start : edit.end].split("\n"):
        content = len(line) - len(line.lstrip())
        if line.strip():
            yield position + content, position + len(line)
        position += len(line) + 1


def _of_document(document: Document) -> Iterator[Edit]:
    yield from _of_scalars(document)
    for comment in Comments(
        document
    ).all:  # what was commented out is as secret as before
        shown = mask_secrets(comment.text) if may_tell(comment.text) else comment.text
        if shown != comment.text:
            yield Edit(comment.start, comment.start + len(comment.text), (shown,))


def _of_scalars(document: Document) -> Iterator[Edit]:
    for path, node in walk_nodes(document.root):
        if node.kind != SCALAR or node.start == node.end or node.is_null:
            continue
        secret = any(isinstance(part, str) and is_secret_key(part) for part in path)
        if not secret and not may_tell(node.text):
            continue
        start = content_start(document.text, node)
        written = document.text[start : node.end]
        shown = _shown(written) if secret else mask_secrets(written)
        if shown != written:
            yield Edit(start, node.end, (shown,))


def _shown(written: str) -> str:
    """A secret value as it may be seen."""
    if re.fullmatch(
        rf"""["']?{PLACEHOLDER_START}""" + r"""(?::[=+])?\}["']?""", written
    ):
        return written
    with_default = re.fullmatch(rf"""["']?{_WITH_DEFAULT.pattern}["']?""", written)
    return f"{with_default[1]}{MASK}{with_default[3]}" if with_default else MASK
