"""Scripts and Dockerfiles that write a run config from a here-document or from quotes.

`cat > run.yaml <<EOF` and `COPY <<EOF /app/run.yaml`: such a file is
read as a mapping from the names of the files that it writes to their
texts. What a shell or BuildKit does to the text of a here-document is
in `places/here_documents.py`. Texts in quotes are in `quoted_texts.py`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.loading.configs import Where, looks_like_run_config
from stackcfg.loading.errors import InputError
from stackcfg.loading.quoted_texts import QuotedText, find_quoted_texts
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.document import (
    ECHOED,
    HERE,
    QUOTED,
    TABS,
    Document,
    Mapping,
    Scalar,
)
from stackcfg.yamltext.lines import LineIndex

_OPERATOR: Final = lazy_pattern(
    r"(?<!<)<<(?P<tabs>-?)[ \t]*(?P<quote>['\"\\]?)(?P<word>[A-Za-z_][\w.-]*)"
)
"""What begins a here-document; its word ends it."""

_RUN: Final = lazy_pattern(r"[ \t]*RUN[ \t]+(?:--\S+[ \t]+)*<<")
"""An instruction of a Dockerfile whose here-document is a script, as it is."""

_CLOSING: Final = lazy_pattern(r"(?m)^(?P<tabs>\t*+)(?P<word>[A-Za-z_][\w.-]*+)\r?$")
"""A line with nothing but a word."""

_COPY: Final = lazy_pattern(r"[ \t]*(?:COPY|ADD)[ \t]")
_REDIRECT: Final = lazy_pattern(r"(?<![<>&\d])(>>?)[|]?[ \t]*([^\s;&|<>()]+)")
_TEE: Final = lazy_pattern(r"\btee[ \t]+(-a[ \t]+|--append[ \t]+)?([^\s;&|<>()-]\S*)")
_UNNAMED: Final = "here-document"
_UNNAMED_TEXT: Final = "text in quotes"

_LONG_LINE: Final = 1000
"""How much of a line is read that names the file of a text."""

_MARK: Final = "provider"
"""A word that every run config has which is written out."""


class HereDocument(NamedTuple):
    """A here-document: the file that it writes, its style, and the span of its text.

    `is_added`: its text goes behind what the file has. `is_copied`: an
    instruction of a Dockerfile writes it, no shell.
    """

    name: str
    style: str
    start: int
    end: int
    is_added: bool
    is_copied: bool


def read_here_documents(
    text: str,
    where: Where,
) -> list[Document]:
    """Return a text as a document of its here-documents; none if no run
    config can be among them.

    Raises `InputError` for a run config that is written in pieces.
    """
    found = _find_texts(text)
    meant = _find_meant(text, found)
    if not meant:
        return []
    _refuse_pieces(meant, found, where)
    return [_make_document(text, found)]


def find_written_configs(text: str) -> list[HereDocument]:
    """Return the here-documents and texts in quotes that are meant to
    be, or to hold, run configs.
    """
    if _MARK not in text:
        return []
    return _find_meant(text, _find_texts(text))


def _find_texts(text: str) -> list[HereDocument]:
    """Return the here-documents and the texts in quotes, in their order."""
    found = list(find_here_documents(text))
    spans = [(each.start, each.end) for each in found]
    for quoted in find_quoted_texts(text, spans):
        found.append(_as_written(text, quoted))
    return sorted(found, key=lambda each: each.start)


def _as_written(text: str, quoted: QuotedText) -> HereDocument:
    """Return a text in quotes as a here-document; its file is named behind it."""
    behind = text[quoted.end + 1 : quoted.end + _LONG_LINE].partition("\n")[0]
    name, is_added = _target_of(behind, "")
    if quoted.name:
        name, is_added = quoted.name, False
    elif name == _UNNAMED:
        name = _UNNAMED_TEXT
    return HereDocument(
        name=name,
        style=quoted.style,
        start=quoted.start,
        end=quoted.end,
        is_added=is_added,
        is_copied=False,
    )


def _find_meant(
    text: str,
    found: Sequence[HereDocument],
) -> list[HereDocument]:
    return [each for each in found if _is_meant(_lines_of(text, each))]


def _lines_of(text: str, found: HereDocument) -> str:
    """Return what is written, with the line ends that `echo` reads as such."""
    written = text[found.start : found.end]
    if found.style.endswith(ECHOED):
        written = written.replace("\\n", "\n")
    return written


def _is_meant(text: str) -> bool:
    """Return whether a text is meant to be a run config, or a patch
    with one: JSON, in which it is a string.
    """
    if looks_like_run_config(text):
        return True
    return _MARK in text and text.lstrip().startswith(("{", "["))


def _refuse_pieces(
    meant: Sequence[HereDocument], found: Sequence[HereDocument], where: Where
) -> None:
    """Raise `InputError` if further here-documents are parts of a run config."""
    names = {each.name for each in meant}
    for each in found:
        if each.is_added and each.name in names:
            message = f"'{each.name}' is written in pieces"
            hint = "run this script, then name the file that it writes"
            raise InputError(message, where(each.start), hint)


def find_here_documents(text: str) -> Iterator[HereDocument]:
    """Yield the here-documents of shell text or of a Dockerfile, in their order.

    One that has no end is none.
    """
    closing = _ClosingLines(text)
    begin = 0
    while begin < len(text):
        end = _line_end(text, begin)
        line = text[begin:end]
        begin = end + 1
        if line.lstrip().startswith("#"):
            continue
        for match in _OPERATOR.finditer(line):
            end = closing.find(begin, match["word"], may_have_tabs=bool(match["tabs"]))
            if end < 0:
                break
            name, is_added = _target_of(line, match["word"])
            yield HereDocument(
                name=name,
                style=_style_of(line, match),
                start=begin,
                end=end,
                is_added=is_added,
                is_copied=_COPY.match(line) is not None,
            )
            begin = _line_end(text, end) + 1


def _line_end(
    text: str,
    at: int,
) -> int:
    end = text.find("\n", at)
    if end < 0:
        return len(text)
    return end


class _ClosingLines:
    """The lines of a text that can end a here-document, by their word."""

    def __init__(
        self,
        text: str,
    ) -> None:
        self._starts: dict[str, list[int]] = {}
        self._bare: dict[str, list[int]] = {}
        for match in _CLOSING.finditer(text):
            self._starts.setdefault(match["word"], []).append(match.start())
            if not match["tabs"]:
                self._bare.setdefault(match["word"], []).append(match.start())

    def find(
        self,
        begin: int,
        word: str,
        may_have_tabs: bool,
    ) -> int:
        """Return where the next line with a word begins; -1 if none does."""
        starts = self._bare.get(word, [])
        if may_have_tabs:
            starts = self._starts.get(word, [])
        index = bisect_left(starts, begin)
        if index == len(starts):
            return -1
        return starts[index]


def _style_of(
    line: str,
    operator: re.Match[str],
) -> str:
    style = HERE
    if operator["tabs"]:
        style += TABS
    if operator["quote"] or _RUN.match(line):
        style += QUOTED
    return style


def _target_of(
    line: str,
    word: str,
) -> tuple[str, bool]:
    """Return the name of the file that a line writes, and if it adds to it."""
    if _COPY.match(line):
        name = line.split()[-1]
        if name.endswith("/"):
            name += word
        return _unquote(name), False
    # what tee writes to its own output, as to /dev/null, is a copy
    tee = _TEE.search(line)
    if tee is not None:
        return _unquote(tee[2]), tee[1] is not None
    redirect = _REDIRECT.search(line)
    if redirect is not None:
        return _unquote(redirect[2]), redirect[1] == ">>"
    return _UNNAMED, False


def _unquote(name: str) -> str:
    return name.strip("'\"")


def _make_document(
    text: str,
    found: Sequence[HereDocument],
) -> Document:
    root = Mapping(0, len(text), None, flow=False)
    counts: Counter[str] = Counter()
    for each in found:
        name = each.name
        counts[name] += 1
        if counts[name] > 1:
            # the branches of a condition can write one file
            name = f"{name} ({counts[name]})"
        key = Scalar(each.start, each.start, None, name, "'")
        value = Scalar(
            each.start, each.end, None, text[each.start : each.end], each.style
        )
        root.entries.append((key, value))
    lines = LineIndex(text)
    return Document(text, root, lines, 0, len(text), is_yaml=False)
