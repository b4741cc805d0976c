"""Tables without lines, for a terminal of some width or for a file of any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

Cell = str | tuple[str, str]
"""A text, or a text with the style that it gets where colors are wanted."""


def table(
    headings: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    colored: bool,
    width: int,
    right: Sequence[int] = (),
) -> Iterator[str]:
    """The lines of a table, none where it has no rows. `width` > 0 wraps cells; `right` are the columns of numbers."""
    if not rows:
        return
    if width:
        yield from _wrapped(headings, rows, colored, width, right)
        return
    lines = [headings, *([_text(cell) for cell in row] for row in rows)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(headings))]
    for line in lines:
        cells = (
            cell.rjust(size) if index in right else cell.ljust(size)
            for index, (cell, size) in enumerate(zip(line, widths, strict=True))
        )
        yield "  " + "  ".join(cells).rstrip()


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell[0]


def _wrapped(
    headings: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    colored: bool,
    width: int,
    right: Sequence[int],
) -> Iterator[str]:
    from io import StringIO

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, pad_edge=True, header_style="bold")
    for index, heading in enumerate(headings):
        shown.add_column(
            heading,
            overflow="fold",
            justify="right" if index in right else "left",
            no_wrap=index in right,
        )
    for row in rows:
        shown.add_row(
            *(Text(cell) if isinstance(cell, str) else Text(*cell) for cell in row)
        )
    out = StringIO()
    Console(file=out, width=width, force_terminal=colored, no_color=not colored).print(
        shown
    )
    yield from (line.rstrip() for line in out.getvalue().rstrip("\n").split("\n"))
