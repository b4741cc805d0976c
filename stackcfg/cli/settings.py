"""A project's settings: `stackcfg.toml`, or `[tool.stackcfg]` in `pyproject.toml`.

The nearest file counts, from the current folder up. `docs/settings.md`
shows one with all keys.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from stackcfg.cli.settings_errors import PYPROJECT, SettingsError, syntax_error
from stackcfg.light_typing import Any, NamedTuple
from stackcfg.paths import Data, value_at
from stackcfg.releases.families import Target, parse_target
from stackcfg.releases.stores import StoreField
from stackcfg.system.files import read_bytes

NAMES = ("stackcfg.toml", PYPROJECT)
PER_FILE = "per-file-ignores"
PER_FILE_TARGET = "per-file-target"
SETTINGS = (
    "target",
    "select",
    "ignore",
    "exclude",
    PER_FILE,
    PER_FILE_TARGET,
    "providers",
    "cache",
)


class ProjectSettings(NamedTuple):
    """What a settings file says; patterns are relative to its folder.

    `cache` is the whole path of the folder where `validate` keeps
    results.
    """

    file: str = ""
    target: str | None = None
    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    per_file: Mapping[str, frozenset[str]] = {}
    declared: tuple[StoreField, ...] = ()
    exclude: tuple[str, ...] = ()
    targets: Mapping[str, Target] = {}
    cache: str = ""

    def excludes(self, file: str) -> bool:
        """Return whether a folder search skips a file."""
        if not self.exclude:
            return False
        from stackcfg.system.path_patterns import matches_patterns

        return matches_patterns(file, self.exclude, os.path.dirname(self.file))

    def target_of(self, file: str) -> Target | None:
        """Return the target of the last pattern that matches a file."""
        if not self.targets:
            return None
        from stackcfg.system.path_patterns import matches_patterns

        folder = os.path.dirname(self.file)
        for pattern, target in reversed(list(self.targets.items())):
            if matches_patterns(file, [pattern], folder):
                return target
        return None

    def ignored_in(self, file: str) -> frozenset[str]:
        """Return the rules that the settings silence in a file."""
        found: frozenset[str] = frozenset()
        if not self.per_file:
            return found
        folder = os.path.dirname(self.file)
        name = os.path.relpath(os.path.abspath(file), folder).replace(os.sep, "/")
        for pattern, rules in self.per_file.items():
            if _matches(name, pattern):
                found |= rules
        return found


def _matches(name: str, pattern: str) -> bool:
    """Return whether a pattern names a file: its path, its folder, or
    its base name.
    """
    from fnmatch import fnmatch

    pattern = pattern.removeprefix("./")
    if pattern.endswith("/"):
        pattern += "*"
    if fnmatch(name, pattern):
        return True
    base = pattern.removeprefix("**/")
    return "/" not in base and fnmatch(name.rpartition("/")[2], base)


def load_project_settings(start: str) -> ProjectSettings:
    """Return the nearest settings from a folder up; empty ones where
    there are none.

    Raises `SettingsError`.
    """
    for path in _candidates(start):
        content = _load(path)
        if content is not None:
            return _read_settings(path, content)
    return ProjectSettings()


def _candidates(start: str) -> Iterator[str]:
    """Yield the settings files from a folder up to the root of its git
    work tree.
    """
    folder = os.path.abspath(start)
    while True:
        for name in NAMES:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                yield path
        # Settings above the repository would differ from one checkout to the
        # next.
        parent = os.path.dirname(folder)
        if parent == folder or os.path.isdir(os.path.join(folder, ".git")):
            return
        folder = parent


def _load(path: str) -> Any:
    """Return the settings in a file; None for a `pyproject.toml` without any."""
    try:
        raw = read_bytes(path)
    except OSError as error:
        raise SettingsError(path, str(error.strerror)) from None
    is_pyproject = os.path.basename(path) == PYPROJECT
    if is_pyproject and b"stackcfg" not in raw:
        # Parsing it would cost every run in a Python project.
        return None
    content = _parse_toml(path, raw)
    if not is_pyproject:
        return content
    return value_at(content, ("tool", "stackcfg"))


def _parse_toml(path: str, raw: bytes) -> Any:
    import tomllib

    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise SettingsError(path, "not UTF-8 text", position=(line, 0)) from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise syntax_error(path, text, str(error)) from None


def _read_settings(path: str, content: Any) -> ProjectSettings:
    if not isinstance(content, Mapping):
        raise SettingsError(path, "the settings must be a table")
    _check_names(path, content)
    return ProjectSettings(
        path,
        _read_target(path, content.get("target")),
        _read_rules(path, "select", content.get("select", [])),
        _read_rules(path, "ignore", content.get("ignore", [])),
        _read_per_file(path, content.get(PER_FILE, {})),
        _read_providers(path, content.get("providers", [])),
        _read_exclude(path, content.get("exclude", [])),
        _read_targets(path, content.get(PER_FILE_TARGET, {})),
        _read_cache(path, content.get("cache", "")),
    )


def _check_names(path: str, content: Data) -> None:
    for name in content:
        if name not in SETTINGS:
            hint = f"known are {', '.join(SETTINGS)}"
            from stackcfg.spelling import nearest_word

            meant = nearest_word(name, SETTINGS)
            if meant:
                hint = f"did you mean '{meant}'?"
            raise SettingsError(path, f"unknown setting '{name}'; {hint}", name)


def _read_target(path: str, target: Any) -> str | None:
    if target is None:
        return None
    _parse(path, "target", target, "target", "target")
    return str(target)


def _parse(path: str, name: str, target: Any, role: str, word: str) -> Target:
    _check_type(path, name, target, str, 'a string, as in "0.3"')
    try:
        return parse_target(target, role=role)
    except ValueError as error:
        raise SettingsError(path, str(error), word) from None


def _check_type(path: str, name: str, value: Any, kind: type, words: str) -> None:
    if not isinstance(value, kind):
        raise SettingsError(path, f"'{name}' must be {words}", name)


def _read_rules(path: str, name: str, rules: Any) -> frozenset[str]:
    if not isinstance(rules, list) or not all(isinstance(rule, str) for rule in rules):
        word = name.removeprefix(f"{PER_FILE}.")
        raise SettingsError(path, f"'{name}' must be a list of rule ids", word)
    return frozenset(rules)


def _read_per_file(path: str, patterns: Any) -> dict[str, frozenset[str]]:
    _check_type(path, PER_FILE, patterns, Mapping, "a table of file patterns")
    return {
        pattern: _read_rules(path, f"{PER_FILE}.{pattern}", rules)
        for pattern, rules in patterns.items()
    }


def _read_exclude(path: str, patterns: Any) -> tuple[str, ...]:
    words = "a list of file patterns"
    _check_type(path, "exclude", patterns, list, words)
    for pattern in patterns:
        _check_type(path, "exclude", pattern, str, words)
    return tuple(patterns)


def _read_cache(path: str, folder: Any) -> str:
    """Return the path of the cache, which a project must keep inside of itself."""
    _check_type(path, "cache", folder, str, "the name of a folder")
    if not folder:
        return ""
    project = os.path.dirname(os.path.realpath(path))
    found = os.path.realpath(os.path.join(project, folder))
    if not found.startswith(os.path.join(project, "")):
        message = f"'cache' must be a folder inside of the project, not '{folder}'"
        raise SettingsError(path, message, "cache")
    return found


def _read_targets(path: str, patterns: Any) -> dict[str, Target]:
    _check_type(path, PER_FILE_TARGET, patterns, Mapping, "a table of file patterns")
    found: dict[str, Target] = {}
    for pattern, name in patterns.items():
        key, role = f"{PER_FILE_TARGET}.{pattern}", f"target of '{pattern}'"
        found[pattern] = _parse(path, key, name, role, PER_FILE_TARGET)
    return found


def _read_providers(path: str, entries: Any) -> tuple[StoreField, ...]:
    # few projects have providers of their own
    from stackcfg.releases.declared import DeclarationError, declare_store_fields

    _check_type(path, "providers", entries, list, "a list of tables, [[providers]]")
    try:
        return declare_store_fields(entries)
    except DeclarationError as error:
        number, word = error.number, error.word
        raise SettingsError(path, error.message, word, number) from None
