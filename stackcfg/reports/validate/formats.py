"""The formats of `validate` by name. A new one is a module and an entry here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

# Nothing else is imported here: `--help` lists the names of the formats.
if TYPE_CHECKING:
    from stackcfg.validation.findings import FileResult


class Context(NamedTuple):
    """What a format may show besides the results.

    `lines` are the lines of the file as they may be shown (secrets masked), only for
    formats that show source. `width` > 0 is the number of columns of a terminal.
    """

    target: str
    lines: Sequence[str] = ()
    colored: bool = False
    width: int = 0


class Format(NamedTuple):
    """One format.

    `is_document`: one document about all files, also where nothing was found. The
    others are written file by file, for files with findings or a problem.
    """

    render: Callable[[Sequence[FileResult], Context], str]
    is_document: bool = False
    shows_source: bool = False


def _join_lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


# Each module is imported on use: a run without findings needs none of them.


def _render_full(results: Sequence[FileResult], context: Context) -> str:
    from stackcfg.reports.validate import full

    return "".join(
        _join_lines(full.render(each, context.lines, context.colored, context.width))
        for each in results
    )


def _render_concise(results: Sequence[FileResult], context: Context) -> str:
    from stackcfg.reports.validate import concise

    return "".join(_join_lines(concise.render(each)) for each in results)


def _render_json(results: Sequence[FileResult], context: Context) -> str:
    from stackcfg.reports.validate import json

    return json.render(results, context.target)


def _render_sarif(results: Sequence[FileResult], context: Context) -> str:
    from stackcfg import __version__
    from stackcfg.reports.validate import sarif
    from stackcfg.validation.engine import rule_infos

    rules = {info.id: info for info in rule_infos()}
    return sarif.render(results, rules, __version__)


def _render_github(results: Sequence[FileResult], context: Context) -> str:
    from stackcfg.reports.validate import github

    return "".join(_join_lines(github.render(each)) for each in results)


def _render_junit(results: Sequence[FileResult], context: Context) -> str:
    from stackcfg.reports.validate import junit

    return junit.render(results)


FORMATS: Final = {
    "full": Format(_render_full, shows_source=True),
    "concise": Format(_render_concise),
    "json": Format(_render_json, is_document=True),
    "sarif": Format(_render_sarif, is_document=True),
    "github": Format(_render_github),
    "junit": Format(_render_junit, is_document=True),
}
