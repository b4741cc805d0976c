"""Tables without rules, folded to the width of a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from stackcfg.light_typing import Final
from stackcfg.reports.console.characters import columns
from stackcfg.reports.console.colors import Lines, paint
from stackcfg.reports.console.folding import fold

GAP: Final = "  "
LEAST_WIDTH: Final = 8
"""Columns that a folded cell keeps in any case."""

Cell = str | tuple[str, str]
"""Text, or text and its color."""


def table(
    headings: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    width: int,
    right: Sequence[int] = (),
) -> Lines:
    """Yield the lines of a table, none if it has no rows.

    `width` > 0 folds cells so that lines have at most that many
    columns. `right` are the indexes of columns of numbers, which are
    aligned to the right and never folded.
    """
    if not rows:
        return
    colored = [[(heading, "strong") for heading in headings]]
    colored += [[_with_color(cell) for cell in row] for row in rows]
    table_columns = zip(*colored, strict=True)
    widths = [max(columns(text) for text, _ in column) for column in table_columns]
    if width:
        _narrow(widths, width - len(GAP) * len(widths), right)
    for row in colored:
        yield from _format_row(row, widths, right)


def _with_color(cell: Cell) -> tuple[str, str]:
    if isinstance(cell, str):
        return cell, ""
    return cell


def _narrow(widths: list[int], room: int, right: Sequence[int]) -> None:
    """Take from the widest column until all fit, or none can give any more."""
    # A folded number would be read as two.
    foldable = [index for index in range(len(widths)) if index not in right]
    while sum(widths) > room:
        widest = max(foldable, key=lambda index: widths[index])
        if widths[widest] <= LEAST_WIDTH:
            break
        widths[widest] -= 1


def _format_row(
    row: Sequence[tuple[str, str]], widths: Sequence[int], right: Sequence[int]
) -> Lines:
    """Yield the lines of one row, which are as many as its most folded
    cell has.
    """
    cells = [fold(text, width) for (text, _), width in zip(row, widths, strict=True)]
    for texts in zip_longest(*cells, fillvalue=""):
        line = ""
        for index, text in enumerate(texts):
            padding = " " * (widths[index] - columns(text))
            shown = paint(text, row[index][1])
            if index in right:
                line += GAP + padding + shown
            else:
                line += GAP + shown + padding
        yield line.rstrip()
