"""Checks the rows of SQL tables that stay rows of SQL tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, NamedTuple

from stackcfg.data.engines.database import Reader
from stackcfg.data.engines.opening import open_comparison
from stackcfg.data.engines.protocol import (
    Comparison,
    Fill,
    Row,
    TableComparison,
    is_absent,
    split_blocks,
)
from stackcfg.data.routes.route import (
    CHARACTERS_AT_ONCE,
    ROWS_AT_ONCE,
    Checks,
    EqualRows,
    RowCheck,
    check_row,
    row_text,
)
from stackcfg.data.row_rule import ColumnRule, NullFill, Skipped
from stackcfg.data.upgrade import Upgrade


class CheckedTables(NamedTuple):
    """An old table, and the new one that is to have its rows.

    `keys` and `compared` are the columns of the new table by which rows
    are found, and those that are compared.
    """

    source: Reader
    old: str
    target: Reader
    new: str
    keys: Sequence[str]
    compared: Sequence[str]

    @property
    def can_match(self) -> bool:
        """Return whether the new table has the columns by which rows are found."""
        return set(self.keys) <= set(self.compared)


def change_row(
    row: Row, rules: Sequence[ColumnRule], upgrade: Upgrade
) -> dict[str, Any]:
    """Return what rules change in a row; missing columns count as NULL."""
    changes: dict[str, Any] = {}
    for rule in rules:
        given = {**dict.fromkeys(rule.columns), **row, **changes}
        changes |= rule.complete(given, upgrade)
    return changes


def key_text(key: Row) -> str:
    """Return the values of a key as one string."""
    return ", ".join(map(str, key.values()))


@dataclass(frozen=True, slots=True)
class SqlCheck:
    """The check of tables whose rows get what rules write into their columns."""

    rules: Sequence[ColumnRule]
    upgrade: Upgrade

    def check_table(self, source: Reader, old: str, target: Reader, new: str) -> Checks:
        """Yield the checks of all rows of a table."""
        keys, compared = source.key_names(old), []
        if target.has_table(new):
            keys = target.key_names(new)
            known = [name for rule in self.rules for name in rule.columns]
            known += source.column_names(old)
            compared = [name for name in target.column_names(new) if name in known]
        tables = CheckedTables(source, old, target, new, keys, compared)
        if not keys:
            yield from self._check_by_content(tables)
            return
        comparison = self._open_comparison(tables)
        if comparison is None:
            rows = source.rows(old, source.column_names(old))
            yield from self._check_by_key(rows, tables)
            return
        with closing(comparison):
            yield from self._check_in_blocks(comparison, tables)

    @property
    def _fills(self) -> list[NullFill]:
        return [rule.fill for rule in self.rules if rule.fill is not None]

    def _open_comparison(self, tables: CheckedTables) -> Comparison | None:
        """Return what compares many rows at once; None where a rule must see each."""
        columns = tables.source.column_names(tables.old)
        fills = self._fills
        filled = [each.column for each in fills]
        if len(fills) < len(self.rules) or not {*tables.keys} <= {*columns}:
            return None
        # a row that has columns which the new table lacks is looked at by itself
        if not {*columns, *filled} <= {*tables.compared}:
            return None
        return open_comparison(tables.source, tables.old, tables.target, tables.new)

    def _check_in_blocks(self, comparison: Comparison, tables: CheckedTables) -> Checks:
        fills = [Fill(each.column, each.value, each.unless) for each in self._fills]
        names = tables.source.column_names(tables.old)
        compared = TableComparison(tables.old, tables.new, names, tables.keys, fills)
        for block in comparison.compare_rows(compared):
            if block.content is not None:
                yield EqualRows(block.rows, block.content)
            else:
                rows = comparison.rows_of(compared, block)
                yield from self._check_by_key(rows, tables)

    def _check_by_key(self, rows: Iterable[Row], tables: CheckedTables) -> Checks:
        for block in split_blocks(rows, _size_of, ROWS_AT_ONCE, CHARACTERS_AT_ONCE):
            present = _find_present(block, tables)
            for row in block:
                key = {name: row.get(name) for name in tables.keys}
                found = present.get(next(iter(key.values())))
                # of a key of several columns, and of one that looks different here
                if found is None and tables.can_match:
                    found = tables.target.row(tables.new, key, tables.compared)
                yield from self._check_row(row, key, found)

    def _check_row(self, row: Row, key: Row, found: Row | None) -> Checks:
        yield from self._explain_null_columns(row)
        changes = change_row(row, self.rules, self.upgrade)
        if found is not None:
            # a column that the new table lacks holds nothing
            found = {**dict.fromkeys(changes), **found}
        yield check_row(key_text(key), {**row, **changes}, found)

    def _check_by_content(self, tables: CheckedTables) -> Checks:
        """Check rows without a key, which only their content tells apart."""
        source, old, target, new, _, compared = tables
        present = target.rows(new, compared) if compared else ()
        unmatched = Counter(map(row_text, present))
        for number, row in enumerate(
            source.rows(old, source.column_names(old)), start=1
        ):
            changes = change_row(row, self.rules, self.upgrade)
            wanted = {**dict.fromkeys(compared), **row, **changes}
            text = row_text({name: wanted[name] for name in compared or row})
            found = text if unmatched[text] > 0 else None
            unmatched[text] -= 1
            yield RowCheck(f"row {number} of {old}", text, found)

    def _explain_null_columns(self, row: Row) -> Iterator[Skipped]:
        for rule in self.rules:
            fill = rule.fill
            if fill is None or row.get(fill.column) is not None:
                continue
            if not is_absent(row.get(fill.unless)):
                yield fill.explain_rest(self.upgrade)


def _find_present(block: Sequence[Row], tables: CheckedTables) -> Mapping[Any, Row]:
    """Return the rows of the new table that have the keys of a block, by their key.

    There are none where a key has several columns.
    """
    if not tables.can_match or len(tables.keys) != 1:
        return {}
    [name] = tables.keys
    values = [row[name] for row in block if row.get(name) is not None]
    if not values:
        return {}
    return tables.target.rows_of(tables.new, name, values, tables.compared)


def _size_of(row: Row) -> int:
    return sum(len(each) for each in row.values() if isinstance(each, str))
