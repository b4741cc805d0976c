"""Tables and code in Markdown, for summaries of CI services."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from stackcfg.light_typing import Final
from stackcfg.patterns import lazy_pattern
from stackcfg.reports.console.characters import flat

_MARKUP: Final = lazy_pattern(r"[\\`*_\[\]<>|#@]")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table; its cells are Markdown."""
    yield _row(head)
    yield _row(["---"] * len(head))
    yield from map(_row, rows)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def plain(text: str) -> str:
    """Return a text on one line of which nothing is markup."""
    return _MARKUP.sub(r"\\\g<0>", flat(text))


def code(text: str) -> str:
    """Return a text as code in a cell of a table, whatever is in it."""
    shown = flat(text).replace("`", "'").replace("|", "\\|")
    return f"`{shown}`"
