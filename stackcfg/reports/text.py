"""The migration report for people: what moved where, whether the new server sees it, what is left to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from stackcfg.continuity import KEPT, NEW, PARTLY, UNSEEN, Row
from stackcfg.migration import ConfigResult
from stackcfg.outcome import Outcome
from stackcfg.storage import Location

HEADINGS: Final = ("store", "its data was in", "the new server reads", "old data")
WORDS: Final = {KEPT: "seen", PARTLY: "seen in part", UNSEEN: "not seen", NEW: "none yet"}
COLORS: Final = {KEPT: "green", PARTLY: "yellow", UNSEEN: "red", NEW: "dim"}
KINDS: Final = {"info": "note", "action": "to do", "partial": "unfinished", "changed": "changed"}
KIND_COLORS: Final = {"info": "dim", "action": "yellow", "partial": "red", "changed": "green"}
ANSI: Final = {"green": "32", "yellow": "33", "red": "31", "dim": "2", "bold": "1"}


def paint(text: str, color: str, colored: bool) -> str:
    """The text in a color, where colors are wanted."""
    return f"\x1b[{ANSI[color]}m{text}\x1b[0m" if colored else text


def problem(outcome: Outcome, colored: bool = False) -> str:
    """The one line that says why a file was refused."""
    assert outcome.problem is not None
    found = outcome.problem
    place = f":{found.line}:{found.column}" if found.line else ""
    hint = f"; {found.hint}" if found.hint else ""
    return f"{outcome.file}{place}: {paint('error', 'red', colored)}: {found.message}{hint}"


def concise(outcome: Outcome, colored: bool = False) -> Iterator[str]:
    """One line a file, and one for each thing that a person must do."""
    if outcome.migration is None:
        yield problem(outcome, colored)
        return
    yield f"{outcome.file}: {outcome.status}"
    for config in outcome.migration.configs:
        yield from _findings(outcome.file, config, colored, kinds=("action", "partial"))


def full(outcome: Outcome, target: str, layout: str, colored: bool = False, width: int = 0) -> Iterator[str]:
    """Everything about one file. `width` > 0 wraps the table to a terminal of that many columns."""
    if outcome.migration is None:
        yield problem(outcome, colored)
        return
    if not outcome.migration.changed:
        yield f"{outcome.file}: nothing to migrate for {target}"
    for config in outcome.migration.configs:
        name = f"{outcome.file} ({config.place})" if config.place else outcome.file
        if config.rows:
            yield from _table(name, config.rows, target, layout, colored, width)
        yield from _findings(outcome.file, config, colored)
    if outcome.migration.changed:
        yield from _summary(outcome, target, layout)
    if outcome.backup:
        yield f"{outcome.file}: the old file is kept as {outcome.backup}"


def _findings(
    file: str, config: ConfigResult, colored: bool, kinds: tuple[str, ...] = ("info", "action", "partial", "changed")
) -> Iterator[str]:
    for each in config.findings:
        if each.kind in kinds:
            word = paint(KINDS[each.kind], KIND_COLORS[each.kind], colored)
            yield f"{file}:{each.position.line}:{each.position.column}: {word}: {each.message}"


def _table(name: str, rows: tuple[Row, ...], target: str, layout: str, colored: bool, width: int) -> Iterator[str]:
    title = f"{name} for {target}, layout {layout}"
    cells = [_cells(row) for row in rows]
    if width:
        yield from _rich_table(title, rows, cells, colored, width)
        return
    yield title
    widths = [max(len(line[index]) for line in (HEADINGS, *cells)) for index in range(3)]
    for line in (HEADINGS, *cells):
        yield (
            "  " + "  ".join([*(cell.ljust(size) for cell, size in zip(line, widths, strict=False)), line[3]]).rstrip()
        )


def _rich_table(
    title: str, rows: tuple[Row, ...], cells: list[tuple[str, str, str, str]], colored: bool, width: int
) -> Iterator[str]:
    from io import StringIO

    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in HEADINGS:
        table.add_column(heading, overflow="fold")
    for row, line in zip(rows, cells, strict=True):
        table.add_row(*map(Text, line[:3]), Text(line[3], COLORS[row.status]))
    out = StringIO()
    console = Console(file=out, width=width, force_terminal=colored, no_color=not colored)
    console.print(table)
    yield from out.getvalue().rstrip("\n").split("\n")


def _cells(row: Row) -> tuple[str, str, str, str]:
    before = short(row.before) if row.before else "-"
    after = f"{row.backend}: {short(row.after)}" if row.after else "-"
    word = "replaced" if row.superseded else WORDS[row.status]
    data = f"{word} ({short_variables(row.reason)})" if row.reason and row.status in (UNSEEN, PARTLY) else word
    return short_variables(row.consumer), before, after, data


def short(place: Location) -> str:
    """A location in few words: placeholders by their name alone."""
    return short_variables(place.describe())


def short_variables(text: str) -> str:
    """The text with `${env.NAME:=default}` as `$NAME`, and a conditional one as what it becomes."""
    text = re.sub(r"\$\{env\.[A-Z0-9_]+:\+([^}]*)\}", r"\1", text)
    return re.sub(r"\$\{env\.([A-Z0-9_]+)[^}]*\}", r"$\1", text)


def _summary(outcome: Outcome, target: str, layout: str) -> Iterator[str]:
    assert outcome.migration is not None
    rows = [row for config in outcome.migration.configs for row in config.rows]
    unseen = sum(row.status == UNSEEN for row in rows)
    stored = sum(row.status != NEW for row in rows)
    words = f"{outcome.file}: {len(rows)} stores carried over to {target}"
    if unseen:
        words += f"; {unseen} of {stored} with old data will look empty, the data itself stays where it is"
        if layout == "consolidate":
            words += "; '--layout preserve' keeps every store in its place"
    yield words
    if outcome.migration.partial:
        yield f"{outcome.file}: unfinished: see above what a person must decide"
