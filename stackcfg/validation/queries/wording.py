"""How a message calls what stands at a place in a config."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from stackcfg.paths import Path, value_at
from stackcfg.runconfig.placeholders import has_placeholder
from stackcfg.validation.inspection import Inspection

NOTHING: Final[tuple[object, ...]] = (None, "", [], {})
"""Values of a dropped key with which nothing is lost."""


def named(path: Path, inspection: Inspection) -> str:
    """A key as it is written, a provider by its id, another entry of a list by its number and the list's name."""
    if not path:
        return "the config"
    last = path[-1]
    if not isinstance(last, int) or not isinstance(
        value_at(inspection.data, path[:-1]), list
    ):
        return f"'{written(path, inspection)}'"
    name = (
        value_at(inspection.data, (*path, "provider_id"))
        if path[0] == "providers" and len(path) == 3
        else None
    )
    if isinstance(name, str) and name and not has_placeholder(name):
        return f"provider '{name}'"
    holder = next(
        (str(part) for part in reversed(path) if not isinstance(part, int)), ""
    )
    return f"item {last + 1} of '{holder}'"


def written(path: Path, inspection: Inspection) -> str:
    """The last key of a path as the file has it, where YAML makes something else than a text of it."""
    if isinstance(path[-1], str):
        return path[-1]
    holder = inspection.document.root.at(path[:-1])
    entry = holder.entry_of(path[-1]) if holder is not None else None
    return entry[0].text if entry else str(path[-1])


def is_config(path: Path) -> bool:
    """Whether a path leads to the config of a provider."""
    return len(path) == 4 and path[0] == "providers" and path[3] == "config"


def when(lost: Sequence[bool], whose: str = "a") -> str:
    """In which readings, switches off first, something is so, for the middle of a message; empty where in all."""
    if all(lost):
        return ""
    return (
        f" while {whose} variable is unset"
        if lost[0]
        else f" once {whose} variable is set"
    )
