"""The literals of a kustomization's generators: `run.yaml=TEXT`."""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.paths import Path
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.document import Document
from stackcfg.yamltext.edits import Copy, Edit, Piece

_LIST: Final = "literals"
_NAME: Final = lazy_pattern(r"[\w.-]+=")


class NamedLiteral(NamedTuple):
    """A text behind its name; `skipped` is the length of that and of the `=`."""

    text: str
    skipped: int
    escapes: str | None = ""
    parameters: frozenset[str] = frozenset()

    def held_offset(self, offset: int) -> int:
        """Return the offset behind the name."""
        return offset + self.skipped

    def held_edits(self, edits: Sequence[Edit]) -> list[Edit]:
        """Return the edits behind the name."""
        return [self._move(edit) for edit in edits]

    def _move(self, edit: Edit) -> Edit:
        pieces: list[Piece] = []
        for piece in edit.pieces:
            if isinstance(piece, Copy):
                start, end = piece.start + self.skipped, piece.end + self.skipped
                piece = piece._replace(start=start, end=end)
            pieces.append(piece)
        start, end = edit.start + self.skipped, edit.end + self.skipped
        return edit._replace(start=start, end=end, pieces=tuple(pieces))


def read(content: str, path: Path, _document: Document) -> NamedLiteral | None:
    """Return the text of a literal without its name."""
    if _LIST not in path[-2:]:
        return None
    match = _NAME.match(content)
    if match is None:
        return None
    return NamedLiteral(content[match.end() :], match.end())
