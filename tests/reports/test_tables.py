"""Tables: as wide as they need to be in a file, folded to the width of a terminal."""

from __future__ import annotations

import re

import pytest

from stackcfg.reports.console.characters import columns
from stackcfg.reports.console.colors import join_lines
from stackcfg.reports.console.tables import table

HEADINGS = ("store", "rows", "from")
ROWS = [
    ("metadata", ("12", "green"), "/data/distributions/starter/registry.db"),
    ("vector_io faiss", "no file", "${env.A}/漢字.db"),
]


def lines(width: int = 0, colored: bool = False) -> list[str]:
    shown = table(HEADINGS, ROWS, width, right=(1,))
    return join_lines(shown, colored).splitlines()


def test_a_table_in_a_file_is_as_wide_as_its_cells():
    assert lines() == [
        "  store               rows  from",
        "  metadata              12  /data/distributions/starter/registry.db",
        "  vector_io faiss  no file  ${env.A}/漢字.db",
    ]


def test_a_table_on_a_narrow_terminal_folds_its_widest_cells():
    assert lines(50) == [
        "  store               rows  from",
        "  metadata              12  /data/distributions/",
        "                            starter/registry.db",
        "  vector_io faiss  no file  ${env.A}/漢字.db",
    ]


@pytest.mark.parametrize("width", range(35, 90))
def test_a_folded_table_fits_and_loses_nothing(width):
    shown = lines(width)
    assert max(map(columns, shown)) <= width
    letters = sorted("".join(shown).replace(" ", ""))
    assert letters == sorted("".join(lines()).replace(" ", ""))


def test_numbers_are_not_folded_where_there_is_no_room():
    assert any("no file" in line for line in lines(20))


def test_colors_change_no_column():
    colored = lines(50, colored=True)
    assert "\x1b[32m12\x1b[0m" in "".join(colored)
    assert [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in colored] == lines(50)


def test_a_table_without_rows_has_no_lines():
    assert list(table(HEADINGS, [], width=0)) == []
