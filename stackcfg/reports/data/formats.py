"""The formats of the data commands by name. A new one is a module and an entry here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

# Nothing else is imported here: `--help` lists the names of the formats.
if TYPE_CHECKING:
    from stackcfg.data.result import UpgradeResult


class Context(NamedTuple):
    """How a report is drawn: in color, in a terminal of `width` > 0 columns."""

    colored: bool = False
    width: int = 0


class Format(NamedTuple):
    """One format. `is_document`: for programs, always UTF-8; else for a terminal."""

    render: Callable[[UpgradeResult, Context], str]
    is_document: bool = False


def _render_table(result: UpgradeResult, context: Context) -> str:
    from stackcfg.reports.data import text

    lines = text.render(result, text.Look(context.colored, context.width))
    return "".join(f"{line}\n" for line in lines)


def _render_json(result: UpgradeResult, context: Context) -> str:
    from stackcfg.reports.data import json

    return json.render(result)


FORMATS: Final = {
    "table": Format(_render_table),
    "json": Format(_render_json, is_document=True),
}
