"""A project's own settings: `stackcfg.toml`, or `[tool.stackcfg]` in `pyproject.toml`, from the current folder up.

target = "0.3"                # the release to validate for and to migrate to
select = ["unknown-backend"]  # only these rules
ignore = ["unused-backend"]   # not these

[per-file-ignores]
"examples/*.yaml" = ["literal-password"]

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
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from stackcfg.cli.errors import RefusalError
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.families import parse_target
from stackcfg.releases.stores import INLINE, KV, LAST_INLINE, REFERENCE, SQL, StoreField
from stackcfg.releases.versions import described_releases
from stackcfg.spelling import nearest_word

NAMES: Final = ("stackcfg.toml", "pyproject.toml")
SETTINGS: Final = ("target", "select", "ignore", "per-file-ignores", "providers")
KEYS: Final = frozenset(
    {"api", "provider_type", "family", "field", "new_field", "name"}
)


class ProjectError(RefusalError):
    """A settings file says something that makes no sense."""


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """What a settings file says; patterns of files are relative to where it stands."""

    file: str = ""
    target: str | None = None
    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    per_file: Mapping[str, frozenset[str]] = field(default_factory=dict)
    declared: tuple[StoreField, ...] = ()

    def ignored_in(self, file: str) -> frozenset[str]:
        """The rules that the settings silence in a file."""
        if not self.per_file:
            return frozenset()
        from fnmatch import fnmatch

        name = os.path.relpath(
            os.path.abspath(file), os.path.dirname(self.file)
        ).replace(os.sep, "/")
        written = ((_plain(pattern), rules) for pattern, rules in self.per_file.items())
        found = (
            rules
            for pattern, rules in written
            if fnmatch(name, pattern) or _base(name, pattern)
        )
        return frozenset().union(*found)


def _plain(pattern: str) -> str:
    """A pattern without `./` before it; one of a folder stands for all that is in it."""
    pattern = pattern.removeprefix("./")
    return f"{pattern}*" if pattern.endswith("/") else pattern


def _base(name: str, pattern: str) -> bool:
    from fnmatch import fnmatch

    if pattern.startswith("**/"):
        pattern = pattern[3:]
    return "/" not in pattern and fnmatch(name.rpartition("/")[2], pattern)


def load_project_settings(start: str) -> ProjectSettings:
    """The nearest settings from a folder up; empty ones where there are none. Raises `ProjectError`."""
    found = _nearest(start)
    if found is None:
        return ProjectSettings()
    path, settings = found
    if not isinstance(settings, Mapping):
        raise ProjectError(f"{path}: the settings must be a table")
    for name in settings:
        if name not in SETTINGS:
            meant = nearest_word(name, SETTINGS)
            hint = (
                f"did you mean '{meant}'?"
                if meant
                else f"known are {', '.join(SETTINGS)}"
            )
            raise ProjectError(f"{at(path, name)}: unknown setting '{name}'; {hint}")
    target = settings.get("target")
    if target is not None:
        _check_target(path, target)
    entries = settings.get("providers", [])
    if not isinstance(entries, list):
        raise ProjectError(
            f"{at(path, 'providers')}: 'providers' must be a list of tables, [[providers]]"
        )
    per_file = settings.get("per-file-ignores", {})
    if not isinstance(per_file, Mapping):
        raise ProjectError(
            f"{at(path, 'per-file-ignores')}: 'per-file-ignores' must be a table of file patterns"
        )
    return ProjectSettings(
        path,
        target,
        _rules(path, "select", settings.get("select", [])),
        _rules(path, "ignore", settings.get("ignore", [])),
        {
            str(pattern): _rules(path, f"per-file-ignores.{pattern}", rules)
            for pattern, rules in per_file.items()
        },
        tuple(each for entry in entries for each in _fields(path, entry)),
    )


def _check_target(path: str, target: Any) -> None:
    if not isinstance(target, str):
        raise ProjectError(
            f"{at(path, 'target')}: 'target' must be a text, as in \"0.3\""
        )
    try:
        parse_target(target)
    except ValueError as error:
        raise ProjectError(f"{at(path, 'target')}: {error}") from None


def at(path: str, word: str) -> str:
    """A settings file with the first line of the settings that holds a word, where one does."""
    whole = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
    inside = os.path.basename(path) != "pyproject.toml"
    with open(path, encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            inside = inside or "stackcfg" in line
            if inside and whole.search(line.partition("#")[0]):
                return f"{path}:{number}"
    return path


def _rules(path: str, name: str, value: Any) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ProjectError(
            f"{at(path, name.partition('.')[2] or name)}: '{name}' must be a list of rule ids"
        )
    return frozenset(value)


def _nearest(start: str) -> tuple[str, Any] | None:
    folder = os.path.abspath(start)
    while True:
        for name in NAMES:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                settings = _load(path, name)
                if settings is not None:
                    return path, settings
        parent = os.path.dirname(folder)
        if parent == folder or os.path.isdir(os.path.join(folder, ".git")):
            return None
        folder = parent


def _load(path: str, name: str) -> Any:
    """The settings in a file; None when it is a `pyproject.toml` without any, which is not even parsed."""
    try:
        with open(path, "rb") as file:
            raw = file.read()
    except OSError as error:
        raise ProjectError(f"{path}: {error.strerror}") from None
    if name == "pyproject.toml" and b"stackcfg" not in raw:
        return None
    import tomllib

    try:
        content = tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ProjectError(f"{path}: not UTF-8 text (at line {line})") from None
    except tomllib.TOMLDecodeError as error:
        raise ProjectError(f"{path}: {error}") from None
    if name != "pyproject.toml":
        return content
    tools = content.get("tool")
    return tools.get("stackcfg") if isinstance(tools, Mapping) else None


def _fields(path: str, entry: Any) -> Iterator[StoreField]:
    if not isinstance(entry, Mapping):
        raise ProjectError(f"{path}: each of 'providers' must be a table")
    unknown = set(entry) - KEYS
    if unknown:
        raise ProjectError(
            f"{at(path, min(unknown))}: unknown key '{min(unknown)}' in [[providers]]; "
            f"known are {', '.join(sorted(KEYS))}"
        )
    missing = {"api", "provider_type", "family", "field"} - set(entry)
    if missing:
        raise ProjectError(f"{path}: a [[providers]] table lacks '{min(missing)}'")
    if entry["family"] not in (KV, SQL):
        raise ProjectError(
            f"{path}: family '{entry['family']}' is neither '{KV}' nor '{SQL}'"
        )
    api, kind, family = (
        str(entry["api"]),
        str(entry["provider_type"]),
        str(entry["family"]),
    )
    old, new = str(entry["field"]), str(entry.get("new_field", entry["field"]))
    if "." in old:
        raise ProjectError(
            f"{path}: 'field' names one key of the provider's config, not a path ('{old}')"
        )
    name = str(entry.get("name") or f"{api}::{kind.rpartition('::')[2]}")
    first, *_, last = described_releases()
    yield StoreField(
        old, tuple(old.split(".")), INLINE, family, first, LAST_INLINE, api, kind
    )
    reference = StoreField(
        old,
        tuple(new.split(".")),
        REFERENCE,
        family,
        CATALOG_SINCE,
        last,
        api,
        kind,
        default=name,
    )
    yield (
        reference._replace(keys=f"{api} {kind}")
        if family == KV
        else reference._replace(table=name)
    )
