"""Servers in YAML: what a container of a pod and a service of compose share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.deployment.environment.place_changes import PlaceChanges
from stackcfg.deployment.environment.regions import Region, ScalarRegion
from stackcfg.deployment.environment.server import Server
from stackcfg.deployment.environment.words import (
    CommandLine,
    ListWords,
    PatchedWords,
    insert_lines,
)
from stackcfg.manifests.containers import Container
from stackcfg.migration.changes import ACTION_REQUIRED
from stackcfg.releases.server_environment import renamed_variables
from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.document import (
    GIVEN,
    MAPPING,
    SCALAR,
    SEQUENCE,
    Node,
    end_of_entry,
    walk_nodes,
)
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.emit import emit_quoted
from stackcfg.yamltext.entries import column_of, item_span, remove_entry

_CHANGED_KEYS: Final = ("image", "command", "args", "entrypoint", "volumes")


class YamlServer:
    """The mapping of a container, and how its strings are changed."""

    def __init__(self, container: Container) -> None:
        self.container = container
        self.document = container.document
        self.node = container.node
        self.comments = Comments(container.document)

    def strings(self, *keys: str) -> Iterator[Region]:
        """Yield every string under some keys, at any depth."""
        for key in keys:
            node = self.node.get(key)
            if node is None:
                continue
            for _, each in walk_nodes(node):
                if each.kind == SCALAR and each.text:
                    yield ScalarRegion(self.document, each, node.flow)

    def list_words(self, key: str) -> list[ListWords]:
        """Return the words in the list under a key; none if there is no list."""
        node = self.node.get(key)
        if node is None or node.kind != SEQUENCE:
            return []
        if any(item.target.kind != SCALAR for item in node.items):
            return []
        kind = ListWords
        if any(item.style == GIVEN for item in node.items):
            kind = PatchedWords
        return [kind(self.document, self.comments, node)]

    def list_edits(self, command: CommandLine | None) -> list[Edit]:
        """Return the edits of the lists of a command, but for their strings."""
        found: list[Edit] = []
        if command is None:
            return found
        for part in command.parts:
            if isinstance(part, ListWords):
                found += part.edits
        return found

    def own(self, key: str) -> Node | None:
        """Return the value under a key that no other container shares."""
        entry = self.node.entry(key)
        if entry is None or entry[1].is_shared:
            return None
        return entry[1].target

    def note_shared(
        self,
        server: Server,
        changes: PlaceChanges,
    ) -> None:
        """Say what the container has from an anchor, and is not changed."""
        if not server.is_old:
            return
        keys = {key.text for key, _ in self.node.entries}
        for key in self.container.data:
            if key in _CHANGED_KEYS and key not in keys:
                message = f"'{key}' comes from an anchor and stays; write it out here"
                changes.note(ACTION_REQUIRED, message, self.node.start)
        for name in self.container.variables:
            if name in renamed_variables() and name not in server.known:
                new = renamed_variables()[name].new
                message = f"'{name}' comes from an anchor and stays; set '{new}' here"
                changes.note(ACTION_REQUIRED, message, self.node.start)

    def remove(self, key: str) -> list[Edit]:
        """Return the edit that removes an entry of the container."""
        for index, (name, _) in enumerate(self.node.entries):
            if name.text == key:
                edit = remove_entry(self.document, self.comments, self.node, index)
                return [edit]
        return []

    def append_items(
        self,
        items: Node,
        lines: Sequence[Sequence[str]],
    ) -> list[Edit]:
        """Return the edit that adds items, each of some lines, to a block list."""
        last = items.items[-1]
        column = self.document.lines.indent_at(last.start)
        place = item_span(self.document, self.comments, last).after
        texts = [text for each in lines for text in _block_item(each, column)]
        return [self._insert_lines(place, texts, column)]

    def append_entries(
        self,
        mapping: Node,
        lines: Sequence[str],
    ) -> list[Edit]:
        """Return the edit that adds entries to a block mapping."""
        last = mapping.entries[-1]
        column = column_of(self.document, last[0].start)
        place = self.document.lines.after(end_of_entry(last) - 1)
        return [
            self._insert_lines(place, [" " * column + each for each in lines], column)
        ]

    def append_flow(self, collection: Node, texts: Sequence[str]) -> list[Edit]:
        """Return the edit that adds items or entries to a collection in brackets."""
        added = ", ".join(texts)
        if collection.items:
            end = collection.items[-1].end
        elif collection.entries:
            end = end_of_entry(collection.entries[-1])
        else:
            place = collection.start + 1
            return [Edit(place, place, (added,))]
        return [Edit(end, end, (f", {added}",))]

    def insert_block(
        self,
        key: str,
        lines: Sequence[str],
    ) -> list[Edit]:
        """Return the edits that set a key, absent or null, to a block below it."""
        first = self.node.entries[0][0]
        column = column_of(self.document, first.start)
        texts = [" " * column + each for each in lines]
        entry = self.node.entry(key)
        if entry is not None:
            name, null = entry
            place = self.document.lines.after(name.end)
            return [Edit(*null.span), self._insert_lines(place, texts, column)]
        place = self.document.lines.after(self._end_of_head() - 1)
        texts.insert(0, f"{' ' * column}{key}:")
        return [self._insert_lines(place, texts, column)]

    def empty(self, key: str) -> list[Edit]:
        """Return the edit that leaves nothing in the list under a key."""
        node = self.node.get(key)
        if node is None:
            return []
        return [Edit(node.start, node.end, ("[]",))]

    def _end_of_head(self) -> int:
        """Return the end of the image's entry, or of the first one."""
        head = self.node.entry("image") or self.node.entries[0]
        return end_of_entry(head)

    def _insert_lines(
        self,
        place: int,
        lines: Sequence[str],
        column: int,
    ) -> Edit:
        """Return the edit that adds lines at a place, with the line end they need."""
        text = self.document.newline.join(lines)
        return insert_lines(self.document, place, text, column)

    @property
    def is_flow(self) -> bool:
        """Return whether the container is written in braces."""
        return self.node.kind == MAPPING and self.node.flow


def _block_item(lines: Sequence[str], column: int) -> list[str]:
    indent = " " * column
    first, *rest = lines
    return [f"{indent}- {first}", *[f"{indent}  {each}" for each in rest]]


def name_and_value(name: str, value: str) -> tuple[str, str]:
    """Return the two lines of a variable of a pod."""
    return f"name: {name}", f"value: {emit_quoted(value)}"
