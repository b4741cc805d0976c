"""What a step may look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from stackcfg.migration.file_age import FileAge
from stackcfg.migration.planning.layout import BackendPlan
from stackcfg.migration.planning.layouts import CONSOLIDATE
from stackcfg.paths import Path
from stackcfg.releases.families import Target
from stackcfg.releases.stores import StoreFields
from stackcfg.releases.versions import Release
from stackcfg.stores.store_map import StoreMap
from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.document import ALIAS, Document, Node, ParseError


class StepContext(NamedTuple):
    """Everything a step may look at.

    `data` is what the document means, `stores` the map of its inline stores, `written` that of the references and
    backends it already has, `plan` what becomes of them on the way to the catalog (empty on any other), `indent` the
    document's own indentation, `age` the releases that the file can be for, `final` the one that the whole way leads to, `since` the one that asks for the step.
    """

    document: Document
    data: Mapping[str, Any]
    comments: Comments
    stores: StoreMap
    written: StoreMap
    plan: BackendPlan
    catalog: StoreFields
    target: Target
    indent: int
    age: FileAge
    layout: str = CONSOLIDATE
    final: Release | None = None
    since: Release = ()

    @property
    def root(self) -> Node:
        """The top mapping of the document."""
        return self.document.root

    def own(self, path: Path) -> Node | None:
        """The node at `path`, to be edited where it stands; None when the path is not in the document.

        Raises `ParseError` when an alias or a merge key brings it there: an edit would change another place too.
        """
        node: Node = self.root
        data: Any = self.data
        for depth, part in enumerate(path):
            inside = (
                node.items[part]
                if isinstance(part, int) and part < len(node.items)
                else None
            )
            entry = node.entry(part) if isinstance(part, str) else None
            here = entry[1] if entry else inside
            data = data[part] if _has(data, part) else None
            if here is None and data is None:
                return None
            if here is None or here.kind == ALIAS:
                where = here.start if here else self.offset(path[: depth + 1])
                name = ".".join(map(str, path[: depth + 1]))
                raise ParseError(
                    f"'{name}' comes from an anchor",
                    where,
                    "write its values out, then migrate",
                )
            node = here
        return node

    def offset(self, path: Path) -> int:
        """Where the entry at `path`, or the nearest one above it, begins in the text."""
        for length in range(len(path), 0, -1):
            parent, last = self.root.at(path[: length - 1]), path[length - 1]
            if parent is None:
                continue
            if isinstance(last, int):
                if last < len(parent.items):
                    return parent.items[last].start
                continue
            entry = parent.entry(last)
            if entry is not None:
                return entry[0].start
        return self.root.start


def _has(data: Any, part: str | int) -> bool:
    if isinstance(data, list):
        return isinstance(part, int) and part < len(data)
    return isinstance(data, Mapping) and part in data
