"""A project's own settings: `stackcfg.toml`, or `[tool.stackcfg]` in `pyproject.toml`, from the current folder up.

[[providers]]
api = "eval"
provider_type = "inline::mine"
family = "kv"                 # or "sql"
field = "kvstore"             # where the old file holds the inline snippet
new_field = "persistence"     # where the reference goes; the same key when left out
name = "eval::mine"           # the namespace or table name to refer to; made from api and type when left out
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from stackcfg.catalog import INLINE, KV, REFERENCE, SQL, ConsumerField

NAMES: Final = ("stackcfg.toml", "pyproject.toml")
KEYS: Final = frozenset({"api", "provider_type", "family", "field", "new_field", "name"})


class ProjectError(Exception):
    """A settings file says something that makes no sense."""


def declared_fields(start: str) -> tuple[ConsumerField, ...]:
    """The store fields that the nearest settings file declares for providers outside the tree.

    Raises `ProjectError`.
    """
    found = _nearest(start)
    if found is None:
        return ()
    path, settings = found
    entries = settings.get("providers", [])
    if not isinstance(entries, list):
        raise ProjectError(f"{path}: 'providers' must be a list of tables, [[providers]]")
    return tuple(field for entry in entries for field in _fields(path, entry))


def _nearest(start: str) -> tuple[str, Mapping[str, Any]] | None:
    folder = os.path.abspath(start)
    while True:
        for name in NAMES:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                settings = _load(path)
                if name == "pyproject.toml":
                    settings = settings.get("tool", {}).get("stackcfg")
                if settings is not None:
                    return path, settings
        parent = os.path.dirname(folder)
        if parent == folder or os.path.isdir(os.path.join(folder, ".git")):
            return None
        folder = parent


def _load(path: str) -> Any:
    import tomllib

    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProjectError(f"{path}: {error}") from None


def _fields(path: str, entry: Any) -> Iterator[ConsumerField]:
    if not isinstance(entry, Mapping):
        raise ProjectError(f"{path}: each of 'providers' must be a table")
    unknown = set(entry) - KEYS
    if unknown:
        raise ProjectError(
            f"{path}: unknown key '{min(unknown)}' in [[providers]]; known are {', '.join(sorted(KEYS))}"
        )
    missing = {"api", "provider_type", "family", "field"} - set(entry)
    if missing:
        raise ProjectError(f"{path}: a [[providers]] table lacks '{min(missing)}'")
    if entry["family"] not in (KV, SQL):
        raise ProjectError(f"{path}: family '{entry['family']}' is neither '{KV}' nor '{SQL}'")
    api, kind, family = str(entry["api"]), str(entry["provider_type"]), str(entry["family"])
    old, new = str(entry["field"]), str(entry.get("new_field", entry["field"]))
    if "." in old:
        raise ProjectError(f"{path}: 'field' names one key of the provider's config, not a path ('{old}')")
    name = str(entry.get("name") or f"{api}::{kind.rpartition('::')[2]}")
    ends = (9999,)
    yield ConsumerField(old, tuple(old.split(".")), INLINE, family, (0,), (0, 2, *ends), api, kind)
    reference = ConsumerField(old, tuple(new.split(".")), REFERENCE, family, (0, 3), ends, api, kind, default=name)
    yield replace(reference, keys=f"{api} {kind}") if family == KV else replace(reference, table=name)
