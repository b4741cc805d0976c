"""Texts in base64: `data` of a Secret, `binaryData` of a ConfigMap."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.paths import Path
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.document import Document
from stackcfg.yamltext.edits import Edit, apply_edits

_BASE64: Final = lazy_pattern(r"[A-Za-z0-9+/]{40,}={0,2}")


class Base64Text(NamedTuple):
    """A decoded text; every place in it is the place of the whole value."""

    text: str
    content: str
    escapes: str | None = None
    parameters: frozenset[str] = frozenset()

    def held_offset(self, _offset: int) -> int:
        """Return the start of the value."""
        return 0

    def held_edits(self, edits: Sequence[Edit]) -> list[Edit]:
        """Return the edit that replaces the whole value."""
        new = apply_edits(self.text, edits).encode("utf-8")
        encoded = base64.b64encode(new).decode("ascii")
        lines = self.content.split("\n")
        if len(lines) > 1:
            encoded = "\n".join(_wrap(encoded, len(lines[0])))
        if self.content.endswith("\n"):
            encoded += "\n"
        return [Edit(0, len(self.content), (encoded,))]


def _wrap(encoded: str, width: int) -> Iterator[str]:
    for start in range(0, len(encoded), width):
        yield encoded[start : start + width]


def read(content: str, _path: Path, _document: Document) -> Base64Text | None:
    """Return the text that is in base64."""
    letters = "".join(content.split())
    if not _BASE64.fullmatch(letters):
        return None
    try:
        return Base64Text(base64.b64decode(letters).decode("utf-8"), content)
    except (binascii.Error, ValueError):
        return None
