"""Chunks in tables of their own: completed where they are, or in the copy of
their file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from stackcfg.data.engines.database import Reader
from stackcfg.data.engines.opening import Readers
from stackcfg.data.moves import Move
from stackcfg.data.routes.route import Checks, CopyRun, Retries, RowCheck
from stackcfg.data.row_rules import chunk_table_names
from stackcfg.data.row_rules.chunks import RULE, complete_text
from stackcfg.data.stored_json import JsonObject
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.rows import ChunkTables

NAMES: Final = chunk_table_names.RULE


def find_chunk_tables(source: Reader, tables: ChunkTables) -> Iterator[str]:
    """Yield the tables of a database that hold chunks."""
    for table in source.tables(tables.prefix):
        if {tables.id, tables.chunk} <= set(source.column_names(table)):
            yield table


class Chunk(NamedTuple):
    """A chunk in a table, the table in which it is to be, and its text there."""

    table: str
    target: str
    id: Any
    text: str
    complete: str

    @property
    def name(self) -> str:
        """Return the name of the chunk in reports."""
        return f"{self.target} {self.id}"


class Chunks:
    """The route of chunks, which come to another place only with their file.

    In their database they can get another table, by the name of which the new
    release looks for it.
    """

    def __init__(self, move: Move, upgrade: Upgrade, tables: ChunkTables) -> None:
        self.move = move
        self.tables = tables
        self._stores: dict[str, JsonObject] = {}
        self._targets: dict[str, list[str]] = {}
        for identifier, store in upgrade.vector_stores.items():
            self._add_store(identifier, store, upgrade)

    def _add_store(self, identifier: str, store: JsonObject, upgrade: Upgrade) -> None:
        old = self.tables.name_table(identifier, upgrade.source)
        new = self.tables.name_table(identifier, upgrade.target)
        self._stores[new] = store
        provider = store.get("provider_id")
        is_own = provider is None or provider in [each.id for each in self.move.owners]
        if is_own and NAMES in self.move.rules:
            self._targets.setdefault(old, []).append(new)

    def _pairs(self, source: Reader) -> list[tuple[str, str]]:
        """Return the tables of a database, each with that of the new server."""
        found = [*find_chunk_tables(source, self.tables)]
        pairs = [
            (table, target)
            for table in found
            for target in self._targets.get(table, [table])
        ]
        # an earlier copy, or the new server, has made these
        made = {target for table, target in pairs if table != target}
        return [pair for pair in pairs if pair[0] not in made]

    def count(self, source: Reader) -> int:
        """Count the rows that a copy reads."""
        return sum(source.count_rows(table) for table, _ in self._pairs(source))

    def _chunks(
        self, source: Reader, pairs: Iterable[tuple[str, str]]
    ) -> Iterator[Chunk]:
        id_column, chunk_column = self.tables.id, self.tables.chunk
        for table, target in pairs:
            store = self._stores.get(target, {})
            for row in source.rows(table, [id_column, chunk_column]):
                text, own_id = str(row[chunk_column]), str(row[id_column])
                complete = complete_text(text, store, own_id)
                if RULE not in self.move.rules:
                    complete = text
                yield Chunk(table, target, row[id_column], text, complete)

    def copy(self, _source: Reader, run: CopyRun) -> None:
        """Write what the chunks lack, in the tables of the new server."""
        writer, targets = run.writer, []
        for table, target in self._pairs(writer):
            if table != target and NAMES.id in run.adds:
                writer.make_table_like(target, writer, table)
                copied = writer.copy_rows(writer, table, target, _ignore)
                run.counts.added += copied.added
            if writer.has_table(target):
                targets.append((target, target))
        for chunk in self._chunks(writer, targets):
            run.count_row()
            if chunk.complete != chunk.text:
                key = {self.tables.id: chunk.id}
                writer.set_row(chunk.target, key, {self.tables.chunk: chunk.complete})
                run.counts.completed += 1

    def check(self, source: Reader, readers: Readers) -> Checks:
        """Yield the checks of all chunks, which can lack something."""
        target = readers.get_or_empty(self.move.target.database)
        for chunk in self._chunks(source, self._pairs(source)):
            found: str | None = chunk.text
            if not self.move.in_place or chunk.table != chunk.target:
                found = self._find_text(chunk.target, chunk.id, target)
            yield RowCheck(chunk.name, chunk.complete, found)

    def _find_text(self, table: str, identifier: Any, target: Reader) -> str | None:
        """Return the text of a chunk in its new place, if it is there."""
        if not target.has_table(table):
            return None
        key = {self.tables.id: identifier}
        row = target.row(table, key, [self.tables.chunk])
        return None if row is None else str(row[self.tables.chunk])

    def count_changes(self, source: Reader) -> Counter[str]:
        """Count the chunks that lack something, or get another table."""
        counts: Counter[str] = Counter()
        for chunk in self._chunks(source, self._pairs(source)):
            counts[RULE.id] += chunk.text != chunk.complete
            counts[NAMES.id] += chunk.table != chunk.target
        return counts

    def retry(
        self, _source: Reader, _readers: Readers, _left: frozenset[str]
    ) -> Retries:
        """Yield nothing: no chunk is left."""
        return iter(())


def _ignore(_rows: int) -> None:
    # they are reported when they are completed
    return
