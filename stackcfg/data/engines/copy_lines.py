r"""Rows for COPY of PostgreSQL: blocks of lines, a tab between two values.

Nearly all values of sqlite are texts without a character that has a meaning
here. So rows are joined into a block without a look at them. Only a block that
shows that it has another value is written again, value by value.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

Block = tuple[bytes, int]
"""Lines, and how many they are."""

BLOCK: Final = 1 << 17
"""How much is sent at once, in characters or bytes, if a line is not longer."""

NULL: Final = f"\x02{os.urandom(4).hex()}"
"""Stands for NULL; it differs in each run, so that no stored value is the same."""

NUMBERS: Final = ("INT", "BOOL")
"""Parts of the types of sqlite whose values are nearly always numbers."""

_ESCAPED: Final = str.maketrans(
    {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"},
)
"""Characters with a meaning of their own, and what is written for them."""


class CopyData(NamedTuple):
    """Rows for COPY, and the options with which it reads them."""

    options: str
    blocks: Generator[Block, None, None]


def text_of(name: str, kind: str) -> str:
    """Return the expression of sqlite by which a value of a column is text.

    A value that a column of this type rarely holds stays as it is.
    """
    text = f"ifnull({name}, '{NULL}')"
    if not any(part in kind.upper() for part in NUMBERS):
        return text
    number = f"CAST({name} AS TEXT)"
    return f"CASE typeof({name}) WHEN 'integer' THEN {number} ELSE {text} END"


def join_rows(rows: Iterable[Sequence[Any]]) -> Iterator[Block]:
    """Yield rows of the values of `text_of` in blocks."""
    block: list[Sequence[Any]] = []
    lines: list[str] = []
    size, is_text = 0, True
    for row in rows:
        try:
            line = "\t".join(row)
        except TypeError:
            line, is_text = _careful_line(row), False
        block.append(row)
        lines.append(line)
        size += len(line)
        if size > BLOCK:
            yield _finish(block, lines, is_text=is_text)
            block, lines, size, is_text = [], [], 0, True
    if block:
        yield _finish(block, lines, is_text=is_text)


def _finish(
    rows: Sequence[Sequence[Any]], lines: Sequence[str], *, is_text: bool
) -> Block:
    text = "\n".join([*lines, ""])
    if is_text and _has_only_own_ends(text, rows):
        return text.encode().replace(b"\\", b"\\\\"), len(rows)
    text = "\n".join([*map(_careful_line, rows), ""])
    return text.encode(), len(rows)


def _has_only_own_ends(text: str, rows: Sequence[Sequence[Any]]) -> bool:
    """Return whether no value has a character that ends a value or a line."""
    tabs = len(rows) * (len(rows[0]) - 1)
    if "\r" in text or text.count("\t") != tabs:
        return False
    return text.count("\n") == len(rows)


def _careful_line(row: Sequence[Any]) -> str:
    return "\t".join(map(_careful_text, row))


def _careful_text(value: Any) -> str:
    if isinstance(value, str):
        return value.translate(_ESCAPED)
    if isinstance(value, bytes):
        return rf"\\x{value.hex()}"
    return str(value)


def join_lines(lines: Iterable[bytes]) -> Iterator[Block]:
    """Yield lines in blocks that are worth sending."""
    found: list[bytes] = []
    size = 0
    for line in lines:
        found.append(line)
        size += len(line)
        if size > BLOCK:
            yield b"".join(found), len(found)
            found, size = [], 0
    yield b"".join(found), len(found)
