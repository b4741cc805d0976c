"""What became of each field of `LlamaStackDistribution` in `OGXServer`.

The facts are in `facts/operator/changes.json`, in the order of the new
resource. Every field of the old one has a row; a row without a new path
is a field that has no place in the new one.
"""

from __future__ import annotations

from functools import cache

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.releases.versions import Release, parse_release, read_facts

SECTION: Final = "section"
"""The transform of a mapping that only holds other fields."""


class FieldChange(NamedTuple):
    """A field of the old resource, and what takes its place.

    `old` is empty for what follows from other fields, `new` for what
    has no place any more. `transform` names how a value is carried
    over. `since` is the release of the old operator that has the field.
    """

    old: tuple[str, ...]
    new: tuple[str, ...]
    transform: str
    since: Release = ()


@cache
def field_changes() -> tuple[FieldChange, ...]:
    """Return the changes of all fields, in the order of the new resource."""
    rows = read_facts("operator/changes.json")["rows"]
    return tuple(
        FieldChange(
            _path_of(row.get("old", "")),
            _path_of(row.get("new", "")),
            row["transform"],
            parse_release(row.get("since", "0")),
        )
        for row in rows
    )


def _path_of(text: str) -> tuple[str, ...]:
    if not text:
        return ()
    return tuple(text.split("."))
