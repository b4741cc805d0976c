"""Deployments for people: each with its config, volumes and what else it needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.reports.console.characters import columns
from stackcfg.reports.console.colors import Lines, paint
from stackcfg.reports.console.folding import fold
from stackcfg.reports.show.labels import join_words, short_text
from stackcfg.show.deployments import DeployedReference, DeploymentOverview
from stackcfg.show.volumes import (
    IN_CONTAINER,
    ON_SERVER,
    ON_VOLUME,
    DeployedDatabase,
    DeployedVolume,
)

BRANCHES: Final = {True: ("├── ", "└── "), False: ("|-- ", "`-- ")}
"""The lines of a tree, before the last row and at it, in Unicode and in ASCII."""

_PLACES: Final = {
    ON_SERVER: "a database server",
    IN_CONTAINER: "in the container; lost with it",
}


class Row(NamedTuple):
    """One row: a name and details; a row with a `color` is marked."""

    name: str
    details: str
    color: str = ""


def draw_deployment(
    file: str, deployment: DeploymentOverview, width: int, is_unicode: bool
) -> Lines:
    """Yield the lines about one deployment."""
    what = f"{deployment.kind} '{short_text(deployment.name)}'"
    runs = ""
    if deployment.runs:
        runs = f" runs {short_text(deployment.runs)}"
    head = f"{short_text(file)}, line {deployment.position.line}: {what}{runs}"
    yield from _fold(head, width, "strong")
    groups = [
        (_describe_config(file, deployment), list(_databases(deployment))),
        ("volumes", list(map(_describe_volume, deployment.volumes))),
        ("needs", [_describe_reference(file, each) for each in deployment.references]),
    ]
    for heading, rows in groups:
        if rows or heading not in ("volumes", "needs"):
            yield ""
            yield from _fold(heading, width)
            yield from _draw_rows(rows, width, is_unicode)


def _fold(text: str, width: int, color: str = "") -> Lines:
    for line in fold(text, width, "    "):
        yield paint(line, color)


def _draw_rows(rows: Sequence[Row], width: int, is_unicode: bool) -> Lines:
    middle, last = BRANCHES[is_unicode]
    size = max((columns(row.name) for row in rows), default=0)
    for number, row in enumerate(rows, 1):
        guide = last if number == len(rows) else middle
        padding = " " * (size - columns(row.name))
        line = f"{row.name}{padding}  {row.details}".rstrip()
        first, *others = fold(line, width - len(guide), "  ")
        yield paint(guide, "dim") + paint(first, row.color)
        yield from (" " * len(guide) + paint(each, row.color) for each in others)


def _describe_config(file: str, deployment: DeploymentOverview) -> str:
    config = deployment.config
    if config is None:
        return "the config of its image"
    source = config.source
    words = f"config: {source.kind} '{short_text(source.name)}'"
    if source.key:
        words += f", key {short_text(source.key)}"
    return f"{words} ({_where(file, source)})"


def _where(file: str, reference: DeployedReference) -> str:
    if not reference.line:
        return "not in these files"
    if reference.file in ("", file):
        return f"line {reference.line}"
    return f"{short_text(reference.file)}, line {reference.line}"


def _databases(deployment: DeploymentOverview) -> Iterator[Row]:
    if deployment.config is not None:
        yield from map(_describe_database, deployment.config.databases)


def _describe_database(database: DeployedDatabase) -> Row:
    place = _PLACES.get(database.where, "depends on the environment")
    if database.where == ON_VOLUME:
        place = f"on the volume {short_text(database.volume)}"
    color = "warning" if database.where == IN_CONTAINER else ""
    location = database.location._replace(table="", prefix="")
    details = f"{short_text(location.describe())}: {place}"
    return Row(short_text(database.name), details, color)


def _describe_volume(volume: DeployedVolume) -> Row:
    adopted = ""
    if volume.adopted:
        adopted = f"taken over from '{short_text(volume.adopted)}'"
    what = ""
    if not volume.is_kept:
        what = f"{short_text(volume.what)}, not kept"
        if volume.what in ("configMap", "secret", "projected"):
            what = short_text(volume.what)
    folder = f"at {short_text(volume.folder)}"
    details = join_words(", ", folder, short_text(volume.size), what, adopted)
    return Row(short_text(volume.name) or "no volume", details)


def _describe_reference(file: str, reference: DeployedReference) -> Row:
    key = f"key {short_text(reference.key)}" if reference.key else ""
    details = join_words(", ", key, _where(file, reference))
    return Row(f"{reference.kind} {short_text(reference.name)}", details)
