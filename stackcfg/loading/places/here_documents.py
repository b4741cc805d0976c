r"""Texts of here-documents, as the program that reads them gets them.

`<<-` takes the tabs away that lines begin with. Without quotes around its word, a
here-document has variables and commands of the shell, or of BuildKit, in it, and a `$`
of its own is written `\$` (POSIX, Shell Command Language 2.7.4; Dockerfile reference,
here-documents). So it is in double quotes, with `\"` for a quote; in single quotes only
the quote itself is written in another way, as `'\''` (2.2.2, 2.2.3). Where `echo` reads
it, a line ends with `\n`, and in a Dockerfile with a backslash behind that.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.paths import Path
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.document import (
    ECHOED,
    HERE,
    IN_DOUBLE,
    IN_SINGLE,
    QUOTED,
    TABS,
    Document,
    ParseError,
)
from stackcfg.yamltext.edits import Edit, resolve_edits, splice_edits

_BRACES: Final = r"\$\{[^{}\n]*(?:\{[^{}\n]*\}[^{}\n]*)*\}"
_BRACKETS: Final = r"\$\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)"
_EXPANDED: Final = rf"{_BRACES}|{_BRACKETS}|\$(?:[A-Za-z_]\w*|[0-9@*#?!$-])|`[^`\n]*`"
_SHELL: Final = lazy_pattern(_EXPANDED)
_ESCAPE_TOKENS: Final = (
    rf"\\(?P<escaped>[\\$`\n])|(?P<shell>{_EXPANDED})|(?P<open>\$[{{(]|`)"
)
_DOUBLE_TOKENS: Final = _ESCAPE_TOKENS.replace("[\\\\$`", '[\\\\$`"')
_SINGLE_TOKENS: Final = r"(?P<single>'(?:\\'|\"'\")')"
_LINE_END: Final = "\r\n"
_ECHO_TOKENS: Final = r"(?P<echoed>\\n(?:\\\r?\n)?)|(?P<continued>\\\r?\n)"
_CONTINUED_END: Final = lazy_pattern(r"\\n\\\r?\n")
_TAB_TOKENS: Final = r"(?m:^)(?P<tabs>\t+)"
_NAME: Final = lazy_pattern(r"\$[A-Za-z_]\w*")
_SPECIAL: Final = "\\$`"
_QUOTE: Final = {IN_SINGLE: "'", IN_DOUBLE: '"'}
_SERVERS_OWN: Final = "${env."


class HereText(NamedTuple):
    """The text of a here-document, with a map to what is written.

    `starts` are offsets in the text of runs of characters that are
    written as they are, `places` their offsets in what is written.
    `parameters` are what a shell replaces, `unclear` those that are in
    the text with a backslash, too. New lines begin with `tabs` and end
    with `newline`. `quote` is around the text. Behind the line end at
    `unbroken`, what is written goes on with the line.
    """

    text: str
    starts: tuple[int, ...]
    places: tuple[int, ...]
    parameters: frozenset[str]
    unclear: frozenset[str]
    escapes: str | None
    tabs: str
    newline: str
    quote: str = ""
    unbroken: int = -1

    def held_offset(
        self,
        offset: int,
    ) -> int:
        """Return the offset with every tab and backslash counted."""
        index = bisect_right(self.starts, offset) - 1
        return self.places[index] + offset - self.starts[index]

    def held_edits(
        self,
        edits: Sequence[Edit],
    ) -> list[Edit]:
        """Return the edits with backslashes and tabs."""
        resolved = resolve_edits(self.text, edits)
        if self._is_continued:
            resolved = self._end_last_comment(resolved)
        return [self._held_edit(edit) for edit in resolved]

    @property
    def _is_continued(self) -> bool:
        """Return whether each line goes on with the next one, as in a Dockerfile."""
        return self.escapes is None and self.newline.endswith("\n")

    def _end_last_comment(self, edits: list[Edit]) -> list[Edit]:
        """Return edits behind which no comment is the last line:
        BuildKit takes it away, with the quote and the command behind
        it.
        """
        new = splice_edits(self.text, edits)
        end = len(self.text)
        if self.unbroken == end:
            new = new.removesuffix("\n")
        if not new.rpartition("\n")[2].lstrip().startswith("#"):
            return edits
        if edits and edits[-1].end == end:
            last = edits[-1]
            return [*edits[:-1], last._replace(pieces=(last.text + "\n",))]
        return [*edits, Edit(end, end, ("\n",))]

    def _held_edit(
        self,
        edit: Edit,
    ) -> Edit:
        new = edit.text
        if self.escapes is None and "\\" in new:
            message = "the new text has a backslash, which 'echo' would read"
            hint = "write this text with a here-document"
            raise ParseError(message, self.held_offset(edit.start), hint)
        if self.quote == _QUOTE[IN_SINGLE]:
            new = new.replace("'", "'\\''")
        elif self.escapes or self.quote:
            new = self._special().sub(self._write, new)
        if self.tabs:
            new = self._indent(new, edit)
        new = new.replace("\n", self.newline)
        if edit.start == self.unbroken and new:
            new = self.newline.removeprefix("\\n") + new
        return Edit(self.held_offset(edit.start), self.held_offset(edit.end), (new,))

    def _indent(
        self,
        new: str,
        edit: Edit,
    ) -> str:
        """Return new lines with the tabs of the others."""
        new = new.replace("\n", f"\n{self.tabs}")
        if edit.end < len(self.text):
            return new
        # the line that ends the here-document has tabs of its own
        if edit.start == edit.end:
            new = self.tabs + new
        return new.removesuffix(self.tabs)

    def _special(self) -> re.Pattern[str]:
        """Return the pattern of parameters, and of what needs a backslash."""
        # one can begin with another one
        longest_first = sorted(self.parameters, key=len, reverse=True)
        words: list[str] = []
        for word in longest_first:
            words.append(re.escape(word))
            if _NAME.fullmatch(word):
                words[-1] += r"(?!\w)"
        return re.compile("|".join([*words, rf"[\\$`{self.quote}]"]))

    def _write(
        self,
        match: re.Match[str],
    ) -> str:
        written = match[0]
        if written in self.unclear:
            offset = self.held_offset(self.text.index(written))
            message = f"'{written}' is in this text with and without a backslash"
            raise ParseError(message, offset, "write one of the two in another way")
        if written in self.parameters:
            return written
        return f"\\{written}"


def read(
    content: str,
    path: Path,
    document: Document,
) -> HereText | None:
    """Return the text of a here-document.

    Raises `ParseError` for what a shell refuses, and for what is not
    understood.
    """
    if document.is_yaml:
        return None
    node = document.root.at(path)
    if node is None or node.style is None:
        return None
    return _Decoder(content, node.style).decode()


class _Decoder:
    """Reads the text of a here-document from the left to the right."""

    def __init__(
        self,
        content: str,
        style: str,
    ) -> None:
        self.content = content
        self.has_tabs = TABS in style
        self.is_echoed = style.endswith(ECHOED)
        self.quote = _QUOTE.get(style.removeprefix(HERE).removesuffix(ECHOED), "")
        self.is_expanded = QUOTED not in style and IN_SINGLE not in style
        self.parts: list[str] = []
        self.length = 0
        self.starts: list[int] = [0]
        self.places: list[int] = [0]
        self.parameters: set[str] = set()
        self.escaped: list[int] = []
        self.unbroken = -1

    def decode(self) -> HereText:
        """Return the text. Raises `ParseError`."""
        at = 0
        for match in self._tokens():
            self._keep(self.content[at : match.start()])
            self._read(match)
            at = match.end()
            self.starts.append(self.length)
            self.places.append(at)
        self._keep(self.content[at:])
        text = "".join(self.parts)
        return HereText(
            text=text,
            starts=tuple(self.starts),
            places=tuple(self.places),
            parameters=frozenset(self.parameters),
            unclear=frozenset(self._find_unclear(text)),
            escapes=self._find_escapes(),
            tabs=self._find_tabs(),
            newline=self._find_newline(),
            quote=self.quote,
            unbroken=self.unbroken,
        )

    def _find_newline(self) -> str:
        """Return how a line ends in what is written."""
        if self.is_echoed:
            continued = _CONTINUED_END.search(self.content)
            if continued is None:
                return "\\n"
            return continued[0]
        if _LINE_END in self.content:
            return _LINE_END
        return "\n"

    def _find_escapes(self) -> str | None:
        """Return the characters that are not written as they are; None: all."""
        if self.is_echoed:
            return None
        if not self.is_expanded:
            return self.quote
        return _SPECIAL + self.quote

    def _tokens(self) -> Iterator[re.Match[str]]:
        """Return what is not written as it is, in its order."""
        patterns: list[str] = []
        if self.is_echoed:
            patterns.append(_ECHO_TOKENS)
        if _LINE_END in self.content:
            patterns.append(rf"(?P<line_end>{_LINE_END})")
        if self.has_tabs:
            patterns.append(_TAB_TOKENS)
        if self.quote and self.is_expanded:
            patterns.append(_DOUBLE_TOKENS)
        elif self.is_expanded:
            patterns.append(_ESCAPE_TOKENS)
        elif self.quote:
            patterns.append(_SINGLE_TOKENS)
        if not patterns:
            return iter(())
        return re.finditer("|".join(patterns), self.content)

    def _keep(
        self,
        text: str,
    ) -> None:
        self.parts.append(text)
        self.length += len(text)

    def _read(
        self,
        match: re.Match[str],
    ) -> None:
        groups = match.groupdict()
        if groups.get("tabs") or groups.get("continued"):
            return
        if groups.get("line_end") or groups.get("echoed"):
            self._keep("\n")
            if match[0] == "\\n":
                self.unbroken = self.length
        elif groups.get("single"):
            self._keep("'")
        else:
            self._read_expanded(match, groups)

    def _read_expanded(
        self,
        match: re.Match[str],
        groups: dict[str, str],
    ) -> None:
        """Read what a shell replaces, and what has a backslash for it."""
        if groups["open"]:
            message = f"what '{match[0]}' begins here does not end on its line"
            raise ParseError(
                message, match.start(), "run this, then name what it writes"
            )
        if groups["escaped"] == "\n":
            return
        if groups["escaped"]:
            self.escaped.append(self.length)
            self._keep(groups["escaped"])
            return
        if match[0].startswith(_SERVERS_OWN):
            message = "a shell refuses '${env.': it is no variable of a shell"
            hint = "write '\\${env.…}', or quotes around the word behind '<<'"
            raise ParseError(message, match.start(), hint)
        self.parameters.add(match[0])
        self._keep(match[0])

    def _find_unclear(
        self,
        text: str,
    ) -> Iterator[str]:
        """Yield what is a parameter at one place,
        and has a backslash at another.
        """
        for place in self.escaped:
            written = _SHELL.match(text, place)
            if written is not None and written[0] in self.parameters:
                yield written[0]

    def _find_tabs(self) -> str:
        """Return the tabs that the first line begins with,
        if they are taken away.
        """
        if not self.has_tabs:
            return ""
        return self.content[: len(self.content) - len(self.content.lstrip("\t"))]
