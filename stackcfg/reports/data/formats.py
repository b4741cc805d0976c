"""The formats of the data commands by name."""

from __future__ import annotations

from stackcfg.light_typing import TYPE_CHECKING, Final, NamedTuple
from stackcfg.reports.formats import Format

# Nothing else is imported here: `--help` lists the names of the formats.
if TYPE_CHECKING:
    from stackcfg.data.result import UpgradeResult


class Context(NamedTuple):
    """How a report is drawn: in color, in a terminal of `width` > 0 columns."""

    colored: bool = False
    width: int = 0


FORMATS: Final[dict[str, Format[UpgradeResult, Context]]] = {
    "table": Format("data.table"),
    "json": Format("data.json", is_document=True),
}
