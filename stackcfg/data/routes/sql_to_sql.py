"""Rows of SQL tables that stay rows of SQL tables: copied whole, then
completed by rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from stackcfg.data.engines.database import Reader
from stackcfg.data.engines.opening import Readers
from stackcfg.data.engines.protocol import Row
from stackcfg.data.moves import LOCATION_RULE, Move
from stackcfg.data.routes.route import Checks, ConflictError, CopyRun, Retries
from stackcfg.data.routes.sql_check import SqlCheck, change_row, key_text
from stackcfg.data.row_rule import ColumnRule, NullFill, NullRank, Skipped
from stackcfg.data.stored_json import is_same_value
from stackcfg.data.upgrade import Upgrade


class SqlToSql:
    """The route of rows from SQL tables to SQL tables."""

    def __init__(self, move: Move, upgrade: Upgrade) -> None:
        self.move = move
        self.upgrade = upgrade
        self._rules = [each for each in move.rules if isinstance(each, ColumnRule)]

    def _tables(self, source: Reader) -> Iterator[tuple[str, str]]:
        for old, new in self.move.tables:
            if source.has_table(old):
                yield old, new

    def count(self, source: Reader) -> int:
        """Count the rows that a copy reads."""
        return sum(source.count_rows(old) for old, _ in self._tables(source))

    def copy(self, source: Reader, run: CopyRun) -> None:
        """Write the rows."""
        for old, new in self._tables(source):
            if run.is_done(new):
                continue
            stays = source is run.writer and old == new
            # rows that were copied by an earlier run are only completed
            if stays or not run.adds_row(new, (LOCATION_RULE,)):
                total = source.count_rows(old)
                run.counts.rows += total
                run.done(total)
            elif not self._copy_table(source, old, new, run):
                continue
            if run.writer.has_table(new):
                self._complete_rows(new, run)

    def _copy_table(
        self,
        source: Reader,
        old: str,
        new: str,
        run: CopyRun,
    ) -> bool:
        """Add rows with new keys; return whether the table can be completed."""
        writer = run.writer
        writer.make_table_like(new, source, old)
        # without a key, nothing tells which of the rows are there already
        if not writer.key_names(new) and writer.count_rows(new):
            total = source.count_rows(old)
            run.counts.rows += total
            run.skip(_without_key(new), new, total)
            return False
        copied = writer.copy_rows(source, old, new, run.done)
        if run.count_copied(copied):
            self._compare_rows(source, old, new, run)
        return True

    def _compare_rows(
        self,
        source: Reader,
        old: str,
        new: str,
        run: CopyRun,
    ) -> None:
        """Find the rows whose keys the target had already, with other
        content.
        """
        names = source.column_names(old)
        keys = run.writer.key_names(new)
        for row in source.rows(old, names):
            key = {name: row.get(name) for name in keys}
            present = run.writer.row(new, key, names)
            if present is None:
                # a key with NULL equals no other key, so the row was added
                if keys and None not in key.values():
                    raise run.refuse_row(new, key_text(key))
            elif not self._is_copy(present, row):
                self._raise_conflict(row, key, new, run)
                run.counts.present -= 1
                run.counts.differing.append(key_text(key))

    def _is_copy(self, present: Row, row: Row) -> bool:
        wanted = {**row, **change_row(row, self._rules, self.upgrade)}
        return _is_same_row(present, row) or _is_same_row(present, wanted)

    def _raise_conflict(
        self,
        row: Row,
        key: Row,
        table: str,
        run: CopyRun,
    ) -> None:
        """Raise `ConflictError` if another move brings other content."""
        for other in run.competing_moves:
            source = run.readers.get_or_empty(other.source.database)
            for old, new in other.tables:
                if new != table or not source.has_table(old):
                    continue
                names = [name for name in source.column_names(old) if name in row]
                found = source.row(old, key, names)
                if found is not None and not _is_same_row(found, row):
                    raise ConflictError(key_text(key), self.move, other)

    def _complete_rows(self, table: str, run: CopyRun) -> None:
        for rule in self._rules:
            if rule.fill is not None:
                run.writer.add_columns(table, rule.fill.schema)
        names = set(run.writer.column_names(table))
        rest: list[ColumnRule] = []
        for rule in self._rules:
            if not names.issuperset(rule.columns):
                continue
            if rule.fill is not None:
                self._fill_column(rule.fill, table, run)
            elif rule.rank is not None:
                _number_rows(rule.rank, table, run)
            else:
                rest.append(rule)
        self._apply_rules(rest, table, run)

    def _apply_rules(
        self, rules: Sequence[ColumnRule], table: str, run: CopyRun
    ) -> None:
        keys = run.writer.key_names(table)
        if rules and not keys:
            run.skip(_without_key(table), table, run.writer.count_rows(table))
        if not rules or not keys:
            return
        columns = [name for rule in rules for name in rule.columns]
        for row in run.writer.rows(table, [*keys, *columns]):
            changes = change_row(row, rules, self.upgrade)
            if changes:
                key = {name: row[name] for name in keys}
                run.writer.set_row(table, key, changes)
                run.counts.completed += 1

    def _fill_column(self, fill: NullFill, table: str, run: CopyRun) -> None:
        column = fill.column
        filled = run.writer.set_where_null(table, column, fill.value, fill.unless)
        run.counts.completed += filled
        # a count of all rows is an index; one of NULLs reads the table again
        if filled == run.writer.count_rows(table):
            return
        rest = run.writer.count_null(table, column)
        if rest:
            reason = fill.explain_rest(self.upgrade)
            run.skip(reason, f"{table} {column}", rest)

    def check(self, source: Reader, readers: Readers) -> Checks:
        """Yield the checks of all rows."""
        target = readers.get_or_empty(self.move.target.database)
        check = SqlCheck(self._rules, self.upgrade)
        for old, new in self._tables(source):
            yield from check.check_table(source, old, target, new)

    def count_changes(self, source: Reader) -> Counter[str]:
        """Count the old rows that each rule changes, by its id."""
        counts: Counter[str] = Counter()
        for old, _ in self._tables(source):
            for row in source.rows(old, source.column_names(old)):
                for rule in self._rules:
                    changed = change_row(row, [rule], self.upgrade)
                    if changed or _needs_number(rule.rank, row):
                        counts[rule.id] += 1
        return counts

    def retry(
        self,
        source: Reader,
        readers: Readers,
        left: frozenset[str],
    ) -> Retries:
        """Yield why tables are still left; None where they need not be."""
        target = readers.get_or_empty(self.move.target.database)
        for _, new in self._tables(source):
            if new in left:
                is_empty = not target.has_table(new) or not target.count_rows(new)
                yield None if is_empty else _without_key(new)
            for fill in (rule.fill for rule in self._rules):
                if fill is not None and f"{new} {fill.column}" in left:
                    rest = target.count_null(new, fill.column)
                    yield from [fill.explain_rest(self.upgrade)] * rest


def _number_rows(rank: NullRank, table: str, run: CopyRun) -> None:
    run.writer.add_columns(table, rank.schema)
    done = run.writer.rank_nulls(table, rank.column, rank.within, rank.by)
    run.counts.completed += done


def _needs_number(rank: NullRank | None, row: Row) -> bool:
    return rank is not None and rank.within in row and row.get(rank.column) is None


def _is_same_row(found: Row, row: Row) -> bool:
    shared = [name for name in found if name in row]
    return all(is_same_value(found[name], row[name]) for name in shared)


def _without_key(table: str) -> Skipped:
    reason = (
        f"table {table} has no primary key, so rows of both databases cannot be matched"
    )
    return Skipped(reason, needs_action=True)
