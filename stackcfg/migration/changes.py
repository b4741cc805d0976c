"""What a step reads and what it yields: edits on the text, the same as operations on the data, and notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from stackcfg.migration.planning.grouping import CONSOLIDATE
from stackcfg.migration.planning.layout import Plan
from stackcfg.releases.stores import Catalog, Target
from stackcfg.releases.versions import Release
from stackcfg.stores.store_map import StoreMap
from stackcfg.yamltext.document import ALIAS, MAPPING, SCALAR, Document, Node, ParseError, Path
from stackcfg.yamltext.edits import Comment, Comments, Edit, EntrySpan

INFO: Final = "info"
ACTION: Final = "action"
PARTIAL: Final = "partial"


class Note(NamedTuple):
    """Something a person should know: a fact (`info`), what to do (`action`), or what is left undone (`partial`).

    `offset` is where in the old text it belongs.
    """

    kind: str
    message: str
    offset: int


class Put(NamedTuple):
    """The data at `path` is to be `value` after the change."""

    path: Path
    value: Any


class Delete(NamedTuple):
    """Nothing is to be at `path` after the change."""

    path: Path


Change = Edit | Put | Delete | Note


class Context(NamedTuple):
    """Everything a step may look at.

    `data` is what the document means, `stores` the map of its inline stores, `written` that of the references and
    backends it already has, `plan` what becomes of them on the way to the catalog (empty on any other), `indent` the
    document's own indentation, `source` the last release that the file can be for, where that was asked, `final` the
    one that the whole way leads to, `since` the one that asks for the step.
    """

    document: Document
    data: Mapping[str, Any]
    comments: Comments
    stores: StoreMap
    written: StoreMap
    plan: Plan
    catalog: Catalog
    target: Target
    indent: int
    layout: str = CONSOLIDATE
    source: Release | None = None
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
            inside = node.items[part] if isinstance(part, int) and part < len(node.items) else None
            entry = node.entry(part) if isinstance(part, str) else None
            here = entry[1] if entry else inside
            data = data[part] if _has(data, part) else None
            if here is None and data is None:
                return None
            if here is None or here.kind == ALIAS:
                where = here.start if here else self.offset(path[: depth + 1])
                name = ".".join(map(str, path[: depth + 1]))
                raise ParseError(f"'{name}' comes from an anchor", where, "write its values out, then migrate")
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


@dataclass(slots=True)
class Harvest:
    """The comments of an entry that is about to be replaced, by what they stand over or beside.

    Comments beside something keep the gap before them. `tails` holds those beside the last line of a copied block.
    """

    lead: list[str] = field(default_factory=list)
    beside: str = ""
    tails: dict[int, str] = field(default_factory=dict)
    _over: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    _beside: dict[int, tuple[int, str]] = field(default_factory=dict)
    _rest: list[tuple[int, str]] = field(default_factory=list)

    def claim(self, key: Node) -> tuple[tuple[str, ...], str]:
        """The comments over and beside the field with this key; they are not given out again."""
        over = self._over.pop(key.start, [])
        return tuple(text for _, text in over), self._beside.pop(key.start, (0, ""))[1]

    def every(self) -> list[str]:
        """All comments as lines of their own."""
        return [*self.lead, *([self.beside.strip()] if self.beside else []), *self.left()]

    def left(self) -> tuple[str, ...]:
        """All comments of fields that nobody claimed, as lines of their own, in the order of the text."""
        found = [*self._rest, *self._beside.values(), *(pair for pairs in self._over.values() for pair in pairs)]
        self._over, self._beside, self._rest = {}, {}, []
        return tuple(text.strip() for _, text in sorted(found))

    def attach(self, comment: Comment, text: str, same_line: Node | None, below: Node | None) -> None:
        """Keep a comment by the field on its line, or the one below it."""
        if same_line is not None:
            self._beside[same_line.start] = (comment.start, text)
        elif below is not None:
            self._over.setdefault(below.start, []).append((comment.start, text.strip()))
        else:
            self._rest.append((comment.start, text.strip()))


def harvest(
    context: Context, key: Node, value: Node, span: EntrySpan, with_lead: bool = True, copied: Iterable[Node] = ()
) -> Harvest:
    """Collect the comments of an entry: over it, beside its key, and over or beside each field inside.

    Comments inside the blocks `copied` go along with them; those beside their last lines become `tails`.
    """
    result = Harvest()
    lines = context.document.lines
    blocks = [node for node in copied if node.kind != SCALAR and not node.flow]
    fields = sorted(_keys_inside(value, span), key=lambda node: node.start)
    for comment in context.comments.within(span.lead if with_lead else key.start, span.end):
        here = lines.start_of(comment.start)
        if any(node.start <= comment.start < node.end for node in blocks):
            continue
        last = next((node for node in blocks if node.end <= comment.start and lines.start_of(node.end) == here), None)
        if last is not None:
            result.tails[last.start] = _with_gap(context, comment)
        elif comment.start < key.start:
            result.lead.append(comment.text)
        elif here == lines.start_of(key.start) and context.comments.beside(min(comment.start, _head_end(key, value))):
            result.beside = _with_gap(context, comment)
        else:
            same_line = [each for each in fields if lines.start_of(each.start) == here and each.start < comment.start]
            own_line = context.comments.is_own_line(comment)
            below = next((each for each in fields if each.start > comment.start), None) if own_line else None
            result.attach(comment, _with_gap(context, comment), same_line[-1] if same_line else None, below)
    return result


def _with_gap(context: Context, comment: Comment) -> str:
    line = context.document.text[context.document.lines.start_of(comment.start) : comment.start]
    return line[len(line.rstrip()) :] + comment.text


def _head_end(key: Node, value: Node) -> int:
    return key.end + 1 if value.kind != SCALAR and not value.flow else value.end


def _keys_inside(value: Node, span: EntrySpan) -> Iterator[Node]:
    if value.kind != MAPPING or value.flow:
        return
    for key, item in value.entries:
        if span.line <= key.start < span.end:
            yield key
            yield from _keys_inside(item, span)


def expected_data(data: Any, changes: Iterable[Change]) -> Any:
    """What the document is to mean after the changes: the old data with every `Delete` and `Put` applied.

    Paths are those of the old data: items leave a list last, the hindmost first.
    """
    changes = list(changes)
    result = _copy(data)
    deletes = [change.path for change in changes if isinstance(change, Delete)]
    for path in deletes:
        if not isinstance(path[-1], int):
            _delete(result, path)
    for change in changes:
        if isinstance(change, Put):
            _put(result, change.path, change.value)
    for path in sorted(
        (path for path in deletes if isinstance(path[-1], int)), key=lambda path: path[-1], reverse=True
    ):
        _delete(result, path)
    return result


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value


def _delete(data: Any, path: Path) -> None:
    for part in path[:-1]:
        data = data[part]
    del data[path[-1]]


def _put(data: Any, path: Path, value: Any) -> None:
    for part in path[:-1]:
        if not isinstance(data, list) and not isinstance(data.get(part), dict | list):
            data[part] = {}
        data = data[part]
    data[path[-1]] = value
