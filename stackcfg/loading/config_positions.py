"""Where the entries of a run config are in its file."""

from __future__ import annotations

from stackcfg.light_typing import TYPE_CHECKING
from stackcfg.paths import Path
from stackcfg.yamltext.document import SEQUENCE, Node
from stackcfg.yamltext.lines import Position

if TYPE_CHECKING:
    from stackcfg.loading.configs import RunConfig
    from stackcfg.loading.places.texts import Holding


def file_offset(holders: tuple[Holding, ...], offset: int) -> int:
    """Return the offset in the whole text of an offset in an inner text."""
    for holder in holders:
        offset = holder.outer(offset)
    return offset


def outer_offset(config: RunConfig, offset: int) -> int:
    """Return the offset in the whole text of an offset in a config."""
    return file_offset(config.holders, offset)


def position_of_offset(config: RunConfig, offset: int) -> Position:
    """Return the place in the file of an offset in a config."""
    return config.file_document.position(outer_offset(config, offset))


def position_of_path(config: RunConfig, path: Path) -> Position:
    """Return the place in the file of the entry at a path, or above it."""
    return position_of_offset(config, offset_of_path(config, path))


def offset_of_path(config: RunConfig, path: Path) -> int:
    """Return the offset in a config of the entry at a path, or above it."""
    root = config.document.root
    node, offset = root.target, root.start
    for part in path:
        child = _find_child(node, part)
        if child is None:
            break
        offset, node = child
    return offset


class EntryPlaces:
    """Where entries of a config begin, for questions about many of them."""

    def __init__(self, config: RunConfig) -> None:
        root = config.document.root
        self._known: dict[Path, tuple[int, Node | None]] = {}
        self._known[()] = (root.start, root.target)

    def offset(self, path: Path) -> int:
        """Return what `offset_of_path` does."""
        return self._find(path)[0]

    def _find(self, path: Path) -> tuple[int, Node | None]:
        """Return where an entry begins, with its value, or where the
        one above it does.
        """
        found = self._known.get(path)
        if found is None:
            offset, holder = self._find(path[:-1])
            found = (offset, None)
            if holder is not None:
                found = _find_child(holder, path[-1]) or found
            self._known[path] = found
        return found


def _find_child(node: Node, part: str | int) -> tuple[int, Node] | None:
    """Return where an entry begins, and its value; of duplicate keys
    the last.
    """
    if node.kind == SEQUENCE:
        if not isinstance(part, int) or part >= len(node.items):
            return None
        return node.items[part].start, node.items[part].target
    name = str(part)
    for key, value in reversed(node.entries):
        if key.text == name:
            return key.start, value.target
    return None
