"""The editor of the steps: a closed set of edits, each with its change
of the data.

A step calls `context.text` and yields what it gets; it never builds an
`Edit`, `Put`, `Delete` or `Move` itself. All paths are those of the
config as the step found it, also where several edits touch one entry.

`comment_out` (module of this name) makes an entry a comment,
`move_lists` (module `moved_lists`) moves whole lists. Values are plain
data, or a node of the old text whose text is copied; `Field` adds
comments to them.

    yield from context.text.set((*path, "port"), "0.0.0.0")
    yield from context.text.rename((*path, "port"), "address")

An edit raises `ParseError` where an anchor brings the entry, since
other places would change as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from stackcfg.light_typing import Any
from stackcfg.migration.changes import Changes, Delete, Move, Put, copy_data
from stackcfg.migration.editing.entry_comments import (
    EntryComments,
    collect_entry_comments,
)
from stackcfg.migration.editing.entry_edits import (
    cut_entry,
    empty_entry,
    fill_entry,
    insert_fields,
    rename_key,
    replace_entry,
    rewrite_scalar,
)
from stackcfg.migration.editing.list_edits import (
    Items,
    add_list,
    append_items,
    cut_item,
    fill_list,
    repeat_item,
    split_item,
)
from stackcfg.migration.editing.source_text import SourceText
from stackcfg.migration.editing.values import as_field, field_data, is_empty, put_over
from stackcfg.paths import Path, list_at, value_at, walk_values
from stackcfg.yamltext.comments import Comment
from stackcfg.yamltext.document import (
    MAPPING,
    SCALAR,
    Node,
    ParseError,
    holds_anchor,
    walk_nodes,
)
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.emit import Field
from stackcfg.yamltext.entries import item_span

Part = tuple[int, int, str]
"""Offsets in the text, and what is written between them."""


class Editor(SourceText):
    """Makes the edits of a step on the text of one run config.

    The text stays as it is until the engine applies what the steps
    yield.
    """

    __slots__ = ()

    def set(self, path: Path, value: Any) -> Changes:
        """Write another value in place of a scalar, or of an alias.

        A string keeps the quotes of the old one.
        """
        if isinstance(value, str) and "{{" in value:
            # imported only here: few configs are templates
            from stackcfg.yamltext.template_quotes import write_in_quotes

            value = write_in_quotes(value)
        yield Put(path, value)
        yield rewrite_scalar(self, self.editable_scalar(path), value)

    def rename(self, path: Path, key: str) -> Changes:
        """Give the key at a path another name; the value stays.

        A null under the new name makes way.
        """
        parent, (name, _) = self.editable_entry(path)
        if (
            parent.entry(key) is not None
            and value_at(self.data, path[:-1])[key] is None
        ):
            yield from self.remove((*path[:-1], key))
        yield Move(path, (*path[:-1], key))
        yield rename_key(name, key)

    def add(self, path: Path, value: Any) -> Changes:
        """Add an entry at the end of its mapping, which is made where
        it is missing.
        """
        field = as_field(str(path[-1]), value)
        yield from self.merge(path[:-1], [field])

    def merge(
        self,
        path: Path,
        fields: Sequence[Field],
        before: int | None = None,
    ) -> Changes:
        """Add fields to a mapping, which is made where it is missing.

        They go to its end, or over the entry number `before`. A field
        that the mapping has already, null or empty, is written in its
        place.
        """
        for field in fields:
            yield Put((*path, field.key), field_data(field))
        # fields for one place are one edit, so that they stay together
        missing = list(fields)
        parent = self.editable_node(path)
        if parent is not None:
            held = [each for each in fields if parent.entry(each.key)]
            missing = [each for each in fields if each not in held]
            for field in held:
                yield self._write_in_place(parent, field)
        if missing:
            yield self._insert(path, missing, before)

    def _write_in_place(self, parent: Node, field: Field) -> Edit:
        entry = parent.entry(field.key)
        assert entry is not None
        if not isinstance(field.value, tuple):
            return replace_entry(self, parent, entry, field)
        # the entry keeps its line, so comments of the field go below it
        own = [each.strip() for each in (*field.before, field.after)]
        lines = [each for each in own if each]
        return fill_entry(self, parent, entry, put_over(field.value, lines))

    def _insert(
        self,
        holder: Path,
        fields: Sequence[Field],
        before: int | None = None,
    ) -> Edit:
        """Return the edit that adds fields to a mapping that has none
        of them.
        """
        parent = self.editable_node(holder)
        if parent is None:
            # what is missing above is made in the same edit
            field = Field(str(holder[-1]), tuple(fields))
            return self._insert(holder[:-1], [field], before)
        if is_empty(parent):
            return self._fill(holder, fields)
        if parent.kind == MAPPING:
            return insert_fields(self, parent, fields, before)
        message = f"'{holder[-1]}' is not a mapping"
        raise ParseError(message, self.offset(holder), "write it as one")

    def _fill(self, path: Path, fields: Sequence[Field]) -> Edit:
        owner, entry = self.editable_entry(path)
        if entry[1].anchor is None:
            return fill_entry(self, owner, entry, fields)
        message = f"'{path[-1]}' holds an anchor"
        hint = "write its values out, then migrate"
        raise ParseError(message, entry[1].start, hint)

    def replace(
        self,
        path: Path,
        field: Field,
        with_lead: bool = False,
    ) -> Changes:
        """Write another entry in place of the one at a path.

        `with_lead` also replaces the comments over it.
        """
        parent, entry = self.editable_entry(path)
        yield Delete(path)
        yield Put((*path[:-1], field.key), field_data(field))
        yield replace_entry(self, parent, entry, field, with_lead)

    def remove(
        self,
        path: Path,
        copied: Node | None = None,
        comments_move: bool = False,
        moved: Sequence[Comment] = (),
    ) -> Changes:
        """Remove an entry of a mapping; one that loses its only entry
        becomes `{}`. To remove several of one mapping, use
        `remove_all`.

        The comments stay, but for those inside a block that was
        `copied` elsewhere, for those that are `moved`, and for all
        where `comments_move` says that the step writes them elsewhere.
        """
        parent, entry = self.editable_entry(path)
        yield Delete(path)
        # without its last entry a block would be null
        if len(parent.entries) == 1 and path[:-1]:
            _, owner = self.editable_entry(path[:-1])
            yield empty_entry(self, owner, "{}", moved)
            return
        lines: list[str] = []
        if not comments_move:
            blocks = [node for node in (copied,) if node is not None]
            lines = self.entry_comments(path, True, blocks, moved).all_lines()
        yield cut_entry(self, parent, entry, lines)

    def remove_all(self, path: Path, keys: Sequence[str]) -> Changes:
        """Remove entries of the mapping at a path; one that loses all
        becomes `{}`.
        """
        node = self.editable_node(path)
        if node is None:
            raise self.shared_value(path)
        if len(keys) < len(node.entries):
            for key in keys:
                yield from self.remove((*path, key))
            return
        for key in keys:
            yield Delete((*path, key))
        _, entry = self.editable_entry(path)
        yield empty_entry(self, entry, "{}")

    def remove_items(
        self,
        path: Path,
        indexes: Sequence[int],
        comments_move: bool = False,
    ) -> Changes:
        """Remove items of a list; one that loses all becomes `[]`.

        The comments stay unless `comments_move`.
        """
        for index in indexes:
            yield Delete((*path, index))
        node = self.editable_node(path)
        if node is None:
            raise self.shared_value(path)
        # without its items a block list would be null
        if len(indexes) == len(node.items):
            _, entry = self.editable_entry(path)
            yield empty_entry(self, entry, "[]")
            return
        for index in indexes:
            lines: list[str] = []
            if not comments_move:
                lines = [each.text for each in self.item_comments((*path, index))]
            yield cut_item(self, node, node.items[index], lines)

    def split_items(
        self,
        path: Path,
        old: str,
        new: Sequence[str],
    ) -> Changes:
        """Write several strings in place of each item of a list that is
        `old`.
        """
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

    def append(self, path: Path, items: Items) -> Changes:
        """Add mappings to a list of a mapping that has entries.

        The list is made where it is missing, null or empty.
        """
        new = [{field.key: field_data(field) for field in item} for item in items]
        yield Put(path, [*list_at(self.data, path), *new])
        node = self.editable_node(path)
        if node is not None and node.items:
            yield append_items(self, node, items)
            return
        if node is not None:
            yield from fill_list(self, *self.editable_entry(path), items)
            return
        parent = self.editable_node(path[:-1])
        if parent is None:
            raise self.shared_value(path)
        yield add_list(self, parent, str(path[-1]), items)

    def repeat_items(
        self,
        path: Path,
        values: Mapping[int, tuple[Path, Sequence[str]]],
    ) -> Changes:
        """Write items of a list several times, each time with another string.

        `values` has, by the index of an item, the place in it and the
        strings.
        """
        items: list[Any] = []
        for index, item in enumerate(list_at(self.data, path)):
            if index in values:
                items.extend(_variants(item, *values[index]))
            else:
                items.append(item)
        yield Put(path, items)
        parent = self.editable_node(path)
        if parent is None:
            raise self.shared_value(path)
        for index, (place, (first, *more)) in values.items():
            item = parent.items[index]
            scalar = self.editable_scalar((*path, index, *place))
            if first != scalar.text:
                yield rewrite_scalar(self, scalar, first)
            if more:
                self._refuse_anchors((*path, index), item)
                copies = [[rewrite_scalar(self, scalar, value)] for value in more]
                yield repeat_item(self, parent, item, copies)

    def _refuse_anchors(self, path: Path, item: Node) -> None:
        """Refuse to copy an anchor, which an alias would then mean."""
        if holds_anchor(item):
            raise self.shared_value(path)

    def rewrite_strings(
        self,
        new: Callable[[Path, str], str],
        parts: Callable[[Path, Node], Iterable[Part]],
    ) -> Changes:
        """Change parts of strings anywhere; quotes, line breaks and
        anchors stay.

        `new` returns what a string at a path means after the change,
        `parts` what is written where in a scalar that changes. The text
        behind an anchor is written once, and changes every place that
        an alias brings it to.
        """
        # the data has a value at every place that an alias brings it to
        for path, value in walk_values(self.data):
            if isinstance(value, str) and new(path, value) != value:
                yield Put(path, new(path, value))
        for path, node in walk_nodes(self.root):
            if node.kind != SCALAR or new(path, node.text) == node.text:
                continue
            for start, end, written in parts(path, node):
                yield Edit(start, end, (written,))

    def editable_scalar(self, path: Path) -> Node:
        """Return the scalar or the alias at a path.

        Raises `ParseError` where it has an anchor.
        """
        node = self.child_at(path)
        if node is None or node.anchor is not None:
            raise self.shared_value(path)
        return node

    def entry_comments(
        self,
        path: Path,
        with_lead: bool = True,
        copied: Sequence[Node] = (),
        moved: Sequence[Comment] = (),
    ) -> EntryComments:
        """Return the comments of the entry at a path, but for those
        that are `moved`; none in a flow mapping.
        """
        parent, entry = self.editable_entry(path)
        if parent.flow:
            return EntryComments()
        return collect_entry_comments(self, entry, with_lead, copied, moved)

    def item_comments(self, path: Path) -> Sequence[Comment]:
        """Return the comments of an item of a list; none in a flow list."""
        node = self.editable_node(path[:-1])
        if node is None or node.flow:
            return ()
        item = node.items[int(path[-1])]
        span = item_span(self.document, self.comments, item)
        return self.comments.within(span.lead, span.end)


def _variants(item: Any, place: Path, values: Sequence[str]) -> Iterator[Any]:
    """Yield copies of an item, each with another value at a place in it."""
    for value in values:
        changed = copy_data(item)
        value_at(changed, place[:-1])[place[-1]] = value
        yield changed
