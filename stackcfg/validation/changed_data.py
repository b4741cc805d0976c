"""What the changes of fixes make of the data of a run config."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable

from stackcfg.light_typing import Any
from stackcfg.paths import Path
from stackcfg.validation.rule_finding import (
    KEY,
    Change,
    Correction,
    Insertion,
    Removal,
    Splice,
)


class DataChanges:
    """Changes of a run config by the paths that they are for."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self._renamed: dict[Path, str] = {}
        self._values: dict[Path, str] = {}
        self._spliced: dict[Path, list[Splice]] = {}
        self._removed: set[Path] = set()
        self._removed_items: dict[Path, list[int]] = {}
        """The numbers of removed items by their list, in order."""
        self._inserted: dict[Path, list[Insertion]] = {}
        self.paths: set[Path] = set()
        """The paths of all changes."""
        self._changed: set[Path] = set()
        """The paths of all changes, and all paths above them."""
        for change in changes:
            self._add(change)

    @property
    def sections(self) -> frozenset[str | int]:
        """The keys at the top level that are changed, or hold what is."""
        return frozenset(path[0] for path in self._changed if path)

    def _add(self, change: Change) -> None:
        if isinstance(change, Correction):
            self._add_correction(change)
        elif isinstance(change, Splice):
            self._spliced.setdefault(change.path, []).append(change)
            self._mark(change.path)
        elif isinstance(change, Removal):
            self._add_removal(change.path)
        elif isinstance(change, Insertion):
            self._inserted.setdefault(change.behind, []).append(change)
            self._mark(change.behind)

    def _mark(self, path: Path) -> None:
        """Note that there is a change at a path."""
        self.paths.add(path)
        self._changed.update(path[:length] for length in range(len(path) + 1))

    def _add_correction(self, change: Correction) -> None:
        place = change.place
        if place.span is not None:
            return
        self._mark(place.path)
        if place.part == KEY:
            self._renamed[place.path] = change.text
        else:
            self._values[place.path] = change.text

    def _add_removal(self, path: Path) -> None:
        self._mark(path)
        if path in self._removed:
            return
        self._removed.add(path)
        name = path[-1]
        if isinstance(name, int):
            insort(self._removed_items.setdefault(path[:-1], []), name)

    def apply(self, value: Any, path: Path = ()) -> Any:
        """Return data, or a part of it at a path, with the changes.

        What has none is the same object.
        """
        if path not in self._changed:
            return value
        if path in self._values:
            return self._values[path]
        if isinstance(value, dict):
            return self._change_mapping(value, path)
        if isinstance(value, list):
            return self._change_list(value, path)
        if isinstance(value, str):
            for splice in self._spliced.get(path, ()):
                value = value.replace(splice.old, splice.new)
        return value

    def _change_mapping(
        self,
        mapping: dict[Any, Any],
        path: Path,
    ) -> dict[Any, Any]:
        changed: dict[Any, Any] = {}
        for key, item in mapping.items():
            own = (*path, key)
            if own not in self._removed:
                changed[self._renamed.get(own, key)] = self.apply(item, own)
            for new in self._inserted.get(own, ()):
                changed[new.key] = _data_of(new)
        return changed

    def _change_list(self, items: list[Any], path: Path) -> list[Any]:
        return [
            self.apply(item, (*path, index))
            for index, item in enumerate(items)
            if (*path, index) not in self._removed
        ]

    def new_path(self, path: Path) -> Path | None:
        """Return the path at which an entry is then; None if it is removed."""
        found: list[str | int] = []
        for length in range(1, len(path) + 1):
            own = path[:length]
            if own in self._removed:
                return None
            found.append(self._new_name(own))
        return tuple(found)

    def _new_name(self, path: Path) -> str | int:
        name = path[-1]
        if not isinstance(name, int):
            return self._renamed.get(path, name)
        removed = self._removed_items.get(path[:-1], ())
        return name - bisect_left(removed, name)


def _data_of(insertion: Insertion) -> Any:
    if isinstance(insertion.value, str):
        return insertion.value
    return dict(insertion.value)
