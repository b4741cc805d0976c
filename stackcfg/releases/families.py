"""Release families, their names, and sets of releases in words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from stackcfg.releases import models as config_models
from stackcfg.releases.models import described_releases
from stackcfg.releases.versions import Release, format_release, parse_release


class Target(NamedTuple):
    """A release family that a file can be for: its name, its first and its last known release."""

    name: str
    first: Release
    last: Release

    def covers(self, text: str) -> bool:
        """Whether a text names this family or one of its releases."""
        if text == self.name:
            return True
        try:
            return self.first <= parse_release(text) <= self.last
        except ValueError:
            return False


DEFAULT_TARGET: Final = Target("0.3", (0, 3, 0), (0, 3, 5))
"""The family that is meant where none is named: the first with the storage catalog."""


@cache
def families() -> tuple[Target, ...]:
    """Every release family whose facts are known, oldest first; the first and the last release are known ones."""
    found: dict[Release, list[Release]] = {}
    for each in described_releases():
        found.setdefault(each[:2], []).append(each)
    return tuple(
        Target(format_release(family), min(each), max(each))
        for family, each in found.items()
    )


SOURCE_ROLE: Final = "source (--from)"
"""What a release that a file was for is called where it is not known."""


def parse_target(
    text: str, among: Sequence[Target] | None = None, role: str = "target"
) -> Target:
    """The family of this name, or one release of a family as a target of its own. Raises `ValueError`.

    `among` are the families that may be named, all where it is left out; `role` is what the error calls it.
    """
    among = families() if among is None else among
    for each in among:
        if text == each.name:
            return each
        if each.covers(text):
            return Target(text, parse_release(text), parse_release(text))
    names = ", ".join(each.name for each in among)
    family = next((each for each in among if text.startswith(f"{each.name}.")), None)
    known = (
        f"; of {family.name} {format_release(family.first)} to {format_release(family.last)} are known"
        if family is not None
        else ""
    )
    raise ValueError(f"{role} '{text}' is not one of {names}{known}")


def release_spans(releases: frozenset[Release]) -> tuple[tuple[Release, Release], ...]:
    """A set of releases as the first and the last of each unbroken run of them."""
    found: list[tuple[Release, Release]] = []
    previous = False
    for version in config_models.described_releases():
        if version in releases:
            found = (
                [*found[:-1], (found[-1][0], version)]
                if previous
                else [*found, (version, version)]
            )
        previous = version in releases
    return tuple(found)


def describe_releases(releases: frozenset[Release]) -> str:
    """A set of releases in words: `0.3.0 or later`, `0.2.8 to 0.2.24`."""
    first, last = (
        config_models.described_releases()[0],
        config_models.described_releases()[-1],
    )
    words = []
    for since, until in release_spans(releases):
        if (since, until) == (first, last):
            return "any release"
        if since == until:
            words.append(format_release(since))
        elif until == last:
            words.append(f"{format_release(since)} or later")
        else:
            words.append(
                f"{format_release(until)} or earlier"
                if since == first
                else f"{format_release(since)} to {format_release(until)}"
            )
    return ", ".join(words)
