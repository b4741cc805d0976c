r"""Texts in quotes of a shell that are written to a file, or given to a command.

`echo 'TEXT' > run.yaml`, `RUN_YAML='TEXT'`, `--from-literal=run.yaml='TEXT'` and
`kubectl patch -p '{…}'`. What the shell does to such a text is in
`places/here_documents.py`. Of what `echo` or `printf` read themselves, `\n` is read here,
too, as in `RUN echo 'version: 2\n\` of a Dockerfile; any other backslash and a `%` are
left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.document import (
    ECHOED,
    HERE,
    IN_DOUBLE,
    IN_SINGLE,
    Span,
)

_WORD_START: Final = r"(?<![\w$./-])"
_FLAGS: Final = r"(?:[ \t]+-[neE]+)*"
_FORMAT: Final = r"(?P<format>['\"])%s(?:\\n)?(?P=format)[ \t]+"
_OPENING: Final = lazy_pattern(
    rf"{_WORD_START}(?:"
    rf"echo{_FLAGS}[ \t]+(?P<echo>['\"])"
    rf"|printf[ \t]+(?:{_FORMAT}(?P<given>['\"])|(?P<printf>['\"]))"
    r"|(?P<variable>[A-Za-z_]\w*)=(?P<value>['\"])"
    r")|--from-literal[= \t](?:"
    r"(?P<literal>[\w.-]+)=(?P<text>['\"])|(?P<pair>['\"])(?P<key>[\w.-]+)="
    r")|(?<!\S)(?:-p|--patch)[= \t][ \t]*(?P<patch>['\"])"
)
"""What is in front of a text that is meant for a file, with the quote."""

_QUOTES: Final = ("echo", "given", "printf", "value", "text", "pair", "patch")
_NAMES: Final = ("variable", "literal", "key")

_SINGLE: Final = lazy_pattern(r"[^']*+(?:'(?:\\'|\"'\")'[^']*+)*")
_DOUBLE: Final = lazy_pattern(r"[^\"\\]*+(?:\\[\s\S][^\"\\]*+)*")
_LINE_END: Final = lazy_pattern(r"(?<!\\)(?:\\n(?:\\\r?\n)?|\\\r?\n)")
"""A line end for `echo`, at the end of a line that a Dockerfile continues or not."""

_BODIES: Final = {"'": _SINGLE, '"': _DOUBLE}
_STYLES: Final = {"'": HERE + IN_SINGLE, '"': HERE + IN_DOUBLE}
_OWN_LINE_END: Final = lazy_pattern(r"(?<!\\)(?<!\\\r)\n")
_READS_ESCAPES: Final = lazy_pattern(r"echo[ \t]+(?:-[nE]+[ \t]+)*-[nE]*e")
_COMMENT: Final = lazy_pattern(r"[ \t]*#")


class QuotedText(NamedTuple):
    """A text in quotes: its name if the shell gives it one, style and span."""

    name: str
    style: str
    start: int
    end: int


def find_quoted_texts(text: str, skipped: Sequence[Span]) -> Iterator[QuotedText]:
    """Yield the texts in quotes, but for those that overlap one of the
    skipped spans, which are in their order.
    """
    at = index = 0
    while match := _OPENING.search(text, at):
        at = match.end()
        quoted = _read_quoted(text, match)
        if quoted is None or _is_comment(text, match.start()):
            continue
        while index < len(skipped) and skipped[index][1] <= at:
            index += 1
        if index < len(skipped) and skipped[index][0] < quoted.end:
            continue
        yield quoted
        at = quoted.end + 1


def _is_comment(text: str, offset: int) -> bool:
    line = text.rfind("\n", 0, offset) + 1
    return _COMMENT.match(text, line) is not None


def _read_quoted(text: str, opening: re.Match[str]) -> QuotedText | None:
    """Return the text behind a quote; None without an end, or if the
    command reads it as something else.
    """
    quote = next(filter(None, map(opening.group, _QUOTES)))
    body = _BODIES[quote].match(text, opening.end())
    if body is None or not text.startswith(quote, body.end()):
        return None
    if opening["printf"] and "%" in body[0]:
        return None
    style = _STYLES[quote]
    if (opening["echo"] or opening["printf"]) and _has_backslash(body[0], quote):
        if not _has_line_ends(opening, body[0], quote):
            return None
        style += ECHOED
    name = next(filter(None, map(opening.group, _NAMES)), "")
    return QuotedText(name, style, *body.span())


def _has_backslash(written: str, quote: str) -> bool:
    """Return whether a command gets a backslash."""
    if quote == "'":
        return "\\" in written.replace("'\\''", "")
    return "\\" in re.sub(r"\\[$`\"\n]", "", written)


def _has_line_ends(opening: re.Match[str], written: str, quote: str) -> bool:
    """Return whether a command gets no other backslashes than those of line ends.

    Not every `echo` reads them without its flag: then they are meant
    where the text has no other lines.
    """
    is_told = opening["printf"] or _READS_ESCAPES.match(opening[0])
    if not is_told and _OWN_LINE_END.search(written):
        return False
    return not _has_backslash(_LINE_END.sub("", written), quote)
