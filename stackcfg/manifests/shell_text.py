"""Shell text as simple commands with words that have spans.

Only what tells commands and words apart is understood: quotes,
comments, operators, substitutions, here-documents. Nothing is expanded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.patterns import lazy_pattern

KEYWORDS: Final = frozenset(("if", "then", "else", "elif", "do", "while", "until"))
_STARTERS: Final = KEYWORDS | {"!", "{", "("}
_ASSIGNMENT: Final = lazy_pattern(r"[A-Za-z_]\w*\+?=")
_GAP: Final = lazy_pattern(r"(?:[ \t]|\\\r?\n)+")
_COMMENT: Final = lazy_pattern(r"#[^\n]*")
_REDIRECT: Final = lazy_pattern(r"\d*(?:<<<|<<-?|>>|>\||<>|[<>]&?|&>>?)[ \t]*")
_OPERATOR: Final = lazy_pattern(r"\r?\n|;;|&&|\|\||\|&|[;&|()]")
_PLAIN: Final = lazy_pattern(r"[^\s;&|()<>'\"`\\$]+")
_HEREDOC: Final = lazy_pattern(r"<<(-?)[ \t]*(['\"]?)([\w.-]+)\2")
_VARIABLE: Final = lazy_pattern(r"\$(?:\w+|[@*#?$!-])?")


class ShellError(Exception):
    """Shell text that cannot be read; `offset` is where."""

    def __init__(
        self,
        message: str,
        offset: int,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class ShellWord(NamedTuple):
    """A word: what it says without its quotes, and its span with them.

    `inner` is where a word begins that is one pair of quotes with no escape
    inside, or none: there offsets of the value are offsets of the text. It is
    -1 for any other word.
    """

    value: str
    start: int
    end: int
    inner: int

    @property
    def is_assignment(self) -> bool:
        """Return whether the word sets a variable."""
        return _ASSIGNMENT.match(self.value) is not None


class ShellCommand(NamedTuple):
    """A simple command: variables set for it, and its words."""

    assignments: tuple[ShellWord, ...]
    words: tuple[ShellWord, ...]

    @property
    def all_words(self) -> tuple[ShellWord, ...]:
        """Return the words, behind those that set variables."""
        return (*self.assignments, *self.words)

    @property
    def values(self) -> list[str]:
        """Return what the words say."""
        return [word.value for word in self.words]


def find_commands(text: str) -> list[ShellCommand]:
    """Return the simple commands of shell text; none where it cannot be read."""
    try:
        return read_commands(text)
    except ShellError:
        return []


def find_words(text: str) -> list[ShellWord]:
    """Return all words of shell text, those that set variables as well."""
    return [word for command in find_commands(text) for word in command.all_words]


def read_commands(text: str) -> list[ShellCommand]:
    """Return the simple commands of shell text.

    Raises `ShellError` for a quote or bracket that is not closed.
    """
    return list(_Reader(text).commands())


def find_substitutions(text: str) -> list[tuple[int, int]]:
    """Return where the commands in `$(…)` and in backticks are, as spans
    without these; none where the text cannot be read.
    """
    reader = _Reader(text)
    try:
        list(reader.commands())
    except ShellError:
        return []
    return reader.substitutions


class _Reader:
    """Reads shell text from the left to the right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.waiting: list[tuple[str, bool]] = []
        self.substitutions: list[tuple[int, int]] = []

    def commands(self) -> Iterator[ShellCommand]:
        """Yield the commands up to the end of the text."""
        words: list[ShellWord] = []
        while self.at < len(self.text):
            # inside of a word, as in `a#b`, the word's pattern takes the comment
            if self._skip(_GAP) or self._skip(_COMMENT) or self._skip_redirect():
                continue
            operator = _OPERATOR.match(self.text, self.at)
            if operator is None:
                words.append(self._word())
                continue
            self.at = operator.end()
            if operator[0].endswith("\n"):
                self._skip_heredocs()
            if words:
                yield _make_command(words)
            words = []
        if words:
            yield _make_command(words)

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        """Skip what matches here; return whether anything did."""
        match = pattern.match(self.text, self.at)
        if match is None:
            return False
        self.at = match.end()
        return True

    def _skip_redirect(self) -> bool:
        """Skip a redirection with its file; return whether there was one."""
        heredoc = _HEREDOC.match(self.text, self.at)
        if heredoc is not None:
            self.waiting.append((heredoc[3], bool(heredoc[1])))
            self.at = heredoc.end()
            return True
        if not self._skip(_REDIRECT):
            return False
        operator = _OPERATOR.match(self.text, self.at)
        if self.at < len(self.text) and operator is None:
            self._word()
        return True

    def _skip_heredocs(self) -> None:
        """Skip the texts of the here-documents that wait for the line's end."""
        for name, is_indented in self.waiting:
            while self.at < len(self.text):
                line, newline, _ = self.text[self.at :].partition("\n")
                self.at += len(line) + len(newline)
                bare = line.rstrip("\r")
                if is_indented or line.startswith(" "):
                    # a block scalar of YAML may be indented, too
                    bare = bare.strip()
                if bare == name:
                    break
        self.waiting = []

    def _word(self) -> ShellWord:
        start = self.at
        parts: list[str] = []
        while self.at < len(self.text):
            part = self._part()
            if part is None:
                break
            parts.append(part)
        if self.at == start:
            # a character that begins nothing, such as a lone `<`
            self.at += 1
        value = "".join(parts)
        return ShellWord(
            value=value,
            start=start,
            end=self.at,
            inner=self._inner(value, start),
        )

    def _inner(
        self,
        value: str,
        start: int,
    ) -> int:
        """Return where a word's value is in the text as it is; -1 if nowhere."""
        inner = start
        if self.text[start] in "'\"":
            inner = start + 1
        is_whole = self.at - start == len(value) + 2 * (inner - start)
        if is_whole and self.text.startswith(value, inner):
            return inner
        return -1

    def _part(self) -> str | None:
        """Read the next part of a word; return what it says, None at its end."""
        begin = self.at
        char = self.text[begin]
        if char == "'":
            self.at = self._find("'", begin)
            return self.text[begin + 1 : self.at - 1]
        if char == '"':
            self._skip_double()
            return re.sub(r'\\([\\"$`])', r"\1", self.text[begin + 1 : self.at - 1])
        if char == "\\":
            self.at = min(begin + 2, len(self.text))
            return self.text[begin + 1 : self.at]
        if char in "`$":
            self._skip_substitution()
            return self.text[begin : self.at]
        if self._skip(_PLAIN):
            return self.text[begin : self.at]
        return None

    def _find(
        self,
        mark: str,
        begin: int,
    ) -> int:
        """Return the offset behind the next such character."""
        end = self.text.find(mark, begin + 1)
        if end < 0:
            raise ShellError(f"'{mark}' is not closed", begin)
        return end + 1

    def _skip_double(self) -> None:
        begin = self.at
        self.at += 1
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == '"':
                self.at += 1
                return
            if char == "\\":
                self.at += 2
            elif char in "`$":
                self._skip_substitution()
            else:
                self.at += 1
        raise ShellError("a double quote is not closed", begin)

    def _skip_substitution(self) -> None:
        """Go behind what a `$` or a backtick begins."""
        begin = self.at
        if self.text[begin] == "`":
            self.at = self._find("`", begin)
            self.substitutions.append((begin + 1, self.at - 1))
        elif self.text.startswith("$(", begin):
            self._skip_brackets("(", ")")
            self.substitutions.append((begin + 2, self.at - 1))
        elif self.text.startswith("${", begin):
            self._skip_brackets("{", "}")
        elif self.text.startswith("$'", begin):
            self.at = self._find("'", begin + 1)
        else:
            self._skip(_VARIABLE)

    def _skip_brackets(
        self,
        opening: str,
        closing: str,
    ) -> None:
        """Skip a substitution with all that is nested in it."""
        begin = self.at
        self.at += 2
        depth = 1
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in "'`" and (char != "'" or opening == "("):
                self.at = self._find(char, self.at)
            elif char == '"':
                self._skip_double()
            elif char == "\\":
                self.at += 2
            else:
                self.at += 1
                depth += (char == opening) - (char == closing)
            if not depth:
                return
        raise ShellError(f"'{opening}' is not closed", begin)


def _make_command(words: list[ShellWord]) -> ShellCommand:
    """Return a command without keywords in front, its assignments apart."""
    while words and words[0].value in _STARTERS:
        words = words[1:]
    count = 0
    while count < len(words) and words[count].is_assignment:
        count += 1
    return ShellCommand(tuple(words[:count]), tuple(words[count:]))
