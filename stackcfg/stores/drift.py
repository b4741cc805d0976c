"""Finds servers that were probably meant to be one and are not: near-twins among the stores of a config."""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.paths import Path
from stackcfg.runconfig.placeholders import remove_defaults
from stackcfg.stores.store_map import Location, Store


def find_drift(uses: list[Store]) -> Iterator[tuple[Path, Path, str]]:
    """Pairs of stores that were probably meant to be one database and are not."""
    seen: list[Store] = []
    for use in uses:
        for other in seen:
            difference = near_twin(other.location, use.location)
            if difference:
                yield other.path, use.path, difference
        if all(use.location != other.location for other in seen):
            seen.append(use)


def near_twin(one: Location | None, other: Location | None) -> str:
    """The field in which two servers differ that were probably meant to be the same; empty when they are not twins."""
    if (
        one is None
        or other is None
        or one.engine != other.engine
        or one.engine == "sqlite"
    ):
        return ""
    mine, theirs = dict(one.connection), dict(other.connection)
    different = [name for name in mine if name in theirs and mine[name] != theirs[name]]
    if not different:
        return ""
    if all(
        remove_defaults(mine.get(name, "")) == remove_defaults(theirs.get(name, ""))
        for name in different
    ):
        return ", ".join(sorted(different))
    return (
        different[0]
        if len(different) == 1 and different[0] not in ("host", "db")
        else ""
    )
