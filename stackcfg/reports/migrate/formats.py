"""The formats of the migration report by name. A new one is a module and an entry here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

# Nothing else is imported here: `--help` lists the names of the formats.
if TYPE_CHECKING:
    from stackcfg.migration.result import MigratedFile


class Context(NamedTuple):
    """What a format may show besides the results.

    `width` > 0 is the number of columns of a terminal. `done` tells what was done from
    what would be. `verbose` also names files that needed nothing.
    """

    target: str
    layout: str
    colored: bool = False
    width: int = 0
    done: bool = True
    verbose: bool = False


class Format(NamedTuple):
    """One format. `is_document`: one document about all files, not file by file."""

    render: Callable[[Sequence[MigratedFile], Context], str]
    is_document: bool = False


# Each module is imported on use: no format needs what another one does.


def _render_full(results: Sequence[MigratedFile], context: Context) -> str:
    from stackcfg.reports.migrate import text

    return "".join(
        f"{line}\n"
        for each in results
        for line in text.full(
            each,
            context.target,
            context.layout,
            context.colored,
            context.width,
            context.done,
        )
    )


def _render_concise(results: Sequence[MigratedFile], context: Context) -> str:
    from stackcfg.reports.migrate import text

    return "".join(
        f"{line}\n"
        for each in results
        if context.verbose or each.status != "unchanged"
        for line in text.concise(each, context.colored, context.done)
    )


def _render_json(results: Sequence[MigratedFile], context: Context) -> str:
    from stackcfg.reports.migrate import json

    return json.render(results, context.target, context.layout)


def _render_nothing(results: Sequence[MigratedFile], context: Context) -> str:
    """Render only why a file was refused."""
    from stackcfg.reports.migrate import text

    return "".join(
        f"{text.problem(each, context.colored)}\n"
        for each in results
        if each.problem is not None
    )


FORMATS: Final = {
    "full": Format(_render_full),
    "concise": Format(_render_concise),
    "json": Format(_render_json, is_document=True),
    "none": Format(_render_nothing),
}
