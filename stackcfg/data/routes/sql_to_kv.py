"""Rows of SQL tables that become KV rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from stackcfg.data.engines.database import Reader
from stackcfg.data.engines.opening import Readers
from stackcfg.data.moves import Move
from stackcfg.data.routes.route import (
    Checks,
    CopyRun,
    Retries,
    check_pairs,
    find_reason,
    with_prefix,
)
from stackcfg.data.row_rule import KvRows, TableToKvRule
from stackcfg.data.upgrade import Upgrade


class SqlToKv:
    """The route of rows from SQL tables to a KV store."""

    def __init__(self, move: Move, upgrade: Upgrade) -> None:
        self.move = move
        self.upgrade = upgrade
        self._rules = [each for each in move.rules if isinstance(each, TableToKvRule)]

    def _tables(self, source: Reader) -> Iterator[tuple[TableToKvRule, str]]:
        for rule in self._rules:
            for table in rule.tables:
                if source.has_table(table):
                    yield rule, table

    def count(self, source: Reader) -> int:
        """Count the rows that a copy reads."""
        return sum(source.count_rows(table) for _, table in self._tables(source))

    def _converted(self, source: Reader) -> Iterator[tuple[str, str, KvRows]]:
        """Yield for each old row the id of its rule, its table and key,
        and what becomes of it.
        """
        prefix = self.move.target.prefix
        provider_type = self.move.owners[0].type
        for rule, table in self._tables(source):
            columns = rule.tables[table]
            for row in source.rows(table, columns):
                rows = rule.convert(table, row, provider_type, self.upgrade)
                names = [str(row[name]) for name in columns[:-1]]
                key = " ".join([table, *names])
                yield rule.id, key, [with_prefix(prefix, each) for each in rows]

    def copy(self, source: Reader, run: CopyRun) -> None:
        """Write the rows."""
        if not any(self._tables(source)):
            return
        run.make_kv_table()
        for rule_id, key, rows in self._converted(source):
            if run.is_done(key):
                continue
            run.count_row()
            adds = run.adds_row(key, (rule_id,))
            for row in rows:
                run.put(row, key, None, adds=adds)

    def check(self, source: Reader, readers: Readers) -> Checks:
        """Yield the checks of all rows."""
        rows = (row for _, _, made in self._converted(source) for row in made)
        return check_pairs(rows, self.move, readers)

    def count_changes(self, source: Reader) -> Counter[str]:
        """Count the old rows that each rule changes: all of them."""
        return Counter(rule for rule, _, _ in self._converted(source))

    def retry(self, source: Reader, _readers: Readers, left: frozenset[str]) -> Retries:
        """Yield why rows are still left; None where they need not be."""
        for _, key, made in self._converted(source):
            if key in left:
                yield find_reason(made)
