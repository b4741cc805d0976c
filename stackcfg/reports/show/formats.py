"""The formats of `show` by name. A new one is a module and an entry here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

# Nothing else is imported here: `--help` lists the names of the formats.
if TYPE_CHECKING:
    from stackcfg.releases.versions import Release
    from stackcfg.show.overview import FileOverview


class Context(NamedTuple):
    """What a format may show besides the overviews.

    `target` is the release family or release as the user named it, `release` the one
    that it stands for. `width` > 0 is the number of columns of a terminal, `encoding`
    that of the output.
    """

    target: str
    release: Release
    colored: bool = False
    width: int = 0
    encoding: str = "utf-8"


class Format(NamedTuple):
    """One format.

    `is_document`: one document about all files; the others are written file by file.
    `holds_problems`: files that cannot be read are part of it; elsewhere the command
    reports them.
    """

    render: Callable[[Sequence[FileOverview], Context], str]
    is_document: bool = False
    holds_problems: bool = False


def _render_tree(overviews: Sequence[FileOverview], context: Context) -> str:
    from stackcfg.reports.show import tree

    guides = tree.guides_for(context.encoding)
    look = tree.Look(context.width, context.colored, guides)
    trees = (
        "".join(f"{line}\n" for line in tree.render(each, look)) for each in overviews
    )
    return "\n".join(trees)


def _render_json(overviews: Sequence[FileOverview], context: Context) -> str:
    from stackcfg.reports.show import json

    return json.render(overviews, context.target, context.release)


def _render_mermaid(overviews: Sequence[FileOverview], context: Context) -> str:
    from stackcfg.reports.show import mermaid

    if not overviews:
        return ""
    return mermaid.render(overviews)


FORMATS: Final = {
    "tree": Format(_render_tree),
    "json": Format(_render_json, is_document=True, holds_problems=True),
    "mermaid": Format(_render_mermaid, is_document=True),
}
