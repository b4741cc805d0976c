"""The lines that make a file a run config, and those that speak against it."""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.light_typing import Final
from stackcfg.reports.console.colors import Lines, paint
from stackcfg.reports.console.folding import fold
from stackcfg.reports.show.labels import short_text
from stackcfg.show.overview import Judgement

_INDENT: Final = "    "


def draw_judgements(judgements: Sequence[Judgement], width: int) -> Lines:
    """Yield a line for each piece of evidence."""
    for each in judgements:
        word, color = "", ""
        if each.weight < 0:
            word, color = "but ", "warning"
        line = f"  line {each.position.line}: {word}{short_text(each.what)}"
        for part in fold(line, width, _INDENT):
            yield paint(part, color)
