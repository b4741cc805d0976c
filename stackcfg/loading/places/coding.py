"""How a text differs from the scalar that holds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from stackcfg.light_typing import Protocol
from stackcfg.paths import Path
from stackcfg.yamltext.document import Document
from stackcfg.yamltext.edits import Edit


class Coding(Protocol):
    """A text as its reader gets it, and the way back to the scalar."""

    @property
    def text(self) -> str:
        """The text itself."""

    @property
    def escapes(self) -> str | None:
        """The characters that the scalar has in another form; None: all."""

    @property
    def parameters(self) -> frozenset[str]:
        """The parts of the text that something else replaces by values."""

    def held_offset(self, offset: int) -> int:
        """Return the offset in the scalar's own text of an offset in the text."""

    def held_edits(self, edits: Sequence[Edit]) -> list[Edit]:
        """Return edits of the text as edits of the scalar's own text.

        Raises `ParseError` where there is no such edit.
        """


Read = Callable[[str, Path, Document], Coding | None]
"""Returns the text that the content of a scalar is, at a path of a
document; None if it is of another kind. Raises `ParseError`, with an
offset in the content.
"""
