"""KV rows that become rows of a SQL table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from stackcfg.data.engines.database import Reader
from stackcfg.data.engines.opening import Readers
from stackcfg.data.engines.protocol import Pair
from stackcfg.data.moves import LOCATION_RULE, Move
from stackcfg.data.routes.kv_to_kv import count_pairs, select_converted
from stackcfg.data.routes.route import Checks, CopyRun, Retries, check_row, find_reason
from stackcfg.data.row_rule import Fields, KvToTableRule, Skipped, TableRows
from stackcfg.data.row_rules.owners import ACCESS_COLUMNS, PUBLIC_ROW
from stackcfg.data.stored_json import is_same_value
from stackcfg.data.upgrade import Upgrade
from stackcfg.runconfig.values import as_string


class KvToSql:
    """The route of rows from a KV store to SQL tables."""

    def __init__(self, move: Move, _upgrade: Upgrade) -> None:
        self.move = move
        self._rules = [each for each in move.rules if isinstance(each, KvToTableRule)]

    def count(self, source: Reader) -> int:
        """Count the rows that a copy reads."""
        keys = tuple(key for rule in self._rules for key in rule.keys)
        return count_pairs(source, self.move, keys)

    def _converted(
        self, source: Reader, rule: KvToTableRule
    ) -> Iterator[tuple[str, TableRows]]:
        """Yield each old row that a rule is for, by key, and what becomes of it."""
        table = self.move.source.table
        selection = select_converted(self.move, rule.keys)
        if selection is None or not source.has_table(table):
            return
        for pair in source.pairs(table, selection):
            yield pair[0], self._convert(pair, rule, source)

    def _convert(self, pair: Pair, rule: KvToTableRule, source: Reader) -> TableRows:
        table, prefix = self.move.source.table, self.move.source.prefix

        def read_value(key: str) -> str | None:
            found = source.pair(table, prefix + key)
            if found is None:
                return None
            return as_string(found[1])

        own_key = pair[0].removeprefix(prefix)
        return rule.convert(own_key, as_string(pair[1]), read_value)

    def copy(self, source: Reader, run: CopyRun) -> None:
        """Write the rows."""
        is_due = LOCATION_RULE in run.adds or run.left_before
        if not is_due or not source.has_table(self.move.source.table):
            return
        for rule in self._rules:
            run.writer.make_table(rule.table, {**rule.schema, **ACCESS_COLUMNS})
            for old_key, rows in self._converted(source, rule):
                if not run.adds_row(old_key, (LOCATION_RULE,)):
                    continue
                run.count_row()
                for row in rows:
                    self._put(row, old_key, rule.table, run)

    def _put(
        self, row: Fields | Skipped, old_key: str, table: str, run: CopyRun
    ) -> None:
        if isinstance(row, Skipped):
            run.skip(row, old_key)
            return
        wanted, key = {**row, **PUBLIC_ROW}, str(row["id"])
        if run.writer.add_row(table, wanted):
            run.counts.added += 1
            return
        present = run.writer.row(table, {"id": row["id"]}, list(wanted))
        if present is None:
            raise run.refuse_row(table, key)
        if all(is_same_value(present[name], wanted[name]) for name in wanted):
            run.counts.present += 1
        else:
            run.counts.differing.append(key)

    def check(self, source: Reader, readers: Readers) -> Checks:
        """Yield the checks of all rows."""
        target = readers.get_or_empty(self.move.target.database)
        for rule in self._rules:
            has_table = target.has_table(rule.table)
            for _, rows in self._converted(source, rule):
                for row in rows:
                    if isinstance(row, Skipped):
                        yield row
                        continue
                    wanted, found = {**row, **PUBLIC_ROW}, None
                    if has_table:
                        found = target.row(rule.table, {"id": row["id"]}, list(wanted))
                    yield check_row(str(row["id"]), wanted, found)

    def count_changes(self, source: Reader) -> Counter[str]:
        """Count the old rows that each rule changes: all of them."""
        counts: Counter[str] = Counter()
        for rule in self._rules:
            counts[rule.id] += sum(1 for _ in self._converted(source, rule))
        return counts

    def retry(self, source: Reader, _readers: Readers, left: frozenset[str]) -> Retries:
        """Yield why rows are still left; None where they need not be."""
        table, prefix = self.move.source.table, self.move.source.prefix
        if not source.has_table(table):
            return
        for key in left:
            pair = source.pair(table, key)
            for rule in self._rules:
                if pair and key.removeprefix(prefix).startswith(rule.keys):
                    yield find_reason(self._convert(pair, rule, source))
