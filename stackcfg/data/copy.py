"""Performs a plan: one transaction for each database that is written, all of it or nothing.

Rows are added, or completed where they were just read; nothing is deleted, and a row that is there and differs stays as
it is and is told. What was done is noted down in the database itself, in the same transaction, so that a run that was
interrupted goes on where it was, and a second run does not bring back what was deleted since: where the rows came
before, a rule that is due only now completes those that are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stackcfg.data.engines.opening import Readers, open_writer
from stackcfg.data.engines.protocol import (
    COPIES,
    DatabaseError,
    Pair,
    Progress,
    Reader,
    Row,
    Selection,
    Writer,
)
from stackcfg.data.locations import COPIED, Database
from stackcfg.data.moves import PLACE, Move, Unmoved
from stackcfg.data.result import CopyCounts
from stackcfg.data.row_rule import Skipped
from stackcfg.data.row_rules.chunks import completed_text
from stackcfg.data.row_rules.owners import ACCESS_COLUMNS
from stackcfg.data.sql_migration_marker import is_skipped_by_server
from stackcfg.data.tenancy import explain_hidden_rows
from stackcfg.data.transform import (
    changes_in,
    is_owned,
    key_rules,
    key_tables,
    keys_of,
    lacking_rows,
    looking_at,
    plain,
    rows_of,
    same_value,
    table_rows_of,
    transform_rows,
    transformed_by,
)
from stackcfg.data.upgrade import Upgrade
from stackcfg.errors import StackcfgError
from stackcfg.releases.rows import ChunkTables
from stackcfg.releases.stores import KV, SQL


class ConflictError(StackcfgError):
    """Two old places hold one key with different values, and both are to go to one place."""

    def __init__(self, key: str, one: Move, other: Move) -> None:
        super().__init__(
            f"'{key}' is in {one.source.describe()} and in {other.source.describe()} with different values, and both "
            f"go to {one.target.describe()}; nothing was written there: give one of them a backend of its own"
        )


def copy_moves(
    database: Database,
    moves: Sequence[Move],
    upgrade: Upgrade,
    readers: Readers,
    done: Progress,
    *,
    again: bool = False,
) -> list[CopyCounts]:
    """Do all moves into one database, in one transaction.

    Raises `DatabaseError` and `ConflictError`; then nothing was written.
    """
    writer = open_writer(database, [move.source.database for move in moves])
    try:
        writer.begin()
        ordered = _ordered(moves, upgrade, readers)
        readers.close()  # one that has read a table would keep the writer from adding columns to it
        works = [_Work(writer, upgrade, readers, done, move, moves) for move in ordered]
        tallies = [work.tally(again=again) for work in works]
        writer.commit()
        return tallies
    except BaseException:
        writer.rollback()
        raise
    finally:
        writer.close()


def are_moves_done(moves: Sequence[Move], upgrade: Upgrade, readers: Readers) -> bool:
    """Whether an earlier run did all moves into a database. Raises `DatabaseError`."""
    target = readers.get(moves[0].target.database)
    if target is None or not target.has_table(COPIES):
        return False
    notes = [note for move in moves for note in move.notes(upgrade.target).values()]
    return all(
        target.row(COPIES, {"work": note}, ["work"]) is not None for note in notes
    )


def _ordered(moves: Sequence[Move], upgrade: Upgrade, readers: Readers) -> list[Move]:
    """The moves as they are done: the one with most rows first, since an empty table is filled fastest."""
    return sorted(moves, key=lambda move: -count_rows(move, upgrade, readers))


def count_rows(move: Move, upgrade: Upgrade, readers: Readers) -> int:
    """How many rows a move looks at or makes. Raises `DatabaseError`."""
    source = readers.get(move.source.database)
    return _counted(source, move) + len(lacking_rows(move, upgrade, source))


def count_unmoved_rows(stay: Unmoved, upgrade: Upgrade, readers: Readers) -> int | None:
    """How many rows stay where they are; None where the database is not opened here. Raises `DatabaseError`."""
    if stay.owner:
        return len(
            [
                each
                for each in upgrade.vector_stores.values()
                if each.get("provider_id") == stay.owner
            ]
        )
    if stay.location.database.engine not in COPIED:
        return None
    source = readers.get(stay.location.database)
    if source is None:
        return 0
    if stay.chunks is not None:
        return sum(
            source.count_rows(table) for table in tables_with(source, stay.chunks)
        )
    if stay.family == SQL:
        return sum(
            source.count_rows(table) for table in stay.tables if source.has_table(table)
        )
    prefix = stay.location.prefix
    prefixes = tuple(prefix + each for each in stay.prefixes) or (
        (prefix,) if prefix else ()
    )
    selection = Selection(prefixes, stay.without)
    return (
        source.count_pairs(stay.location.table, selection)
        if source.has_table(stay.location.table)
        else 0
    )


def _counted(source: Reader | None, move: Move) -> int:
    if source is None:
        return 0
    if move.chunks is not None:
        return sum(source.count_rows(table) for table in chunk_tables_of(source, move))
    if move.source_family == SQL and move.target_family == KV:
        return sum(source.count_rows(table) for _, table in key_tables(move, source))
    if move.source_family == SQL:
        return sum(
            source.count_rows(table)
            for table, _ in move.tables
            if source.has_table(table)
        )
    if not source.has_table(move.source.table):
        return 0
    copy = plain(move)
    selections = [*([copy.selection] if copy is not None else []), transform_rows(move)]
    return sum(
        source.count_pairs(move.source.table, each)
        for each in selections
        if each is not None
    )


def stores_by_table(move: Move, upgrade: Upgrade) -> dict[str, Mapping[str, Any]]:
    """The registered vector stores by the tables of their chunks."""
    prefix = move.chunks.prefix if move.chunks is not None else ""
    return {
        prefix + _plain(name): store for name, store in upgrade.vector_stores.items()
    }


def chunk_tables_of(source: Reader, move: Move) -> Iterator[str]:
    """The tables in which a provider keeps chunks."""
    if move.chunks is not None:
        yield from tables_with(source, move.chunks)


def tables_with(source: Reader, chunks: ChunkTables) -> Iterator[str]:
    """The tables of a database that hold chunks."""
    for table in source.tables(chunks.prefix):
        if {chunks.id, chunks.chunk} <= {each.name for each in source.columns(table)}:
            yield table


class _Work:
    """One move on its way."""

    def __init__(
        self,
        writer: Writer,
        upgrade: Upgrade,
        readers: Readers,
        done: Progress,
        move: Move,
        moves: Sequence[Move],
    ) -> None:
        self.writer = writer
        self.upgrade = upgrade
        self.readers = readers
        self.done = done
        self.move = move
        self.others = [
            each for each in moves if each is not move and each.target == move.target
        ]
        own = move.source.database == move.target.database
        self.source: Reader | None = (
            writer if own else readers.get(move.source.database)
        )
        self.result = CopyCounts(self.move)
        self.adding: frozenset[str] = frozenset()

    def tally(self, *, again: bool) -> CopyCounts:
        """Do the move, unless it was done before."""
        self.writer.make_table(COPIES, {"work": "text"})
        notes = self.move.notes(self.upgrade.target)
        fresh = {
            name
            for name, note in notes.items()
            if self.writer.add_row(COPIES, {"work": note})
        }
        self.adding = frozenset(
            notes if again or PLACE in fresh else fresh if self.move.in_place else ()
        )
        if not fresh and not again:
            self.result.done_before = True
            self.done(self._total())
            return self.result
        if self.source is not None:
            self._from(self.source)
        self._make_lacking()
        hidden = explain_hidden_rows(self.move, self.upgrade)
        if hidden is not None:
            self.result.skipped[hidden] += self.result.rows
        return self.result

    def _total(self) -> int:
        return _counted(self.source, self.move) + len(
            lacking_rows(self.move, self.upgrade, self.source)
        )

    def _from(self, source: Reader) -> None:
        """Bring what is in the old place."""
        if self.move.chunks is not None:
            self._complete_chunks(source)
        elif self.move.source_family == SQL and self.move.target_family == KV:
            self._fill_keys(source)
        elif self.move.source_family == SQL:
            for old, new in self.move.tables:
                if source.has_table(old):
                    self._copy_table(source, old, new)
        elif source.has_table(self.move.source.table):
            if self.move.target_family == KV:
                self._copy_pairs(source)
                self.result.skipped.update(
                    is_skipped_by_server(
                        self.move, self.upgrade, source, self.writer, self._read_into()
                    )
                )
            else:
                self._fill_table(source)

    def _read_into(self) -> Reader | None:
        place = self.move.read_into
        if place is None or place.database == self.move.target.database:
            return self.writer
        return self.readers.get(place.database)

    def _make_lacking(self) -> None:
        """Write the rows that no row of the old place becomes."""
        lacking = (
            lacking_rows(self.move, self.upgrade, self.source)
            if self._adds_made_rows()
            else {}
        )
        if lacking:
            self.writer.make_kv_table(self.move.target.table)
        for key, value in lacking.items():
            self.result.rows += 1
            self.done(1)
            if self.writer.add_pair(self.move.target.table, (key, value, None)):
                self.result.added += 1
            else:
                self.result.present += 1

    def _adds_made_rows(self) -> bool:
        return any(
            rule.id in self.adding
            for rule in key_rules(self.move)
            if hasattr(rule.module, "made_rows")
        )

    def _copy_pairs(self, source: Reader) -> None:
        move = self.move
        self.writer.make_kv_table(move.target.table)
        if PLACE in self.adding:
            self._copy_plain(source)
        selection = transform_rows(move)
        for pair in (
            source.pairs(move.source.table, selection) if selection is not None else ()
        ):
            self.result.rows += 1
            self.done(1)
            if is_owned(move, pair, self.upgrade):
                self._take(pair)

    def _copy_plain(self, source: Reader) -> None:
        """Copy the rows that stay as they are."""
        copy = plain(self.move)
        if copy is None:
            return
        if self.move.rivals or not self.move.one_engine:
            for pair in source.pairs(copy.source_table, copy.selection):
                self.done(1)
                if is_owned(self.move, pair, self.upgrade):
                    self.result.rows += 1
                    self._put(
                        pair, (copy.key(pair[0]), *pair[1:]), adds=PLACE in self.adding
                    )
            return
        total = source.count_pairs(copy.source_table, copy.selection)
        added = self.writer.copy_pairs(source, copy, total, self.done)
        self.result.rows += total
        self.result.added += added
        if added < total:
            self.result.present += total - added
            for pair in source.pairs(copy.source_table, copy.selection):
                there = self.writer.pair(copy.table, copy.key(pair[0]))
                if there is not None and not same_value(there[1], pair[1]):
                    self.result.present -= 1
                    self._differs(copy.key(pair[0]), pair)

    def _take(self, pair: Pair) -> None:
        """Put what the rules make of a row."""
        adds = any(rule.id in self.adding for rule in looking_at(self.move, pair[0]))
        for each in rows_of(self.move, pair, self.upgrade):
            if isinstance(each, Skipped):
                self.result.skipped[each] += 1
            else:
                self._put(pair, (each.key, each.value, pair[2]), adds=adds)

    def _put(self, origin: Pair, pair: Pair, *, adds: bool) -> None:
        """Add a row where that is still to be done, or complete the one that is there if it is what was read."""
        table, (key, value, _) = self.move.target.table, pair
        if adds and self.writer.add_pair(table, pair):
            self.result.added += 1
            return
        there = self.writer.pair(table, key)
        if there is None and not adds:
            return
        if there is None:
            raise self._not_taken(table, key)
        if same_value(there[1], value):
            self.result.present += 1
        elif there[1] == origin[1]:
            self.writer.set_value(table, key, value)
            self.result.completed += 1
        else:
            self._differs(key, origin)

    def _differs(self, key: str, origin: Pair) -> None:
        """Tell of a row that is there with another content. Raises `ConflictError` where another move put it there."""
        for other in self.others:
            source = self.readers.get(other.source.database)
            if (
                source is not None
                and other.source_family == KV
                and source.has_table(other.source.table)
            ):
                old = other.source.prefix + key.removeprefix(other.target.prefix)
                found = source.pair(other.source.table, old)
                if found is not None and not same_value(found[1], origin[1]):
                    raise ConflictError(key, self.move, other)
        self.result.differing.append(key)

    def _fill_keys(self, source: Reader) -> None:
        """Put rows of SQL tables into a KV store."""
        self.writer.make_kv_table(self.move.target.table)
        for rule, table in key_tables(self.move, source):
            for row in source.rows(table, rule.module.TABLES[table]):
                self.result.rows += 1
                self.done(1)
                for each in keys_of(self.move, rule, table, row, self.upgrade):
                    if isinstance(each, Skipped):
                        self.result.skipped[each] += 1
                    else:
                        pair = (each.key, each.value, None)
                        self._put(pair, pair, adds=rule.id in self.adding)

    def _fill_table(self, source: Reader) -> None:
        """Put KV rows into a SQL table."""
        for rule in self.move.rules if PLACE in self.adding else ():
            self.writer.make_table(
                rule.module.TABLE, {**rule.module.SCHEMA, **ACCESS_COLUMNS}
            )
            for pair in source.pairs(
                self.move.source.table, transformed_by(self.move, rule)
            ):
                self.result.rows += 1
                self.done(1)
                for row in table_rows_of(self.move, rule, pair, source):
                    if isinstance(row, Skipped):
                        self.result.skipped[row] += 1
                    else:
                        self._put_row(rule.module.TABLE, "id", row)

    def _put_row(self, table: str, key: str, row: Row) -> None:
        if self.writer.add_row(table, row):
            self.result.added += 1
            return
        there = self.writer.row(table, {key: row[key]}, list(row))
        if there is None:
            raise self._not_taken(table, str(row[key]))
        if all(same_value(there[name], row[name]) for name in row):
            self.result.present += 1
        else:
            self.result.differing.append(str(row[key]))

    def _copy_table(self, source: Reader, old: str, new: str) -> None:
        """Copy a SQL table and complete its rows."""
        if PLACE in self.adding and (source is not self.writer or old != new):
            self.writer.make_table_like(new, source, old)
            total = source.count_rows(old)
            if not self._keys(new) and self.writer.count_rows(new):
                self.result.rows += total
                self.result.skipped[_without_key(new)] += total
                return
            added = self._add_rows(source, old, new, total)
            self.result.rows += total
            self.result.added += added
            if added < total:
                self._compare_rows(source, old, new, total - added)
        else:
            total = source.count_rows(old)
            self.result.rows += total
            self.done(total)
        if self.writer.has_table(new):
            self._complete_rows(new)

    def _keys(self, table: str) -> list[str]:
        return [each.name for each in self.writer.columns(table) if each.key]

    def _add_rows(self, source: Reader, old: str, new: str, total: int) -> int:
        """Add the rows of a SQL table whose keys are not there; how many those are."""
        if self.move.one_engine:
            return self.writer.copy_rows(source, old, new, total, self.done)
        added = 0
        for row in source.rows(old, [each.name for each in source.columns(old)]):
            added += self.writer.add_row(new, row)
            self.done(1)
        return added

    def _compare_rows(self, source: Reader, old: str, new: str, there: int) -> None:
        """Find the rows that were there already with another content."""
        names = [each.name for each in source.columns(old)]
        keys = self._keys(new)
        self.result.present += there
        for row in source.rows(old, names):
            key = {name: row.get(name) for name in keys}
            found = self.writer.row(new, key, names)
            wanted = {**row, **changes_in(self.move.rules, row, self.upgrade)}
            if found is None and keys and None not in key.values():
                raise self._not_taken(new, ", ".join(map(str, key.values())))
            if found is not None and not (
                _same_row(found, row) or _same_row(found, wanted)
            ):
                self._clash(row, key, new)
                self.result.present -= 1
                self.result.differing.append(", ".join(map(str, key.values())))

    def _not_taken(self, table: str, key: str) -> DatabaseError:
        """A row that is neither added nor there: something else in the table is in its way."""
        reason = f"table {table} does not take the row '{key}': another has a value that must be unique"
        return DatabaseError(self.move.target.database.describe(), reason)

    def _clash(self, row: Row, key: Row, table: str) -> None:
        """Raises `ConflictError` where another move brings a row of this key with another content."""
        for other in self.others:
            source = self.readers.get(other.source.database)
            for old, new in other.tables if source is not None else ():
                if source is not None and new == table and source.has_table(old):
                    found = source.row(
                        old,
                        key,
                        [each.name for each in source.columns(old) if each.name in row],
                    )
                    if found is not None and not _same_row(found, row):
                        raise ConflictError(
                            ", ".join(map(str, key.values())), self.move, other
                        )

    def _complete_rows(self, table: str) -> None:
        """Give the rows of a SQL table what they lack."""
        for rule in self.move.rules:
            if hasattr(rule.module, "FILLED"):
                self.writer.add_columns(table, ACCESS_COLUMNS)
        columns = self.writer.columns(table)
        names = {each.name for each in columns}
        keys = [each.name for each in columns if each.key]
        rules = [rule for rule in self.move.rules if set(rule.module.COLUMNS) <= names]
        for rule in rules:
            if hasattr(rule.module, "FILLED"):
                self.result.completed += self.writer.set_where_null(
                    table, *rule.module.FILLED
                )
                kept = self.writer.count_null(table, rule.module.FILLED[0])
                if kept:
                    self.result.skipped[rule.module.private(self.upgrade)] += kept
        left = [rule for rule in rules if not hasattr(rule.module, "FILLED")]
        if left and not keys:
            self.result.skipped[_without_key(table)] += self.writer.count_rows(table)
        if not left or not keys:
            return
        for row in self.writer.rows(
            table, [*keys, *(name for rule in left for name in rule.module.COLUMNS)]
        ):
            changes = changes_in(left, row, self.upgrade)
            if changes:
                self.writer.set_row(table, {name: row[name] for name in keys}, changes)
                self.result.completed += 1

    def _complete_chunks(self, source: Reader) -> None:
        """Give the chunks in a provider's own tables what they lack."""
        tables = self.move.chunks
        assert tables is not None
        stores = stores_by_table(self.move, self.upgrade)
        for table in chunk_tables_of(source, self.move):
            for row in source.rows(table, [tables.id, tables.chunk]):
                self.result.rows += 1
                self.done(1)
                text = completed_text(str(row[tables.chunk]), stores.get(table, {}))
                if text is not None:
                    self.writer.set_row(
                        table, {tables.id: row[tables.id]}, {tables.chunk: text}
                    )
                    self.result.completed += 1


def _without_key(table: str) -> Skipped:
    return Skipped(
        f"table {table} has no primary key, so that nothing tells which of its rows are there",
        needs_action=True,
    )


def _same_row(found: Row, row: Row) -> bool:
    """Whether a row is the same in all the columns that both have."""
    return all(
        same_value(value, row[name]) for name, value in found.items() if name in row
    )


def _plain(name: str) -> str:
    """A name of a vector store as it can be in that of a table."""
    return "".join(char if char.isalnum() else "_" for char in name)
