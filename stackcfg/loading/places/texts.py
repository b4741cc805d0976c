"""The texts that scalars hold, and the kinds of them."""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.loading.places import (
    base64_texts,
    compose_contents,
    here_documents,
    named_literals,
    plain_texts,
)
from stackcfg.loading.places.coding import Coding, Read
from stackcfg.paths import Path
from stackcfg.yamltext.document import (
    Document,
    Node,
    ParseError,
    Span,
    is_here_document,
)
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.embedded import Embedded, embed_scalar
from stackcfg.yamltext.embedded_edits import edits_in_outer

KINDS: Final[tuple[Read, ...]] = (
    here_documents.read,
    compose_contents.read,
    base64_texts.read,
    named_literals.read,
    plain_texts.read,
)
"""The kinds of texts; a scalar is of the first that reads it."""

_QUOTED: Final = "\"'\\\n"
"""What can have another form inside of quotes."""


class Holding(NamedTuple):
    """A part of a document that holds a text, and how it is written there."""

    document: Document
    embedded: Embedded
    coding: Coding

    @property
    def text(self) -> str:
        """The text that is held."""
        return self.coding.text

    @property
    def path(self) -> Path:
        """Where it is in the document."""
        return self.embedded.path

    @property
    def span(self) -> Span:
        """The offsets in the document's text between which it is."""
        return self.embedded.span

    @property
    def escapes(self) -> str | None:
        """The characters that are not written as they are; None: all."""
        if self.coding.escapes is None:
            return None
        node = self.embedded.node
        if node.style == "|" or node.entries or is_here_document(node):
            return self.coding.escapes
        return _QUOTED + self.coding.escapes

    def outer(self, offset: int) -> int:
        """Return the offset in the document's text of an offset in the text."""
        return self.embedded.outer(self.coding.held_offset(offset))

    def outer_edits(self, edits: Sequence[Edit]) -> list[Edit]:
        """Return edits of the text as edits of the document's text.

        Raises `ParseError`, with a place in that, where there is no
        such edit.
        """
        try:
            held = self.coding.held_edits(edits)
        except ParseError as error:
            raise error.at(self.embedded.outer(error.offset)) from None
        return edits_in_outer(self.document, self.embedded, held)


def hold_text(document: Document, path: Path, node: Node) -> Holding | None:
    """Return the text that a scalar holds; None if it holds none.

    Raises `ParseError` for a text that its reader refuses.
    """
    try:
        coding = _read_first(node.text, path, document)
    except ParseError as error:
        embedded = embed_scalar(document.text, node, path)
        raise error.at(embedded.outer(error.offset)) from None
    if coding is None:
        return None
    return Holding(document, embed_scalar(document.text, node, path), coding)


def _read_first(content: str, path: Path, document: Document) -> Coding | None:
    for read in KINDS:
        coding = read(content, path, document)
        if coding is not None:
            return coding
    return None
