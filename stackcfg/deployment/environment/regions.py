"""Strings in files that are to be changed, and their edits on the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import accumulate

from stackcfg.light_typing import Final, Protocol
from stackcfg.loading.places.base64_texts import Base64Text, read
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.document import GIVEN, SCALAR, Document, Node
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.line_matching import LineMatcher
from stackcfg.yamltext.scalar_edits import edit_scalar, find_places

_TOKEN: Final = lazy_pattern(r"\w+|\s+|.", re.DOTALL)


class Region(Protocol):
    """A string in a file: `old` is what it says, `new` what it is to say."""

    old: str
    new: str

    def edits(self) -> list[Edit]:
        """Return the edits of the file that make the string new."""

    def place(self, offset: int) -> int:
        """Return where a character of the old string is in the file."""


class RawRegion:
    """A part of a text that says what is written there."""

    def __init__(
        self,
        text: str,
        start: int,
        end: int,
    ) -> None:
        self.text = text
        self.start = start
        self.old = self.new = text[start:end]

    def edits(self) -> list[Edit]:
        """Return the edits of the file that make the string new."""
        return [
            each._replace(start=each.start + self.start, end=each.end + self.start)
            for each in find_edits(self.old, self.new)
        ]

    def place(self, offset: int) -> int:
        """Return where a character of the old string is in the file."""
        return self.start + offset

    def part(self, start: int, end: int) -> RawRegion:
        """Return a part of the string, which is changed by itself."""
        return RawRegion(self.text, self.start + start, self.start + end)

    @property
    def before(self) -> str:
        """What is on the line in front of the string."""
        return self.text[self.text.rfind("\n", 0, self.start) + 1 : self.start]


class ScalarRegion:
    """The string of a YAML scalar; `flow` says that it is in brackets."""

    def __init__(
        self,
        document: Document,
        node: Node,
        flow: bool = False,
    ) -> None:
        self.document = document
        self.node = node
        self.flow = flow
        self.old = self.new = node.text

    def edits(self) -> list[Edit]:
        """Return the edits of the file that make the string new.

        A string that another text says has none. Raises `ParseError`
        for a block scalar that cannot be edited.
        """
        if self.node.style == GIVEN:
            return []
        changes = find_edits(self.old, self.new)
        return edit_scalar(
            self.document,
            self.node,
            changes,
            self.flow,
        )

    def place(self, offset: int) -> int:
        """Return where a character of the old string is in the file."""
        if self.node.style == GIVEN:
            return self.node.start
        places = find_places(self.document, self.node)
        if places is None:
            return self.node.start
        return places[offset]


class FixedRegion:
    """A string that a server has from elsewhere, where it is changed."""

    def __init__(self, text: str, offset: int) -> None:
        self.offset = offset
        self.old = self.new = text

    def edits(self) -> list[Edit]:
        """Return no edits: they are made where the string is written."""
        return []

    def place(self, _offset: int) -> int:
        """Return where what has the string is in the file."""
        return self.offset


class EncodedRegion(ScalarRegion):
    """The text that a YAML scalar has in base64."""

    def __init__(
        self,
        document: Document,
        node: Node,
        decoded: Base64Text,
    ) -> None:
        super().__init__(document, node)
        self.decoded = decoded
        self.old = self.new = decoded.text

    def edits(self) -> list[Edit]:
        """Return the edits of the file that make the text new."""
        changes = find_edits(self.old, self.new)
        if not changes:
            return []
        return edit_scalar(
            self.document,
            self.node,
            self.decoded.held_edits(changes),
            self.flow,
        )

    def place(self, _offset: int) -> int:
        """Return where the scalar is in the file."""
        return self.node.start


def read_text(document: Document, node: Node, is_encoded: bool) -> Region | None:
    """Return the text of a scalar, which may be in base64; None if it has none."""
    if node.kind != SCALAR:
        return None
    if not is_encoded:
        return ScalarRegion(document, node)
    decoded = read(node.text, (), document)
    if decoded is None:
        return None
    return EncodedRegion(document, node, decoded)


def find_edits(old: str, new: str) -> list[Edit]:
    """Return the edits between two strings, in whole words."""
    if old == new:
        return []
    before = old.splitlines(keepends=True)
    after = new.splitlines(keepends=True)
    starts = list(accumulate(map(len, before), initial=0))
    found: list[Edit] = []
    # a script has thousands of lines, of which a few change
    for tag, first, last, begin, end in LineMatcher(before, after).get_opcodes():
        if tag == "equal":
            continue
        start = starts[first]
        for line, changed in _pair_lines(before[first:last], after[begin:end]):
            found += _find_word_edits(line, changed, start)
            start += len(line)
    return found


def _pair_lines(old: list[str], new: list[str]) -> list[tuple[str, str]]:
    """Return lines with what they become; as one where these are more or fewer."""
    if len(old) == len(new):
        return list(zip(old, new, strict=True))
    return [("".join(old), "".join(new))]


def _find_word_edits(old: str, new: str, start: int) -> Iterator[Edit]:
    """Yield the edits between two strings, the old one of which starts there."""
    before = _TOKEN.findall(old)
    after = _TOKEN.findall(new)
    starts = list(accumulate(map(len, before), initial=start))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, first, last, begin, end in matcher.get_opcodes():
        if tag != "equal":
            text = "".join(after[begin:end])
            yield Edit(starts[first], starts[last], (text,))


class PartRegion:
    """A part of another string, which is changed with it.

    `mark` is the quote around it, which the part cannot have inside.
    """

    def __init__(
        self,
        whole: Region,
        start: int,
        end: int,
        mark: str = "",
    ) -> None:
        self.whole = whole
        self.mark = mark
        self.start = start
        self.end = end
        self.old = self.new = whole.old[start:end]

    def edits(self) -> list[Edit]:
        """Return the edits of the file that make the string new."""
        old = self.whole.old
        self.whole.new = old[: self.start] + self.new + old[self.end :]
        return self.whole.edits()

    def place(self, offset: int) -> int:
        """Return where a character of the old string is in the file."""
        return self.whole.place(self.start + offset)
