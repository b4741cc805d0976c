"""Run configs where no command looks for them: under a key of another file, in a
text in it, in base64.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from stackcfg.loading.recognition import FOUND, is_run_config
from stackcfg.paths import Path
from stackcfg.yamltext.document import MAPPING, SCALAR, Document, Node, ParseError
from stackcfg.yamltext.embedded import embed_scalar
from stackcfg.yamltext.lines import Position
from stackcfg.yamltext.parser import parse_yaml
from stackcfg.yamltext.values import data_of

_MAX_DEPTH: Final = 3
"""How many texts in texts are read: a patch of a kustomization holds a ConfigMap,
which holds a text.
"""

_MARKS: Final = ("apis", "providers", "storage", "metadata_store")
"""A run config has one of these keys."""

_FILE_NAME: Final = re.compile(r"[\w.-]+=")
"""What the literal of a kustomization begins with."""

_BASE64: Final = re.compile(r"[A-Za-z0-9+/]{40,}={0,2}")


class HiddenConfig(NamedTuple):
    """A run config in another file: where it is, and whether in base64."""

    place: str
    position: Position
    encoded: bool = False


class _Text(NamedTuple):
    """A text that is searched: its document, and where the text itself is.

    `where` turns an offset of it into a place in the file. `depth` is the number
    of texts around it.
    """

    document: Document
    where: Callable[[int], Position]
    place: str = ""
    depth: int = 0
    encoded: bool = False

    def name(self, path: Path) -> str:
        """Return the name of a path in this text."""
        return " ".join(filter(None, (self.place, ".".join(map(str, path)))))


def find_hidden_configs(document: Document) -> Iterator[HiddenConfig]:
    """Yield the run configs in a document that is none itself."""
    return _search(_Text(document, document.position))


def _search(text: _Text) -> Iterator[HiddenConfig]:
    waiting: list[tuple[Path, Node]] = [((), text.document.root)]
    while waiting:
        path, node = waiting.pop()
        if node.kind == SCALAR:
            if text.depth < _MAX_DEPTH:
                for inner in _texts_of(text, path, node):
                    yield from _search(inner)
        elif _is_config(text, path, node):
            position = text.where(node.start)
            yield HiddenConfig(text.name(path), position, text.encoded)
        else:
            children = [((*path, key.text), value) for key, value in node.entries]
            children += [
                ((*path, index), item) for index, item in enumerate(node.items)
            ]
            waiting += reversed(children)


def _is_config(text: _Text, path: Path, node: Node) -> bool:
    """Return whether a mapping in a file is a run config.

    The root of the file itself was judged before.
    """
    if node.kind != MAPPING or not (path or text.depth):
        return False
    if not any(node.entry(mark) for mark in _MARKS):
        return False
    try:
        return is_run_config(data_of(node), FOUND)
    except ParseError:
        return False


def _texts_of(text: _Text, path: Path, node: Node) -> Iterator[_Text]:
    """Yield the documents of the text that a scalar holds."""
    content, encoded = node.text, False
    if "\n" not in content:
        content, encoded = _decode(content), True
    if not any(mark in content for mark in _MARKS):
        return
    embedded = embed_scalar(text.document.text, node, path)
    skipped = 0
    match = _FILE_NAME.match(content)
    if match is not None:
        skipped = match.end()

    def where(offset: int) -> Position:
        if encoded:
            return text.where(node.start)
        return text.where(embedded.outer(skipped + offset))

    try:
        documents = parse_yaml(content[skipped:], lenient=True)
    except ParseError:
        return
    for document in documents:
        yield _Text(document, where, text.name(path), text.depth + 1, encoded)


def _decode(content: str) -> str:
    """Return the text that is in base64; empty if it is something else."""
    letters = "".join(content.split())
    if not _BASE64.fullmatch(letters):
        return ""
    try:
        return base64.b64decode(letters).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
