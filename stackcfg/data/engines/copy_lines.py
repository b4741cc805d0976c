r"""Rows as text: the format in which COPY of PostgreSQL takes them.

A row is a line, a tab stands between two values, and `\N` for NULL. sqlite
writes the lines itself: no value of a row becomes an object of Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from stackcfg.data.engines.protocol import Progress

BLOCK: Final = 1 << 17
"""Bytes that are sent at once, if a line is not longer."""

ESCAPED: Final = (
    ("'\\'", "'\\\\'"),
    ("char(9)", "'\\t'"),
    ("char(10)", "'\\n'"),
    ("char(13)", "'\\r'"),
)
"""Characters with a meaning of their own, and what is written for them."""


def line_of(names: Sequence[str]) -> str:
    """Return the expression of sqlite for the line of a row, as bytes."""
    values = " || char(9) || ".join(map(_write_value, names))
    return f"CAST({values} || char(10) AS BLOB)"


def _write_value(name: str) -> str:
    text = name
    for character, written in ESCAPED:
        text = f"replace({text}, {character}, {written})"
    # text comes first, since nearly all values are text
    return (
        f"CASE typeof({name}) WHEN 'text' THEN {text} "
        f"WHEN 'null' THEN '\\N' "
        f"WHEN 'real' THEN printf('%!.17g', {name}) "
        f"WHEN 'blob' THEN '\\\\x' || hex({name}) ELSE {name} END"
    )


def join_lines(lines: Iterable[bytes], done: Progress) -> Iterator[bytes]:
    """Yield lines in blocks that are worth sending, and report their number."""
    block: list[bytes] = []
    size = 0
    for line in lines:
        block.append(line)
        size += len(line)
        if size > BLOCK:
            yield b"".join(block)
            done(len(block))
            block, size = [], 0
    yield b"".join(block)
    done(len(block))
