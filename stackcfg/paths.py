"""Paths into nested plain data, and looking values up in such data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from stackcfg.light_typing import Any

Path = tuple["str | int", ...]
"""Mapping keys and list indexes, from the root of a document to a value in it."""

Data = Mapping[str, Any]
"""Plain data under string keys: a run config, or a section of one."""


def value_at(data: Any, path: Path) -> Any:
    """Return the value at a path of plain data, or None where there is none."""
    for part in path:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


def mapping_at(data: Any, path: Path) -> Mapping[Any, Any]:
    """Return the mapping at a path; an empty one where there is no mapping."""
    return as_mapping(value_at(data, path))


def list_at(data: Any, path: Path) -> Sequence[Any]:
    """Return the list at a path; an empty one where there is no list."""
    return as_list(value_at(data, path))


def walk_values(data: Any) -> Iterator[tuple[Path, Any]]:
    """Yield every value of plain data with its path, holders first."""
    waiting: list[tuple[Path, Any]] = [((), data)]
    while waiting:
        path, value = waiting.pop()
        yield path, value
        # most values are scalars
        if isinstance(value, dict):
            waiting += [((*path, key), value[key]) for key in reversed(value)]
        elif isinstance(value, list):
            items = list(enumerate(value))
            waiting += [((*path, index), item) for index, item in reversed(items)]


def as_mapping(value: Any) -> Mapping[Any, Any]:
    """Return a value that is a mapping; an empty mapping for any other value."""
    # a plain test of `dict`, which most are, is ten times faster than that of
    # `Mapping`
    if isinstance(value, dict) or isinstance(value, Mapping):  # noqa: SIM101
        return value
    return {}


def as_list(value: Any) -> Sequence[Any]:
    """Return a value that is a list; an empty list for any other value."""
    return value if isinstance(value, list) else ()


ANY = "*"
"""A part of a path pattern that fits each item of a list."""


def matching_paths(data: Any, pattern: Path) -> Iterator[Path]:
    """Yield each path of plain data that fits a pattern, but for its last part.

    The last part need not exist: `("models", "*", "metadata")` yields a
    path for each mapping of the list.
    """
    found: list[tuple[Path, Any]] = [((), data)]
    for part in pattern[:-1]:
        found = [inner for outer in found for inner in _values_inside(*outer, part)]
    for path, value in found:
        if isinstance(value, dict):
            yield (*path, pattern[-1])


def _values_inside(
    path: Path, value: Any, part: str | int
) -> Iterator[tuple[Path, Any]]:
    """Yield what a part of a pattern fits inside a value."""
    if part != ANY:
        yield (*path, part), value_at(value, (part,))
        return
    for index, item in enumerate(as_list(value)):
        yield (*path, index), item
