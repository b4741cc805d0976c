"""Edits of an embedded text in quotes, or in a plain scalar, as edits
of the text around it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence

import yaml

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.yamltext.document import Document, content_start
from stackcfg.yamltext.edits import Edit, splice_edits
from stackcfg.yamltext.embedded import Embedded
from stackcfg.yamltext.emit import emit_quoted

Escape = Callable[[str], str]
"""Returns how a text is written inside of quotes."""


def quoted_edits(
    document: Document, embedded: Embedded, resolved: Sequence[Edit]
) -> list[Edit]:
    """Return resolved edits of a scalar: of its parts where these mean
    what they should, or else of all of it.
    """
    quote = _quote_of(embedded)
    for escape in _ESCAPES[quote]:
        written = [_escaped_edit(embedded, edit, escape) for edit in resolved]
        if _mean_the_same(document, embedded, resolved, written):
            return written
    node = embedded.node
    # the anchor stays
    head = document.text[node.start : content_start(document.text, node)]
    new = _emit(quote, splice_edits(embedded.text, resolved))
    return [Edit(*node.span, (head + new,))]


def _quote_of(embedded: Embedded) -> str:
    """Return the quote around a text; empty for a plain scalar, as of base64."""
    return embedded.node.style or ""


def _emit(quote: str, text: str) -> str:
    """Return a text in quotes, in double ones if it has lines."""
    if quote == "'" and "\n" not in text:
        return f"'{_double_quotes(text)}'"
    return emit_quoted(text)


def _escape(text: str) -> str:
    return emit_quoted(text)[1:-1]


def _escape_with_spaces(text: str) -> str:
    """Return a text for double quotes with the spaces at its ends as
    escapes: those that begin or end a line of a scalar are no part of
    it.
    """
    escaped = _escape(text)
    if escaped.startswith(" "):
        escaped = "\\" + escaped
    if escaped.endswith(" ") and not escaped.endswith("\\ "):
        escaped = escaped[:-1] + "\\ "
    return escaped


def _double_quotes(text: str) -> str:
    return text.replace("'", "''")


_ESCAPES: Final[dict[str, tuple[Escape, ...]]] = {
    '"': (_escape, _escape_with_spaces),
    "'": (_double_quotes,),
    "": (_escape,),
}
"""How the text of an edit can be written, by the quote around it."""


def _escaped_edit(embedded: Embedded, edit: Edit, escape: Escape) -> Edit:
    start, end = embedded.outer(edit.start), embedded.outer(edit.end)
    return Edit(start, end, (escape(edit.text),))


class _Window(NamedTuple):
    """A part of an embedded text: the numbers of its first run and of
    the one behind it, and those of the edits in it.
    """

    first: int
    behind: int
    edits: slice


def _mean_the_same(
    document: Document,
    embedded: Embedded,
    edits: Sequence[Edit],
    written: Sequence[Edit],
) -> bool:
    """Return whether edits of the outer text write what edits of the embedded one do.

    What is written in quotes means the same wherever it is, but for the
    spaces beside a line end: only the runs beside an edit are read.
    """
    quote = _quote_of(embedded)
    starts, places = embedded.starts, embedded.places
    for first, behind, numbers in _windows(embedded, edits):
        wanted = splice_edits(
            embedded.text, edits[numbers], starts[first], starts[behind]
        )
        text = splice_edits(
            document.text, written[numbers], places[first], places[behind]
        )
        if _read_quoted(quote + text + quote) != wanted:
            return False
    return True


def _windows(embedded: Embedded, edits: Sequence[Edit]) -> Iterator[_Window]:
    """Yield the parts of a text that edits are in, each with a run on both sides."""
    window: _Window | None = None
    for number, edit in enumerate(edits):
        first = max(0, bisect_right(embedded.starts, edit.start) - 2)
        behind = bisect_left(embedded.starts, edit.end) + 1
        behind = min(behind, len(embedded.starts) - 1)
        begin = number
        if window is not None and first < window.behind:
            first = window.first
            begin = window.edits.start
        elif window is not None:
            yield window
        window = _Window(first, behind, slice(begin, number + 1))
    if window is not None:
        yield window


def _read_quoted(written: str) -> object:
    """Return the string that a scalar in quotes means, None if it is none."""
    try:
        return yaml.load(written, yaml.SafeLoader)
    except (yaml.YAMLError, ValueError):
        return None
