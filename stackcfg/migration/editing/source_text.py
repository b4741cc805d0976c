"""The text of one run config, as the edits of a step see it."""

from __future__ import annotations

from stackcfg.light_typing import NamedTuple
from stackcfg.paths import Data, Path, value_at
from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.document import ALIAS, Document, Entry, Node, ParseError
from stackcfg.yamltext.entries import EntrySpan, column_of, entry_span


class SourceText(NamedTuple):
    """A parsed run config, with its comments, its indentation, and its data."""

    document: Document
    comments: Comments
    indent: int
    data: Data

    @property
    def source(self) -> str:
        """The text itself."""
        return self.document.text

    @property
    def root(self) -> Node:
        """The top mapping of the document."""
        return self.document.root

    @property
    def newline(self) -> str:
        """The line end that the document uses."""
        return self.document.newline

    def line_start(self, offset: int) -> int:
        """Return the offset at which the line of an offset begins."""
        return self.document.lines.start_of(offset)

    def column_of(self, offset: int) -> int:
        """Return the 0-based column of an offset."""
        return column_of(self.document, offset)

    def column_of_keys(self, mapping: Node) -> int:
        """Return the column of the first key of a mapping."""
        return self.column_of(mapping.entries[0][0].start)

    def column_of_line(self, offset: int) -> int:
        """Return the column at which the text on the line of an offset begins.

        For an item of a block list that is the column of its dash.
        """
        return self.document.lines.indent_at(offset)

    def span_of(self, entry: Entry) -> EntrySpan:
        """Return the lines of an entry in a block mapping."""
        return entry_span(self.document, self.comments, *entry)

    def editable_node(self, path: Path) -> Node | None:
        """Return the node at a path; None where the config has nothing there.

        Raises `ParseError` where an alias or a merge key brings it: an
        edit would change other places as well.
        """
        node = self.root
        for depth, part in enumerate(path, start=1):
            child = _child(node, part)
            # what the data has and the text has not comes from a merge key
            if child is None and value_at(self.data, path[:depth]) is None:
                return None
            if child is None or child.kind == ALIAS:
                raise self.shared_value(path[:depth])
            node = child
        return node

    def child_at(self, path: Path) -> Node | None:
        """Return the node or alias at a path; None where the text has
        nothing there.

        Raises `ParseError` where an alias or a merge key is on the way
        to it.
        """
        parent = self.editable_node(path[:-1])
        if parent is None:
            return None
        return _child(parent, path[-1])

    def editable_entry(self, path: Path) -> tuple[Node, Entry]:
        """Return the mapping that holds the entry at a path, and the entry.

        Raises `ParseError` where an alias or a merge key brings it.
        """
        parent = self.editable_node(path[:-1])
        if parent is None:
            raise self.shared_value(path)
        entry = parent.entry(str(path[-1]))
        if entry is None:
            raise self.shared_value(path, parent.start)
        return parent, entry

    def shared_value(self, path: Path, offset: int | None = None) -> ParseError:
        """Return the error for a value that an alias or a merge key brings."""
        name = path[-1]
        if isinstance(name, int):
            name = ".".join(map(str, path))
        if offset is None:
            offset = self.offset(path)
        hint = "write its values out, then migrate"
        return ParseError(f"'{name}' comes from an anchor", offset, hint)

    def offset(self, path: Path) -> int:
        """Return where the entry at a path, or the nearest one above
        it, begins.
        """
        for length in range(len(path), 0, -1):
            # an entry that is not there is reported at what would hold it
            parent = self.root.at(path[: length - 1])
            if parent is None:
                continue
            last = path[length - 1]
            if not isinstance(last, int):
                entry = parent.entry(last)
                if entry is not None:
                    return entry[0].start
            elif last < len(parent.items):
                return parent.items[last].start
        return self.root.start


def _child(node: Node, part: str | int) -> Node | None:
    # a key can be null or a date, which no text equals
    if not isinstance(part, int):
        entry = node.entry(part)
        if entry is None:
            return None
        return entry[1]
    if part < len(node.items):
        return node.items[part]
    return None
