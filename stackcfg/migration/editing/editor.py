"""The editor of the steps: a closed set of edits, each with the same change of the data.

A step calls `context.text` and yields what it gets; it never builds an `Edit`, `Put`, `Delete` or `Move` itself. All
paths are those of the config as the step found it, also where several edits touch one entry:

| method | what it does |
|---|---|
| `set(path, value)` | another value for a scalar, in its quotes |
| `rename(path, key)` | another name for a key, in its quotes |
| `add(path, value)` | a new entry; what is missing above it is made |
| `merge(path, fields)` | several entries for one mapping, with comments |
| `replace(path, field)` | another entry in place of one |
| `remove(path)` | an entry out; its comments stay |
| `remove_items(path, indexes)` | items out of a list; their comments stay |
| `split_items(path, old, new)` | several strings in place of an item |
| `append(key, items)` | items for a list at the top of the file |
| `rewrite_strings(new, parts)` | parts of strings, wherever they are |

`comment_out` (module of this name) makes an entry a comment, `move_lists` (module `moved_lists`) moves whole lists.
Values are plain data, or a node of the old text whose text is copied; `Field` adds comments to them.

Before:

    yield Delete((*path, "port"))
    yield Put((*path, "address"), "0.0.0.0")
    yield renamed_key(entry[0], "address")
    yield Edit(node.start, node.end, ("0.0.0.0",))

After:

    yield from context.text.set((*path, "port"), "0.0.0.0")
    yield from context.text.rename((*path, "port"), "address")

An edit raises `ParseError` where an anchor brings the entry, since other places would change as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from stackcfg.migration.changes import Change, Delete, Move, Put
from stackcfg.migration.editing.entry_comments import (
    EntryComments,
    collect_entry_comments,
)
from stackcfg.migration.editing.entry_edits import (
    add_list,
    append_items,
    as_field,
    cut_entry,
    cut_item,
    empty_entry,
    field_data,
    fill_entry,
    insert_fields,
    is_empty,
    put_over,
    rename_key,
    replace_entry,
    rewrite_scalar,
    split_item,
)
from stackcfg.migration.editing.source_text import SourceText
from stackcfg.paths import Path, list_at
from stackcfg.yamltext.document import MAPPING, SCALAR, Node, ParseError, walk_nodes
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.emit import Field
from stackcfg.yamltext.entries import item_span

Part = tuple[int, int, str]
"""Offsets in the text, and what is written between them."""


class Editor(SourceText):
    """Makes the edits of a step on the text of one run config. Nothing is changed until the engine applies them."""

    __slots__ = ()

    def set(self, path: Path, value: Any) -> Iterator[Change]:
        """Write another value in place of a scalar; a string keeps the quotes, an alias is replaced."""
        yield Put(path, value)
        yield rewrite_scalar(self, self.editable_scalar(path), value)

    def rename(self, path: Path, key: str) -> Iterator[Change]:
        """Give the key at a path another name; the value and what else changes in it stay."""
        _, (name, _) = self.editable_entry(path)
        yield Move(path, (*path[:-1], key))
        yield rename_key(name, key)

    def add(self, path: Path, value: Any) -> Iterator[Change]:
        """Add an entry at the end of its mapping, which is made where it is missing or empty."""
        yield from self.merge(path[:-1], [as_field(str(path[-1]), value)])

    def merge(
        self, path: Path, fields: Sequence[Field], before: int | None = None
    ) -> Iterator[Change]:
        """Add fields to a mapping, which is made where it is missing: at its end, or over the entry number `before`.

        A field that the mapping has already, null or empty, is written in its place.
        """
        for field in fields:
            yield Put((*path, field.key), field_data(field))
        parent = self.editable_node(path)
        missing = []
        for field in fields:
            entry = parent.entry(field.key) if parent is not None else None
            if parent is None or entry is None:
                missing.append(field)
            elif isinstance(field.value, tuple):
                yield fill_entry(self, parent, entry, _without_key(field))
            else:
                yield replace_entry(self, parent, entry, field)
        if missing:
            yield self.insertion(path, missing, before)

    def insertion(
        self, holder: Path, fields: Sequence[Field], before: int | None = None
    ) -> Edit:
        """Return the edit that adds fields to the mapping at `holder`, which is made where it is missing or empty."""
        parent = self.editable_node(holder)
        if parent is None:
            field = Field(str(holder[-1]), tuple(fields))
            return self.insertion(holder[:-1], [field], before)
        if not is_empty(parent):
            if parent.kind == MAPPING:
                return insert_fields(self, parent, fields, before)
            raise ParseError(
                f"'{holder[-1]}' is not a mapping",
                self.offset(holder),
                "write it as one",
            )
        owner, entry = self.editable_entry(holder)
        if entry[1].anchor is not None:
            raise ParseError(
                f"'{holder[-1]}' holds an anchor",
                entry[1].start,
                "write its values out, then migrate",
            )
        return fill_entry(self, owner, entry, fields)

    def replace(
        self, path: Path, field: Field, with_lead: bool = False
    ) -> Iterator[Change]:
        """Write another entry in place of the one at a path; `with_lead` also replaces the comments over it."""
        parent, entry = self.editable_entry(path)
        yield Delete(path)
        yield Put((*path[:-1], field.key), field_data(field))
        yield replace_entry(self, parent, entry, field, with_lead)

    def remove(
        self, path: Path, copied: Node | None = None, comments_move: bool = False
    ) -> Iterator[Change]:
        """Remove an entry of a mapping. A mapping that loses its only entry becomes `{}`.

        The comments stay, but for those inside a block that was `copied` elsewhere, and for all where `comments_move`
        says that the step writes them elsewhere.
        """
        parent, entry = self.editable_entry(path)
        yield Delete(path)
        if len(parent.entries) == 1 and path[:-1]:
            yield self._emptied(path[:-1])
            return
        lines: list[str] = []
        if not (parent.flow or comments_move):
            copies = [copied] if copied is not None else []
            lines = collect_entry_comments(self, entry, copied=copies).all_lines()
        yield cut_entry(self, parent, entry, lines)

    def _emptied(self, path: Path) -> Edit:
        if isinstance(path[-1], int):
            raise ParseError(
                "an item that would lose its only key",
                self.offset(path),
                "remove the item, then migrate",
            )
        return empty_entry(self, self.editable_entry(path)[1], "{}")

    def remove_items(
        self, path: Path, indexes: Sequence[int], comments_move: bool = False
    ) -> Iterator[Change]:
        """Remove items of a list; their comments stay unless `comments_move`. A list that loses all becomes `[]`."""
        for index in indexes:
            yield Delete((*path, index))
        node = self.editable_node(path)
        if node is None:
            raise self.shared_value(path)
        if len(indexes) == len(node.items):
            yield empty_entry(self, self.editable_entry(path)[1], "[]")
            return
        for index in indexes:
            lines: list[str] = []
            if not comments_move:
                lines = self.item_comments((*path, index))
            yield cut_item(self, node, node.items[index], lines)

    def split_items(self, path: Path, old: str, new: Sequence[str]) -> Iterator[Change]:
        """Write several strings in place of each item of a list that is `old`."""
        items: list[Any] = []
        for item in list_at(self.data, path):
            items.extend(new if item == old else [item])
        yield Put(path, items)
        node = self.editable_node(path)
        if node is None:
            return
        for item in node.items:
            if item.target.text == old:
                yield split_item(self, node, item, new)

    def append(self, key: str, items: Sequence[Sequence[Field]]) -> Iterator[Change]:
        """Add mappings to a list at the top of the file, which is made where it is missing, null or empty."""
        new = [{field.key: field_data(field) for field in item} for item in items]
        yield Put((key,), [*list_at(self.data, (key,)), *new])
        node = self.editable_node((key,))
        if node is not None and node.items:
            yield append_items(self, node, items)
            return
        if node is not None:
            yield from self.remove((key,))
        yield add_list(self, key, items)

    def rewrite_strings(
        self,
        new: Callable[[Path, str], str],
        parts: Callable[[Path, Node], Iterable[Part]],
    ) -> Iterator[Change]:
        """Change parts of strings anywhere in the config; quotes, line breaks and anchors stay.

        `new` returns what a string at a path means after the change, `parts` what is written where in a scalar that
        changes. The text behind an anchor is written once, and changes every place that an alias brings it to.
        """
        for path, value in _strings_in(self.data, ()):
            changed = new(path, value)
            if changed != value:
                yield Put(path, changed)
        for path, node in walk_nodes(self.root):
            if node.kind == SCALAR and new(path, node.text) != node.text:
                for start, end, written in parts(path, node):
                    yield Edit(start, end, (written,))

    def editable_scalar(self, path: Path) -> Node:
        """Return the scalar at a path, or the alias there. Raises `ParseError` where it has an anchor."""
        node = self.child_at(path)
        if node is None or node.anchor is not None:
            raise self.shared_value(path)
        return node

    def entry_comments(
        self, path: Path, with_lead: bool = True, copied: Sequence[Node] = ()
    ) -> EntryComments:
        """Return the comments of the entry at a path, as `collect_entry_comments`; none in a flow mapping."""
        parent, entry = self.editable_entry(path)
        if parent.flow:
            return EntryComments()
        return collect_entry_comments(self, entry, with_lead, copied)

    def item_comments(self, path: Path) -> list[str]:
        """Return the comments of an item of a list as lines of their own; none in a flow list."""
        node = self.editable_node(path[:-1])
        if node is None or node.flow:
            return []
        span = item_span(self.document, self.comments, node.items[int(path[-1])])
        return [each.text for each in self.comments.within(span.lead, span.end)]


def _without_key(field: Field) -> tuple[Field, ...]:
    """Return the fields inside of one, with its own comments over the first of them."""
    own = [each.strip() for each in (*field.before, field.after) if each.strip()]
    return put_over(field.value, own)


def _strings_in(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _strings_in(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _strings_in(each, (*path, index))
