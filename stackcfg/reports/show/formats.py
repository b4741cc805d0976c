"""The formats of `show` by name."""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.light_typing import TYPE_CHECKING, Final, NamedTuple
from stackcfg.reports.formats import Format

# Nothing else is imported here: `--help` lists the names of the formats.
if TYPE_CHECKING:
    from stackcfg.releases.versions import Release
    from stackcfg.show.overview import FileOverview


class Context(NamedTuple):
    """What a format may show besides the overviews.

    `target` is the release family or release as the user named it,
    `release` the one that it stands for, if there is one. `width` > 0
    is the number of columns of a terminal, `encoding` that of the
    output. `verbose` asks for the evidence.
    """

    target: str
    release: Release | None
    colored: bool = False
    width: int = 0
    encoding: str = "utf-8"
    verbose: bool = False


FORMATS: Final[dict[str, Format[Sequence[FileOverview], Context]]] = {
    "tree": Format("show.tree"),
    "json": Format("show.json", is_document=True, holds_problems=True),
    "mermaid": Format("show.mermaid", is_document=True),
}
