"""Chunks in tables of their own: completed where they are, or in the
copy of their file, or copied to another database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

from stackcfg.data.engines.database import Reader
from stackcfg.data.engines.opening import Readers
from stackcfg.data.moves import LOCATION_RULE, Move
from stackcfg.data.routes.route import (
    Checks,
    CopyRun,
    Retries,
    RowCheck,
    check_row,
)
from stackcfg.data.row_rules import chunk_table_names
from stackcfg.data.row_rules.chunks import RULE, complete_text
from stackcfg.data.stored_json import JsonObject, is_same_value
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
    """The route of chunks. Those in a file come to another place with it.

    In a database of a server they can get another table, by the name of
    which the new release looks for it. To another database go only the
    tables of vector stores that are registered for the provider.
    """

    def __init__(self, move: Move, upgrade: Upgrade, tables: ChunkTables) -> None:
        self.move = move
        self.tables = tables
        self._stores: dict[str, JsonObject] = {}
        self._targets: dict[str, list[str]] = {}
        self._own: set[str] = set()
        self._is_copied = not move.in_place and not move.target.database.file
        for identifier, store in upgrade.vector_stores.items():
            self._add_store(identifier, store, upgrade)

    def _add_store(self, identifier: str, store: JsonObject, upgrade: Upgrade) -> None:
        old = self.tables.name_table(identifier, upgrade.source)
        new = self.tables.name_table(identifier, upgrade.target)
        self._stores[new] = store
        provider = store.get("provider_id")
        if provider is not None and provider not in [
            each.id for each in self.move.owners
        ]:
            return
        self._own.add(new)
        if NAMES in self.move.rules:
            self._targets.setdefault(old, []).append(new)

    def _pairs(self, source: Reader) -> list[tuple[str, str]]:
        """Return the tables of a database, each with that of the new server."""
        found = [*find_chunk_tables(source, self.tables)]
        pairs = [
            (table, target)
            for table in found
            for target in self._targets.get(table, [table])
        ]
        if self._is_copied:
            return [pair for pair in pairs if pair[1] in self._own]
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

    def copy(self, source: Reader, run: CopyRun) -> None:
        """Write the chunks, or what they lack, in the tables of the new server."""
        if self._is_copied:
            self._copy_tables(source, run)
            return
        writer, targets = run.writer, []
        for table, target in self._pairs(writer):
            if table != target and NAMES.id in run.adds:
                writer.make_table_like(target, writer, table)
                # they are reported when they are completed
                copied = writer.copy_rows(writer, table, target, lambda _rows: None)
                run.counts.added += copied.added
            if writer.has_table(target):
                targets.append((target, target))
        self._complete(targets, run, run.count_row)

    def _copy_tables(self, source: Reader, run: CopyRun) -> None:
        writer, targets = run.writer, []
        for table, target in self._pairs(source):
            if LOCATION_RULE in run.adds:
                writer.make_table_like(target, source, table)
                copied = writer.copy_rows(source, table, target, run.done)
                if run.count_copied(copied):
                    self._compare(source, table, target, run)
            if writer.has_table(target):
                targets.append((target, target))
        # they were counted when they were copied
        self._complete(targets, run, lambda: None)

    def _compare(self, source: Reader, table: str, target: str, run: CopyRun) -> None:
        """Find the chunks that the target had already, with other content."""
        for check in self._check_table(source, table, run.writer, target):
            assert isinstance(check, RowCheck)
            if check.found is not None and not is_same_value(
                check.found, check.expected
            ):
                run.counts.present -= 1
                run.counts.differing.append(check.key)

    def _complete(
        self,
        targets: Iterable[tuple[str, str]],
        run: CopyRun,
        count: Callable[[], None],
    ) -> None:
        writer = run.writer
        for chunk in self._chunks(writer, targets):
            count()
            if chunk.complete != chunk.text:
                key = {self.tables.id: chunk.id}
                writer.set_row(chunk.target, key, {self.tables.chunk: chunk.complete})
                run.counts.completed += 1

    def check(self, source: Reader, readers: Readers) -> Checks:
        """Yield the checks of all chunks, which can lack something."""
        target = readers.get_or_empty(self.move.target.database)
        if self._is_copied:
            for old, new in self._pairs(source):
                yield from self._check_table(source, old, target, new)
            return
        for chunk in self._chunks(source, self._pairs(source)):
            found: str | None = chunk.text
            if not self.move.in_place or chunk.table != chunk.target:
                found = self._find_text(chunk.target, chunk.id, target)
            yield RowCheck(chunk.name, chunk.complete, found)

    def _check_table(
        self, source: Reader, old: str, target: Reader, new: str
    ) -> Checks:
        """Yield the checks of a table in another database, of all columns."""
        names, own, text = source.column_names(old), self.tables.id, self.tables.chunk
        store = self._stores.get(new, {})
        has_table = target.has_table(new)
        for row in source.rows(old, names):
            complete = str(row[text])
            if RULE in self.move.rules:
                complete = complete_text(complete, store, str(row[own]))
            found = None
            if has_table:
                found = target.row(new, {own: row[own]}, names)
            yield check_row(f"{new} {row[own]}", {**row, text: complete}, found)

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
