"""Words of a command as they are written: a list of YAML, JSON, or one string.

Of a command that changes, only the words that differ are written.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Sequence

from stackcfg.deployment.environment.arguments import NewWord
from stackcfg.deployment.environment.regions import PartRegion, Region, ScalarRegion
from stackcfg.light_typing import Final
from stackcfg.manifests.json_words import WrittenWord
from stackcfg.manifests.shell_text import ShellWord
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.document import GIVEN, Document, Node
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.entries import remove_item
from stackcfg.yamltext.scalar_edits import write_like

_SAFE: Final = lazy_pattern(r"[\w@%+=:,./~-]+")
_CONTINUED: Final = lazy_pattern(r"[ \t]*\\\r?\n[ \t]*")


Change = Callable[[str], str]
"""What is done to every string of a server: names and folders."""


class SpanWords:
    """Words inside of one string: of a shell, of a unit, of JSON."""

    def __init__(
        self,
        region: Region,
        words: Sequence[WrittenWord | ShellWord],
        quote: Callable[[str], str],
        between: str = " ",
    ) -> None:
        self.region = region
        self.words = words
        self.quote = quote
        self.between = between
        self.values = [word.value for word in words]

    def place(self, index: int) -> int:
        """Return where a word is in the file."""
        return self.region.place(self.words[index].start)

    @property
    def regions(self) -> list[Region]:
        """The one string, if it has changed."""
        if self.region.new == self.region.old:
            return []
        return [self.region]

    def item(self, index: int) -> Region | None:
        """Return the string of a word in quotes; None where it has escapes."""
        word = self.words[index]
        start = word.start + 1
        if isinstance(word, ShellWord):
            start = word.inner
        end = start + len(word.value)
        if start < 0 or self.region.old[start:end] != word.value:
            return None
        return PartRegion(
            self.region,
            start,
            end,
            self.region.old[start - 1 : start],
        )

    def write(
        self,
        new: Sequence[NewWord],
        change: Change,
    ) -> None:
        """Put the new words in place of the old ones, and change all of it."""
        written = rewrite_spans(
            self.region.old, self.words, new, self.quote, self.between
        )
        self.region.new = change(written)


def rewrite_spans(
    text: str,
    words: Sequence[WrittenWord | ShellWord],
    new: Sequence[NewWord],
    quote: Callable[[str], str],
    between: str = " ",
) -> str:
    """Return a string with other words; what is between the kept ones stays."""
    if not words:
        return between.join(quote(word.text) for word in new)
    parts: list[str] = []
    last = -1
    for index, word in enumerate(new):
        if word.source is None:
            gap = between
            if between == " " and word.text.startswith("-"):
                gap = _line_break_before(text, words, new[index:]) or between
            parts.append(gap + quote(word.text))
            continue
        old = words[word.source]
        if last >= 0:
            # words in between are gone, with what was in front of them
            parts.append(text[words[word.source - 1].end : old.start])
        last = word.source
        if word.text == old.value:
            parts.append(text[old.start : old.end])
        else:
            parts.append(_requote(text[old.start : old.end], word.text, quote))
    return text[: words[0].start] + "".join(parts) + text[words[-1].end :]


def _line_break_before(
    text: str,
    words: Sequence[WrittenWord | ShellWord],
    following: Sequence[NewWord],
) -> str:
    """Return the line break in front of the next kept word, for a flag
    before it; empty if that word goes on with the line.
    """
    kept = next((word.source for word in following if word.source is not None), 0)
    if not kept:
        return ""
    gap = text[words[kept - 1].end : words[kept].start]
    if _CONTINUED.fullmatch(gap):
        return gap
    return ""


def _requote(
    old: str,
    new: str,
    quote: Callable[[str], str],
) -> str:
    mark = old[:1]
    is_quoted = mark in ("'", '"') and old.endswith(mark) and quote is quote_shell
    if is_quoted and mark not in new and "\\" not in new:
        return mark + new + mark
    return quote(new)


def quote_shell(word: str) -> str:
    """Return a word for a shell; variables in it stay variables."""
    if _SAFE.fullmatch(word):
        return word
    if "$" in word and '"' not in word:
        return f'"{word}"'
    return shlex.quote(word)


def quote_json(word: str) -> str:
    """Return a word as JSON has it."""
    return json.dumps(word, ensure_ascii=False)


class ListWords:
    """Words that are the items of a YAML list, in brackets or one a line."""

    def __init__(
        self,
        document: Document,
        comments: Comments,
        node: Node,
    ) -> None:
        self.document = document
        self.comments = comments
        self.node = node
        self.nodes = [item.target for item in node.items]
        self.values = [item.text for item in self.nodes]
        self.items: list[Region] = [
            ScalarRegion(document, item, node.flow) for item in self.nodes
        ]
        self.edits: list[Edit] = []
        self.is_emptied = False

    def place(self, index: int) -> int:
        """Return where a word is in the file."""
        return self.nodes[index].start

    @property
    def regions(self) -> list[Region]:
        """The strings of all words."""
        return self.items

    def item(self, index: int) -> Region | None:
        """Return the string of a word."""
        return self.items[index]

    def write(
        self,
        new: Sequence[NewWord],
        change: Change,
    ) -> None:
        """Put the new words in place of the old ones, each of them changed."""
        kept = {word.source for word in new}
        self.is_emptied = not new and bool(self.nodes)
        if self.is_emptied:
            return
        for index in range(len(self.nodes)):
            if index not in kept:
                edit = remove_item(
                    self.document,
                    self.comments,
                    self.node,
                    index,
                )
                self.edits.append(edit)
        last = 0
        for word in new:
            if word.source is None:
                self.edits.append(self._insert(word.text, last))
            else:
                last = word.source
                self.items[last].new = change(word.text)

    def _insert(
        self,
        text: str,
        after: int,
    ) -> Edit:
        """Return the edit that adds a word behind another one."""
        item = self.nodes[after]
        written = write_like(item, text, self.node.flow)
        if self.node.flow:
            return Edit(item.end, item.end, (f", {written}",))
        lines = self.document.lines
        column = lines.indent_at(item.start)
        place = lines.after(item.end - 1)
        line = f"{' ' * column}- {written}"
        return insert_lines(self.document, place, line, column)


def insert_lines(document: Document, place: int, text: str, column: int) -> Edit:
    """Return the edit that adds lines at a place, with the line end they need."""
    newline = document.newline
    added = newline + text
    if document.text[place - 1 : place] == "\n":
        added = text + newline
    return Edit(place, place, (added,), column)


class PatchedWords(ListWords):
    """Words of a list of which a patch changes one: the others are written elsewhere.

    `index` is which one it is in the new list, None where that has it
    no more.
    """

    def __init__(
        self,
        document: Document,
        comments: Comments,
        node: Node,
    ) -> None:
        super().__init__(document, comments, node)
        [self.own] = [
            index for index, item in enumerate(self.nodes) if item.style != GIVEN
        ]
        self.index: int | None = self.own

    def write(
        self,
        new: Sequence[NewWord],
        change: Change,
    ) -> None:
        """Change the one word that is written here."""
        sources = [word.source for word in new]
        self.index = None
        if self.own in sources:
            self.index = sources.index(self.own)
            self.items[self.own].new = change(new[self.index].text)


Words = SpanWords | ListWords


class CommandLine:
    """A command whose words are in one or two places: `command` and `args`."""

    def __init__(self, *parts: Words) -> None:
        self.parts = parts
        self.values = [value for part in parts for value in part.values]

    @property
    def regions(self) -> list[Region]:
        """The strings of the words that have changed."""
        return [region for part in self.parts for region in part.regions]

    def locate(self, index: int) -> tuple[Words, int]:
        """Return the part that has a word, and which of its words it is."""
        for part in self.parts:
            if index < len(part.values):
                return part, index
            index -= len(part.values)
        raise IndexError(index)

    def place(self, index: int) -> int:
        """Return where a word is in the file."""
        part, inner = self.locate(min(index, len(self.values) - 1))
        return part.place(inner)

    def item(self, index: int) -> Region | None:
        """Return the string of a word that is written alone, as shell text is."""
        part, inner = self.locate(index)
        return part.item(inner)

    def write(
        self,
        new: Sequence[NewWord],
        change: Change,
    ) -> None:
        """Put the new words in place of the old ones, and change what they name."""
        shares: list[list[NewWord]] = [[] for _ in self.parts]
        current = 0
        for word in new:
            source = None
            if word.source is not None:
                part, source = self.locate(word.source)
                current = self.parts.index(part)
            shares[current].append(NewWord(word.text, source))
        for part, share in zip(self.parts, shares, strict=True):
            part.write(share, change)
