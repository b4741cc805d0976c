"""Keeps passwords out of what people and logs see. The migrated YAML itself carries them as they were."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from stackcfg.composer import parse
from stackcfg.document import SCALAR, Document, ParseError, Path, content_start, walk
from stackcfg.edits import Edit, apply
from stackcfg.embedded import embedded_texts

MASK: Final = "********"

_SECRET_KEY: Final = re.compile(
    r"passw(?:or)?d|passphrase|secret|token$|api[-_]?key|access[-_]?key|private[-_]?key|credential|authorization|bearer",
    re.IGNORECASE,
)
_SECRET_WORDS: Final = re.compile(
    rf"""(?ix) ( [\w-]* (?:{_SECRET_KEY.pattern.replace("$", "")}) [\w-]* ["'\\]* \s* [:=] \s* ) (?! \$\{{env ) (\S+)"""
)
_URL_PASSWORD: Final = re.compile(r"(?<=://)([^\s:/@]*):([^\s\"']+)@")
_PLACEHOLDER: Final = re.compile(r"(\$\{env\.[A-Z0-9_]+:[=+]?)([^}]+)(\})")


def masked(text: str) -> str:
    """A message with passwords in URLs and behind telling words replaced."""
    return _URL_PASSWORD.sub(rf"\1:{MASK}@", _SECRET_WORDS.sub(rf"\1{MASK}", text))


def masked_yaml(text: str) -> str:
    """A YAML text with the values of telling keys and passwords in URLs replaced, wherever they stand and however.

    The variable of a placeholder is shown, its default is not. A text that cannot be parsed is masked by its words.
    """
    try:
        documents = parse(text)
    except ParseError:
        return masked(text)
    return apply(text, [edit for document in documents for edit in _edits(document)])


def _edits(document: Document) -> Iterator[Edit]:
    held = {(embedded.node.start, embedded.node.end): embedded for embedded in embedded_texts(document)}
    yield from (edit for edit in _of_scalars(document) if (edit.start, edit.end) not in held)
    for embedded in held.values():
        try:
            inner = [edit for part in parse(embedded.text) for edit in _of_scalars(part)]
        except ParseError:
            continue
        for edit in inner:
            for start, end in _runs(embedded.text, edit):
                yield Edit(embedded.outer(start), embedded.outer(end - 1) + 1, edit.pieces)


def _runs(text: str, edit: Edit) -> Iterator[tuple[int, int]]:
    """The parts of a span, line by line: the lines of an embedded text are indented in the outer one."""
    position = edit.start
    for line in text[edit.start : edit.end].split("\n"):
        content = len(line) - len(line.lstrip())
        if line.strip():
            yield position + content, position + len(line)
        position += len(line) + 1


def _of_scalars(document: Document) -> Iterator[Edit]:
    for path, node in walk(document.root):
        if node.kind != SCALAR or node.start == node.end or node.is_null:
            continue
        start = content_start(document.text, node)
        written = document.text[start : node.end]
        shown = _shown(written) if _SECRET_KEY.search(_key(path)) else _URL_PASSWORD.sub(rf"\1:{MASK}@", written)
        if shown != written:
            yield Edit(start, node.end, (shown,))


def _key(path: Path) -> str:
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def _shown(written: str) -> str:
    """A secret value as it may be seen."""
    if re.fullmatch(r"""["']?\$\{env\.[A-Z0-9_]+(?::[=+])?\}["']?""", written):
        return written
    with_default = re.fullmatch(rf"""["']?{_PLACEHOLDER.pattern}["']?""", written)
    return f"{with_default[1]}{MASK}{with_default[3]}" if with_default else MASK
