"""Chunks in tables of their own: completed where they are, or in the copy of
their file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from stackcfg.data.engines.database import Reader
from stackcfg.data.engines.opening import Readers
from stackcfg.data.moves import Move
from stackcfg.data.routes.route import Checks, CopyRun, Retries, RowCheck
from stackcfg.data.row_rules.chunks import RULE, complete_text
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.rows import ChunkTables


def find_chunk_tables(source: Reader, tables: ChunkTables) -> Iterator[str]:
    """Yield the tables of a database that hold chunks."""
    for table in source.tables(tables.prefix):
        if {tables.id, tables.chunk} <= set(source.column_names(table)):
            yield table


class Chunks:
    """The route of chunks, which come to another place only with their file."""

    def __init__(self, move: Move, upgrade: Upgrade, tables: ChunkTables) -> None:
        self.move = move
        self.tables = tables
        self._stores = {
            tables.prefix + _as_table_name(identifier): store
            for identifier, store in upgrade.vector_stores.items()
        }

    def count(self, source: Reader) -> int:
        """Count the rows that a copy reads."""
        tables = find_chunk_tables(source, self.tables)
        return sum(source.count_rows(table) for table in tables)

    def _chunks(self, source: Reader) -> Iterator[tuple[str, Any, str, str]]:
        """Yield each chunk: its table, its id, its text, its completed text."""
        id_column, chunk_column = self.tables.id, self.tables.chunk
        for table in find_chunk_tables(source, self.tables):
            store = self._stores.get(table, {})
            for row in source.rows(table, [id_column, chunk_column]):
                text, own_id = str(row[chunk_column]), str(row[id_column])
                complete = complete_text(text, store, own_id)
                yield table, row[id_column], text, complete

    def copy(self, _source: Reader, run: CopyRun) -> None:
        """Write what the chunks lack."""
        for table, identifier, text, complete in self._chunks(run.writer):
            run.count_row()
            if complete != text:
                key = {self.tables.id: identifier}
                run.writer.set_row(table, key, {self.tables.chunk: complete})
                run.counts.completed += 1

    def check(self, source: Reader, readers: Readers) -> Checks:
        """Yield the checks of all chunks, which can lack something."""
        target = readers.get_or_empty(self.move.target.database)
        for table, identifier, text, complete in self._chunks(source):
            found: str | None = text
            if not self.move.in_place:
                found = self._find_text(table, identifier, target)
            yield RowCheck(f"{table} {identifier}", complete, found)

    def _find_text(self, table: str, identifier: Any, target: Reader) -> str | None:
        """Return the text of a chunk in the copy of its file, if it is there."""
        if not target.has_table(table):
            return None
        key = {self.tables.id: identifier}
        row = target.row(table, key, [self.tables.chunk])
        return None if row is None else str(row[self.tables.chunk])

    def count_changes(self, source: Reader) -> Counter[str]:
        """Count the chunks that lack something."""
        lacking = [text != complete for _, _, text, complete in self._chunks(source)]
        return Counter({RULE.id: sum(lacking)})

    def retry(
        self, _source: Reader, _readers: Readers, _left: frozenset[str]
    ) -> Retries:
        """Yield nothing: no chunk is left."""
        return iter(())


def _as_table_name(identifier: str) -> str:
    """Return the id of a vector store as it is part of the name of a table."""
    return "".join(char if char.isalnum() else "_" for char in identifier)
