"""The fields of providers that name a file or a folder on the disk.

The facts are in `facts/rows.json`, read in the packages of 0.2.10 to
ogx 1.5.0. Files of stores are not among them: those are databases with
rows.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from stackcfg.releases.versions import read_facts


class DiskPath(NamedTuple):
    """A field that names a path.

    With a `prefix` the provider's files are those in the folder whose
    names begin with it, each for itself; without one, all are parts of
    one database. `expands_home`: the provider expands a literal `~`.
    """

    api: str
    provider_type: str
    field: str
    prefix: str = ""
    expands_home: bool = False


@cache
def disk_paths() -> tuple[DiskPath, ...]:
    """Return all such fields."""
    return tuple(DiskPath(**row) for row in read_facts("rows.json")["disk_paths"])


def disk_path_of(api: str, provider_type: str) -> DiskPath | None:
    """Return the field of a provider type, if it has one."""
    for each in disk_paths():
        if (each.api, each.provider_type) == (api, provider_type):
            return each
    return None
