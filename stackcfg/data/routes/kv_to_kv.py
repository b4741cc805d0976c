"""KV rows that stay KV rows: most are copied as they are, rules convert
or make the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Final

from stackcfg.data.engines.database import Reader
from stackcfg.data.engines.opening import Readers, open_comparison
from stackcfg.data.engines.protocol import Comparison, Pair, PairCopy, Selection
from stackcfg.data.moves import LOCATION_RULE, Move
from stackcfg.data.registry import find_unread_stores, is_owned
from stackcfg.data.routes.route import (
    Checks,
    CopyRun,
    EqualRows,
    Retries,
    check_pairs,
    find_reason,
    with_prefix,
)
from stackcfg.data.row_rule import KvRow, KvRows, KvRule, Skipped
from stackcfg.data.stored_json import is_same_value
from stackcfg.data.upgrade import Upgrade
from stackcfg.runconfig.values import as_string

FEW: Final = 12
"""A store with less than this part of the rows of a table is looked up key by key."""

UNREAD: Final = "(not read)"
"""Stands for rows that were copied, but that the new server does not read."""


def select_converted(move: Move, keys: tuple[str, ...]) -> Selection | None:
    """Return the rows that rules are for; None where there are no rules."""
    if not keys:
        return None
    return Selection(_own_keys(move, keys), move.keys.without)


def select_plain(move: Move, keys: tuple[str, ...]) -> Selection | None:
    """Return the other rows of a move; None where rules are for all of them."""
    without = (*_own_keys(move, keys), *move.keys.without)
    if not move.keys.prefixes:
        prefix = move.source.prefix
        return Selection((prefix,) if prefix else (), without)
    plain = move.keys.prefixes
    if keys:
        plain = tuple(each for each in plain if not each.startswith(keys))
    return Selection(_own_keys(move, plain), without) if plain else None


def _own_keys(move: Move, keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(move.source.prefix + each for each in keys)


def count_pairs(source: Reader, move: Move, keys: tuple[str, ...]) -> int:
    """Count the KV rows of a move, of which rules are for those with
    some keys.
    """
    table = move.source.table
    if not source.has_table(table):
        return 0
    selections = (select_plain(move, keys), select_converted(move, keys))
    return sum(
        source.count_pairs(table, each) for each in selections if each is not None
    )


class KvToKv:
    """The route of rows from a KV store to a KV store."""

    def __init__(self, move: Move, upgrade: Upgrade) -> None:
        self.move, self.upgrade = move, upgrade
        self.source, self.target = move.source, move.target
        self._rules = [each for each in move.rules if isinstance(each, KvRule)]
        keys = [key for rule in self._rules for key in rule.keys]
        self._keys = tuple(dict.fromkeys(keys))

    def count(self, source: Reader) -> int:
        """Count the rows that a copy reads or makes."""
        made = len(self._find_missing(source))
        return made + count_pairs(source, self.move, self._keys)

    def _converted(self, source: Reader) -> Iterator[tuple[Pair, KvRows]]:
        """Yield each old row that rules are for, and what they make of it."""
        table = self.source.table
        selection = select_converted(self.move, self._keys)
        if selection is None or not source.has_table(table):
            return
        for pair in source.pairs(table, selection):
            yield pair, self._convert(pair)

    def _convert(self, pair: Pair) -> KvRows:
        key, value = self._own_key(pair), as_string(pair[1])
        rows: KvRows = [KvRow(key, value)]
        for rule in self._rules:
            made: KvRows = []
            for row in rows:
                made += self._apply(rule, row)
            rows = made
        return [with_prefix(self.target.prefix, row) for row in rows]

    def _apply(self, rule: KvRule, row: KvRow | Skipped) -> KvRows:
        if isinstance(row, Skipped):
            return [row]
        if not row.key.startswith(rule.keys):
            return [row]
        return rule.convert(row.key, row.value, self.upgrade)

    def _own_key(self, pair: Pair) -> str:
        return pair[0].removeprefix(self.source.prefix)

    def _find_missing(self, source: Reader) -> list[KvRow]:
        """Return the rows to be made, which no old row is or becomes."""
        missing = {row.key: row for row in self._make_rows()}
        if not missing or not source.has_table(self.source.table):
            return list(missing.values())
        for _, rows in self._converted(source):
            for row in rows:
                if isinstance(row, KvRow):
                    missing.pop(row.key, None)
        return [row for row in missing.values() if not self._is_old(row, source)]

    def _make_rows(self) -> Iterator[KvRow]:
        prefix = self.target.prefix
        for rule in self._rules:
            if rule.make_missing is None:
                continue
            for owner in self.move.owners:
                for row in rule.make_missing(owner.id, owner.type, self.upgrade):
                    yield KvRow(prefix + row.key, row.value)

    def _is_old(self, row: KvRow, source: Reader) -> bool:
        own_key = row.key.removeprefix(self.target.prefix)
        key = self.source.prefix + own_key
        return source.pair(self.source.table, key) is not None

    def copy(self, source: Reader, run: CopyRun) -> None:
        """Write the rows."""
        if source.has_table(self.source.table):
            run.make_kv_table()
            if LOCATION_RULE in run.adds:
                self._copy_plain(source, run)
            self._copy_converted(source, run)
            for reason in self._find_unread(source, run.writer, run.readers):
                run.skip(reason, UNREAD)
        # made after the copy, which can bring rows that need not be made
        makers = [rule for rule in self._rules if rule.make_missing is not None]
        if any(rule.id in run.adds for rule in makers):
            self._add_missing(source, run)

    def _copy_converted(self, source: Reader, run: CopyRun) -> None:
        for pair, rows in self._converted(source):
            if run.is_done(pair[0]):
                continue
            run.count_row()
            if is_owned(self.move, pair, self.upgrade):
                self._put_converted(pair, rows, run)

    def _put_converted(self, pair: Pair, rows: KvRows, run: CopyRun) -> None:
        key = self._own_key(pair)
        used = [rule.id for rule in self._rules if key.startswith(rule.keys)]
        adds = run.adds_row(pair[0], used)
        for row in rows:
            run.put(row, pair[0], pair, adds=adds)

    def _add_missing(self, source: Reader, run: CopyRun) -> None:
        missing = self._find_missing(source)
        if missing:
            run.make_kv_table()
        for row in missing:
            run.count_row()
            if run.writer.add_pair(self.target.table, (row.key, row.value, None)):
                run.counts.added += 1
            else:
                run.counts.present += 1

    def _plain(self) -> PairCopy | None:
        """Return the copy of the rows that stay as they are, if any."""
        selection = select_plain(self.move, self._keys)
        if selection is None:
            return None
        tables = (self.source.table, self.target.table)
        return PairCopy(*tables, selection, self.source.prefix, self.target.prefix)

    def _copy_plain(self, source: Reader, run: CopyRun) -> None:
        copy = self._plain()
        if copy is None:
            return
        # the database copies many rows at once, but cannot tell whose each of
        # them is
        if self.move.keys.competing_providers:
            self._copy_one_by_one(copy, source, run)
            return
        copied = run.writer.copy_pairs(source, copy, run.done)
        if run.count_copied(copied):
            self._compare_plain(copy, source, run)

    def _copy_one_by_one(self, copy: PairCopy, source: Reader, run: CopyRun) -> None:
        for pair in source.pairs(copy.source_table, copy.selection):
            run.done(1)
            if is_owned(self.move, pair, self.upgrade):
                run.counts.rows += 1
                key, value, expiration = pair
                new_pair = (copy.new_key(key), value, expiration)
                run.put_pair(new_pair, pair, adds=True)

    def _compare_plain(self, copy: PairCopy, source: Reader, run: CopyRun) -> None:
        """Find the rows whose keys the target had already, with other
        content.
        """
        for pair in source.pairs(copy.source_table, copy.selection):
            key = copy.new_key(pair[0])
            present = run.writer.pair(copy.table, key)
            if present is not None and not is_same_value(present[1], pair[1]):
                run.counts.present -= 1
                run.record_difference(key, pair)

    def check(self, source: Reader, readers: Readers) -> Checks:
        """Yield the checks of all rows."""
        for check in check_pairs(self._find_missing(source), self.move, readers):
            # by now the server can have written more into such a row
            if isinstance(check, Skipped) or check.found is None:
                yield check
            else:
                yield check._replace(expected=check.found)
        if not source.has_table(self.source.table):
            return
        yield from self._check_plain(source, readers)
        yield from check_pairs(self._made(source), self.move, readers)
        target = readers.get_or_empty(self.target.database)
        yield from self._find_unread(source, target, readers)

    def _find_unread(
        self, source: Reader, target: Reader, readers: Readers
    ) -> Iterator[Skipped]:
        return find_unread_stores(self.move, self.upgrade, source, target, readers)

    def count_changes(self, source: Reader) -> Counter[str]:
        """Count the old rows that each rule changes, by its id; not
        those it skips.
        """
        counts: Counter[str] = Counter()
        selection = select_converted(self.move, self._keys)
        if selection is None or not source.has_table(self.source.table):
            return counts
        for pair in source.pairs(self.source.table, selection):
            row = KvRow(self._own_key(pair), as_string(pair[1]))
            for rule in self._rules:
                made = self._apply(rule, row)
                # why a row is skipped is counted by its reason
                if made != [row] and any(isinstance(each, KvRow) for each in made):
                    counts[rule.id] += 1
        return counts

    def retry(self, source: Reader, readers: Readers, left: frozenset[str]) -> Retries:
        """Yield why rows are still left; None where they need not be."""
        table = self.source.table
        if not source.has_table(table):
            return
        for key in left - {UNREAD}:
            pair = source.pair(table, key)
            if pair is not None:
                yield find_reason(self._convert(pair))
        if UNREAD in left:
            target = readers.get_or_empty(self.target.database)
            yield from self._find_unread(source, target, readers)

    def _check_plain(self, source: Reader, readers: Readers) -> Checks:
        """Yield the checks of the rows that stay as they are."""
        copy = self._plain()
        if copy is None:
            return
        comparison = self._open_comparison(copy, source, readers)
        if comparison is None:
            pairs = source.pairs(copy.source_table, copy.selection)
            yield from check_pairs(self._renamed(copy, pairs), self.move, readers)
            return
        with closing(comparison):
            for block in comparison.compare_pairs(copy):
                if block.content is not None:
                    yield EqualRows(block.rows, block.content)
                    continue
                pairs = comparison.pairs_of(copy, block)
                yield from check_pairs(self._renamed(copy, pairs), self.move, readers)

    def _open_comparison(
        self, copy: PairCopy, source: Reader, readers: Readers
    ) -> Comparison | None:
        """Return what compares many rows at once; None where they are
        few, or whose they are must be asked of each.
        """
        table = copy.source_table
        if self.move.keys.competing_providers or not source.keeps_tables:
            return None
        selected = source.count_pairs(table, copy.selection)
        if selected * FEW < source.count_rows(table):
            return None
        target = readers.get_or_empty(self.target.database)
        if not target.keeps_tables or target.key_names(copy.table) != ["key"]:
            return None
        return open_comparison(source, table, target, copy.table)

    def _renamed(self, copy: PairCopy, pairs: Iterable[Pair]) -> Iterator[KvRow]:
        """Yield the rows that a copy makes of rows that stay as they are."""
        for pair in pairs:
            if is_owned(self.move, pair, self.upgrade):
                key, value, expiration = pair
                yield KvRow(copy.new_key(key), as_string(value), expiration)

    def _made(self, source: Reader) -> Iterator[KvRow | Skipped]:
        """Yield what rules make of rows, or why they make nothing."""
        for pair, rows in self._converted(source):
            if is_owned(self.move, pair, self.upgrade):
                yield from rows
