"""Inline configs of a Compose file, `configs.NAME.content`.

Compose replaces variables in them, as everywhere: `$NAME` and `${NAME}`
are its own, and `$$` is a `$` for the server (compose-spec,
12-interpolation.md).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.paths import Path
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.document import Document, ParseError
from stackcfg.yamltext.edits import Edit, resolve_edits

_SECTION: Final = "configs"
_KEY: Final = "content"

_SERVERS_OWN: Final = lazy_pattern(r"(?<!\$)(?:\$\$)*\$\{env\.")
_NAME: Final = r"(?:\{[^}\n]*\}?|[A-Za-z_]\w*)?"
_WRITTEN: Final = lazy_pattern(r"\$\$?" + _NAME)
_READ: Final = lazy_pattern(r"\$" + _NAME)


class ComposeContent(NamedTuple):
    """A text as the server gets it, but for the variables of Compose.

    `doubled` are the offsets of the `$` that are written as `$$`,
    `unclear` the variables that are in the text both with `$` and with
    `$$`.
    """

    text: str
    doubled: tuple[int, ...]
    parameters: frozenset[str]
    unclear: frozenset[str]
    escapes: str | None = "$"

    def held_offset(self, offset: int) -> int:
        """Return the offset with every `$$` counted."""
        return offset + bisect_left(self.doubled, offset)

    def held_edits(self, edits: Sequence[Edit]) -> list[Edit]:
        """Return the edits with `$` doubled, but for the variables of Compose."""
        found: list[Edit] = []
        for edit in resolve_edits(self.text, edits):
            start, end = self.held_offset(edit.start), self.held_offset(edit.end)
            new = _READ.sub(self._write, edit.text)
            found.append(Edit(start, end, (new,)))
        return found

    def _write(self, match: re.Match[str]) -> str:
        written = match[0]
        if written in self.unclear:
            offset = self.held_offset(self.text.index(written))
            message = f"'{written}' is written with '$' and with '$$'"
            raise ParseError(message, offset, "write one of the two in another way")
        if written in self.parameters:
            return written
        return f"${written}"


def read(content: str, path: Path, document: Document) -> ComposeContent | None:
    """Return the content of an inline config of a Compose file."""
    if len(path) != 3 or path[0] != _SECTION or path[2] != _KEY:
        return None
    if document.root.get("kind") is not None:
        return None
    own = _SERVERS_OWN.search(content)
    if own is not None:
        message = "Compose refuses '${env.': a variable of the server has '$$' here"
        raise ParseError(message, own.end() - len("${env."), "write '$${env.…}'")
    return _decode(content)


def _decode(content: str) -> ComposeContent:
    parts: list[str] = []
    doubled: list[int] = []
    servers: set[str] = set()
    own: set[str] = set()
    length = last = 0
    for match in _WRITTEN.finditer(content):
        before, variable = content[last : match.start()], match[0]
        length += len(before)
        if variable.startswith("$$"):
            doubled.append(length)
            variable = variable[1:]
            servers.add(variable)
        elif variable != "$":
            own.add(variable)
        parts += (before, variable)
        length += len(variable)
        last = match.end()
    text = "".join((*parts, content[last:]))
    return ComposeContent(
        text, tuple(doubled), frozenset(own), frozenset(own & servers)
    )
