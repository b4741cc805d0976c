"""Texts that are written as they are: in a ConfigMap, a patch, the
values of a release.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.light_typing import NamedTuple
from stackcfg.paths import Path
from stackcfg.yamltext.document import Document
from stackcfg.yamltext.edits import Edit


class PlainText(NamedTuple):
    """A text that is all of its scalar."""

    text: str
    escapes: str | None = ""
    parameters: frozenset[str] = frozenset()

    def held_offset(self, offset: int) -> int:
        """Return the same offset."""
        return offset

    def held_edits(self, edits: Sequence[Edit]) -> list[Edit]:
        """Return the same edits."""
        return list(edits)


def read(content: str, _path: Path, _document: Document) -> PlainText | None:
    """Return a text of more than one line, or of JSON."""
    if "\n" in content or content.lstrip().startswith("{"):
        return PlainText(content)
    return None
