"""Release families, the names of targets, and sets of releases in words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import groupby

from stackcfg.light_typing import NamedTuple
from stackcfg.releases.names import LATEST, bare_name
from stackcfg.releases.versions import (
    Release,
    Span,
    described_releases,
    format_release,
    nearest_described,
    parse_release,
)


class Target(NamedTuple):
    """A release family, or one release: its name, first and last known release."""

    name: str
    first: Release
    last: Release


DEFAULT_TARGET = Target("0.3", (0, 3, 0), (0, 3, 5))
"""The target if none is named: the first family with the storage catalog."""

SOURCE_ROLE = "source (--from)"
"""What messages call the release that a file was written for."""


@cache
def families() -> tuple[Target, ...]:
    """Return every release family with known facts, oldest first."""
    found: dict[Release, list[Release]] = {}
    for version in described_releases():
        found.setdefault(version[:2], []).append(version)
    return tuple(
        Target(format_release(family), members[0], members[-1])
        for family, members in found.items()
    )


def parse_target(
    text: str, among: Sequence[Target] | None = None, role: str = "target"
) -> Target:
    """Return the family of a name, or a release as a target of its own.

    A single number names the newest family of a major version, `latest`
    the newest of all. `among` are the permitted families (None: all),
    `role` is the word for the target in the error. Raises `ValueError`.
    """
    if among is None:
        among = families()
    name = bare_name(text)
    if name == LATEST:
        return among[-1]
    version = _read_release(name)
    for family in reversed(among):
        if version and version == family.first[: len(version)] and len(version) < 3:
            return family
        if family.first <= version <= family.last and version in described_releases():
            return Target(format_release(version), version, version)
    names = ", ".join(family.name for family in among)
    message = f"{role} '{text}' is not one of {names}"
    raise ValueError(f"{message}{_describe_known(name, version, among)}")


def _read_release(name: str) -> Release:
    """Return the release of a name; an empty one for another word."""
    try:
        return parse_release(name)
    except ValueError:
        return ()


def _describe_known(text: str, version: Release, among: Sequence[Target]) -> str:
    """Return what is known instead of a release that was never published."""
    newest = among[-1].last
    if version > newest:
        return f"; the newest known release is {format_release(newest)}"
    for family in among:
        if family.first < version < family.last:
            before = format_release(nearest_described(version))
            return f"; {before} is the last release before it"
        if text.startswith(f"{family.name}."):
            first, last = format_release(family.first), format_release(family.last)
            return f"; of {family.name}, {first} to {last} are known"
    # imported only here: most targets are known ones
    from stackcfg.spelling import nearest_word

    meant = nearest_word(text, [LATEST, *(family.name for family in among)])
    if meant:
        return f"; did you mean '{meant}'?"
    return ""


def target_of(release: Release) -> Target:
    """Return a release as a target: its family, if it is the last of it."""
    for family in families():
        if release == family.last:
            return family
    return Target(format_release(release), release, release)


def describe_judge(target: Target) -> str:
    """Return the one release that judges for a target, with that of the
    facts where its own were never read.
    """
    name = format_release(target.last)
    known = nearest_described(target.last)
    if known == target.last:
        return name
    return f"{name} by the facts of {format_release(known)}"


def release_spans(releases: frozenset[Release]) -> tuple[Span, ...]:
    """Return a set of releases as its unbroken runs."""
    runs = groupby(described_releases(), releases.__contains__)
    members = [list(run) for is_in, run in runs if is_in]
    return tuple((run[0], run[-1]) for run in members)


def describe_releases(releases: frozenset[Release]) -> str:
    """Return a set of releases in words: `0.3.0 or later`, `0.2.8 to 0.2.24`."""
    return ", ".join(map(_describe_span, release_spans(releases)))


def _describe_span(span: Span) -> str:
    first, *_, last = described_releases()
    since, until = span
    if span == (first, last):
        return "any release"
    if since == until:
        return format_release(since)
    if until == last:
        return f"{format_release(since)} or later"
    if since == first:
        return f"{format_release(until)} or earlier"
    return f"{format_release(since)} to {format_release(until)}"
