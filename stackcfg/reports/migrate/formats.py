"""The formats of the migration report by name."""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.light_typing import TYPE_CHECKING, Final, NamedTuple
from stackcfg.reports.formats import Format

# Nothing else is imported here: `--help` lists the names of the formats.
if TYPE_CHECKING:
    from stackcfg.migration.result import MigratedFile


class Context(NamedTuple):
    """What a format may show besides the results.

    `width` > 0 is the number of columns of a terminal. `done` tells
    what was done from what would be. `verbose` also names files that
    needed nothing.
    """

    layout: str
    colored: bool = False
    width: int = 0
    done: bool = True
    verbose: bool = False


FORMATS: Final[dict[str, Format[Sequence[MigratedFile], Context]]] = {
    "full": Format("migrate.full"),
    "concise": Format("migrate.concise"),
    "json": Format("migrate.json", is_document=True),
    "markdown": Format("migrate.markdown", is_document=True),
    "none": Format("migrate.none"),
}
