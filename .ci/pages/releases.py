"""The pages on what changes from release to release, made from the facts.

A page for each release family, with the change to it from the family before and
those between its releases; and the list of these pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from itertools import pairwise

from pages.release_changes import (
    KINDS,
    RENAMED,
    ReleaseChange,
    grouped,
    release_changes,
)

from stackcfg.migration.steps import STEPS
from stackcfg.releases.families import Target, families
from stackcfg.releases.versions import Release, described_releases, format_release

FOLDER = "releases"
SHOWN_PLACES = 4

HEAD = """\
# What changes from release to release

Made from the facts by which `stackcfg` judges: the config models, providers and start-up checks of
every published release, read from its package. Each page begins with the release before, and says
what is renamed, removed, made inert, required or new, and what `stackcfg migrate` does about it.
`stackcfg migrate --target` makes all of these changes at once, from any release to any later one.

| to | releases that change something | changes |
|---|---|---|
"""


@cache
def pairs() -> tuple[tuple[Release, Release], ...]:
    """Return neighbouring releases, oldest first."""
    return tuple(pairwise(described_releases()))


def release_pages() -> dict[str, str]:
    """Return each page by its name below the docs."""
    found = {f"{FOLDER}/index.md": HEAD + "".join(map(_row, families()))}
    for family in families():
        found[f"{FOLDER}/{family.name}.md"] = _family_page(family)
    return found


def _pairs_of(family: Target) -> list[tuple[Release, Release]]:
    return [pair for pair in pairs() if pair[1][:2] == family.last[:2]]


def _row(family: Target) -> str:
    changed = [after for before, after in _pairs_of(family) if _has_news(before, after)]
    counts = [len(release_changes(*pair)) for pair in _pairs_of(family)]
    named = ", ".join(map(format_release, changed))
    return f"| [{family.name}]({family.name}.md) | {named} | {sum(counts)} |\n"


def _has_news(before: Release, after: Release) -> bool:
    return bool(release_changes(before, after) or _notes(after))


def _family_page(family: Target) -> str:
    parts = [f"# {family.name}\n"]
    quiet = []
    for before, after in _pairs_of(family):
        if _has_news(before, after):
            parts += _section(before, after)
        else:
            quiet.append(format_release(after))
    if quiet:
        parts.append(f"\nFor run configs, these changed nothing: {', '.join(quiet)}.\n")
    return "".join(parts)


def _section(before: Release, after: Release) -> Iterator[str]:
    yield f"\n## From {format_release(before)} to {format_release(after)}\n"
    notes = _notes(after)
    if notes:
        yield "\n### What `stackcfg migrate` follows\n\n"
        yield from (f"- {note}\n" for note in notes)
    changes = grouped(release_changes(before, after))
    for kind in KINDS:
        rows = {change: changes[change] for change in changes if change.kind == kind}
        if rows:
            yield f"\n### {kind}\n\n"
            yield from (_line(change, places) for change, places in rows.items())


def _line(change: ReleaseChange, places: list[str]) -> str:
    words = change.what
    if change.how:
        joint = " → " if change.kind == RENAMED else ": "
        words += joint + change.how.removeprefix("now ")
    where = [f"`{place}`" for place in places if place]
    if not where:
        return f"- {words}\n"
    shown = ", ".join(where[:SHOWN_PLACES])
    if len(where) > SHOWN_PLACES:
        shown += f" and {len(where) - SHOWN_PLACES} more"
    return f"- {words}, in {shown}\n"


@cache
def _notes(release: Release) -> tuple[str, ...]:
    """Return what the steps say of a change that a release brought."""
    found = []
    for step in STEPS:
        if step.since and _padded(step.since) == _padded(release):
            module = import_module(f"stackcfg.migration.steps.{step.name}")
            summary, _, _ = (module.__doc__ or "").partition("\n\n")
            text = " ".join(summary.split())
            found.append(text.partition(": ")[2] or text)
    return tuple(found)


def _padded(release: Release) -> Release:
    return (*release, 0, 0)[: max(3, len(release))]
