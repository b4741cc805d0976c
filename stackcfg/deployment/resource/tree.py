"""The new resource as a tree: entries that move as text, and values
that are written anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from stackcfg.paths import Path
from stackcfg.yamltext.document import MAPPING, SCALAR, SEQUENCE, Node, Span, value_of
from stackcfg.yamltext.values import merged_entries, name_of

Rewrite = Callable[[str], str]
"""From the old string of a scalar to the new one."""

Rewrites = Mapping[int, Rewrite]
"""What becomes of scalars, by the identity of their node."""

NO_SPAN: Final[Span] = (-1, -1)


class Moved(NamedTuple):
    """An entry of the old text that moves; `extra` are new items of its list."""

    key: Node
    value: Node
    extra: tuple[Any, ...] = ()


class Literal(NamedTuple):
    """Data that is written anew; `span` is the old entry that it comes from."""

    data: Any
    span: Span = NO_SPAN


class Branch:
    """A mapping of the new resource."""

    def __init__(self) -> None:
        self.entries: dict[str, Item] = {}

    def put(
        self,
        path: tuple[str, ...],
        item: Item,
    ) -> None:
        """Put an item at a path; an empty branch there is replaced."""
        branch = self.branch(path[:-1])
        branch.entries[path[-1]] = item

    def branch(self, path: tuple[str, ...]) -> Branch:
        """Return the branch at a path, made where there is none."""
        branch = self
        for part in path:
            found = branch.entries.get(part)
            if not isinstance(found, Branch):
                found = branch.entries[part] = Branch()
            branch = found
        return branch

    def at(self, path: Path) -> Item | None:
        """Return what is at a path, None if nothing is."""
        item: Item | None = self
        for part in path:
            if not isinstance(item, Branch):
                return None
            item = item.entries.get(str(part))
        return item

    def leaves(self, path: Path = ()) -> Iterator[tuple[Path, Moved | Literal]]:
        """Yield everything that is no branch, with its path."""
        for key, item in self.entries.items():
            if isinstance(item, Branch):
                yield from item.leaves((*path, key))
            else:
                yield (*path, key), item


Item = Moved | Literal | Branch


def item_data(item: Item, rewrites: Rewrites) -> Any:
    """Return what an item of the tree means."""
    if isinstance(item, Branch):
        return {key: item_data(each, rewrites) for key, each in item.entries.items()}
    if isinstance(item, Literal):
        return item.data
    data = rewritten_data(item.value, rewrites)
    if item.extra:
        return [*data, *item.extra]
    return data


def rewritten_data(node: Node, rewrites: Rewrites) -> Any:
    """Return what a node means with scalars below it rewritten."""
    node = node.target
    if node.kind == SCALAR:
        rewrite = rewrites.get(id(node))
        if rewrite is not None:
            return rewrite(node.text)
        return value_of(node)
    if node.kind == SEQUENCE:
        return [rewritten_data(each, rewrites) for each in node.items]
    if node.kind == MAPPING:
        return {
            name_of(key): rewritten_data(value, rewrites)
            for key, value in merged_entries(node)
        }
    return None
