r"""Rows as text: the format in which COPY of PostgreSQL takes them.

A row is a line, and a tab stands between two values. sqlite writes the lines
itself: no value of a row becomes an object of Python. It does so without a look
at what is in the values, which takes a third of the time. Only a line that shows
that a value has a tab or an end of line in it is written again, with care.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

Block = tuple[bytes, int]
"""Lines, and how many they are."""

BLOCK: Final = 1 << 17
"""Bytes that are sent at once, if a line is not longer."""

NULL: Final = "\x02"
r"""Stands for NULL: unlike `\N`, it has no backslash."""

_NULL: Final = f"char({ord(NULL)})"
_ESCAPED: Final = (
    ("'\\'", "'\\\\'"),
    ("char(9)", "'\\t'"),
    ("char(10)", "'\\n'"),
    ("char(13)", "'\\r'"),
    (_NULL, "'\\x02'"),
)
"""Characters with a meaning of their own, and what is written for them."""


def plain_line_of(names: Sequence[str]) -> str:
    """Return the expression of sqlite for a line that may need care, as bytes."""
    # the tab lets a value that looks like NULL be seen
    return _line_of(
        names, f"CASE {{0}} WHEN {_NULL} THEN char(9) ELSE {{0}} END", "'\\x'"
    )


def careful_line_of(names: Sequence[str]) -> str:
    """Return the expression of sqlite for a line that needs nothing more."""
    text = "{0}"
    for character, written in _ESCAPED:
        text = f"replace({text}, {character}, {written})"
    return _line_of(names, text, "'\\\\x'")


def _line_of(names: Sequence[str], text: str, blob: str) -> str:
    # text comes first, since nearly all values are text
    values = [
        f"CASE typeof({name}) WHEN 'text' THEN {text.format(name)} "
        f"WHEN 'null' THEN {_NULL} "
        f"WHEN 'real' THEN printf('%!.17g', {name}) "
        f"WHEN 'blob' THEN {blob} || hex({name}) ELSE {name} END"
        for name in names
    ]
    return f"CAST({' || char(9) || '.join(values)} || char(10) AS BLOB)"


def join_plain_lines(
    rows: Iterable[tuple[bytes, int]], columns: int, rewrite: Callable[[int], bytes]
) -> Iterator[Block]:
    """Yield plain lines in blocks, as COPY takes them.

    `rows` are lines, each with the number by which `rewrite` returns it with care.
    """
    lines: list[bytes] = []
    numbers: list[int] = []
    size = 0
    for line, number in rows:
        lines.append(line)
        numbers.append(number)
        size += len(line)
        if size > BLOCK:
            yield _finish(lines, numbers, columns, rewrite)
            lines, numbers, size = [], [], 0
    yield _finish(lines, numbers, columns, rewrite)


def _finish(
    lines: Sequence[bytes],
    numbers: Sequence[int],
    columns: int,
    rewrite: Callable[[int], bytes],
) -> Block:
    count = len(lines)
    block = b"".join(lines)
    is_plain = block.count(b"\t") == count * (columns - 1) and b"\r" not in block
    if is_plain and block.count(b"\n") == count:
        return block.replace(b"\\", b"\\\\"), count
    return b"".join(map(rewrite, numbers)), count


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
