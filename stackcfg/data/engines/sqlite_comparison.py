"""Compares rows of two sqlite files within sqlite, in blocks.

A copy keeps the numbers of rows in most tables, so the rows of one
number are compared first, which reads both files from front to back.
Where a block has others, sqlite looks up the keys. What is not equal
character by character is left to the caller.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from stackcfg.data.engines.protocol import (
    EMPTY_JSON,
    ComparedBlock,
    Fill,
    Pair,
    PairCopy,
    Row,
    TableComparison,
)
from stackcfg.data.engines.sqlite import FIRST_ROWID, SQL
from stackcfg.data.engines.sqlite_files import (
    ErrorExplainer,
    closed_on_error,
    read_only_uri,
)
from stackcfg.data.engines.statements import EVERY_ROW, quote_name, quote_names

OLD: Final = "old"
NEW: Final = "new"
"""The names of an old row and of the row that it is compared with."""

BLOCK: Final = 200
"""Rows that are compared at once."""

LONGEST: Final = 1 << 16
"""Bytes of a row that is compared with others at once: a block is in memory."""

TEXT_TYPES: Final = ("CHAR", "CLOB", "TEXT")
"""Words in the type of a column that holds numbers as text (sqlite.org/datatype3)."""

SIMPLE: Final = "('text', 'integer', 'null')"
"""Storage classes of values that sqlite and Python write alike."""

END: Final = "char(0)"
BETWEEN: Final = "char(1)"
"""What ends a key or a row in the input of checksums, and what is between columns."""

KV: Final = replace(SQL, key_test=f"({OLD}.key >= ? AND {OLD}.key < ?)")


class Compared(NamedTuple):
    """What is compared, in SQL about an old and a new row.

    `key` says that the new row has the key of the old one, `equal` that
    it is what it must be, `content` is what its checksum is made of.
    """

    table: str
    new_table: str
    key: str
    equal: str
    content: str
    condition: str = EVERY_ROW
    values: Sequence[str] = ()


class SqliteComparison:
    """Two sqlite files in one connection, read only."""

    def __init__(self, path: str, other: str) -> None:
        self._explainer = ErrorExplainer(path)
        with self._explainer:
            uri = read_only_uri(path)
            self._connection = sqlite3.connect(uri, uri=True, isolation_level=None)
            with closed_on_error(self._connection):
                self._connection.execute("ATTACH ? AS other", (read_only_uri(other),))

    def close(self) -> None:
        """Close both files."""
        self._connection.close()

    def compare_pairs(self, copy: PairCopy) -> Iterator[ComparedBlock]:
        """Compare KV rows with their copies."""
        key = f"{_text(copy.prefix)} || substr({OLD}.key, {len(copy.strip) + 1})"
        if copy.keeps_keys:
            key = f"{OLD}.key"
        tests = [
            _equals(key, f"{NEW}.key"),
            f"typeof({OLD}.value) = 'text'",
            _equals(f"{OLD}.value", f"{NEW}.value"),
            _equals(f"{OLD}.expiration", f"{NEW}.expiration"),
        ]
        condition, values = KV.selected(copy.selection)
        compared = Compared(
            copy.source_table,
            copy.table,
            f"{NEW}.key = {key}",
            " AND ".join(tests),
            f"{key} || {END} || {OLD}.value || {END}",
            condition,
            values,
        )
        yield from self._compare(compared)

    def compare_rows(self, tables: TableComparison) -> Iterator[ComparedBlock]:
        """Compare rows of SQL tables."""
        old = {name: f"{OLD}.{quote_name(name)}" for name in tables.columns}
        wanted = dict(old)
        private = []
        for fill in tables.fills:
            given = old.get(fill.column, "NULL")
            empty = f"{given} IS NULL AND {_is_empty(fill, old)}"
            value = _text(fill.value)
            wanted[fill.column] = f"CASE WHEN {empty} THEN {value} ELSE {given} END"
            private.append(f"({given} IS NOT NULL OR {_is_empty(fill, old)})")
        key = [f"{NEW}.{quote_name(name)} = {old[name]}" for name in tables.keys]
        tests = [
            _equals(value, f"{NEW}.{quote_name(name)}")
            for name, value in wanted.items()
        ]
        tests += [f"typeof({old[name]}) IN {SIMPLE}" for name in self._loose(tables)]
        compared = Compared(
            tables.old,
            tables.new,
            " AND ".join(key),
            " AND ".join([*private, *tests]),
            _write_content([old[name] for name in tables.keys], wanted),
        )
        yield from self._compare(compared)

    def _loose(self, tables: TableComparison) -> Iterator[str]:
        """Yield the columns whose numbers sqlite may write in another way."""
        query = f"PRAGMA main.table_info({quote_name(tables.old)})"
        for _, name, kind, *_ in self._connection.execute(query):
            if not any(word in kind.upper() for word in TEXT_TYPES):
                yield name

    def _compare(self, compared: Compared) -> Iterator[ComparedBlock]:
        same_place = f"{NEW}.rowid = {OLD}.rowid AND {compared.key}"
        joins = [_write_query(compared, each) for each in (same_place, compared.key)]
        place, rows = FIRST_ROWID, 1
        while rows:
            for query in tuple(joins):
                values = (LONGEST, place, *compared.values)
                rows, equal, last, content = self._fetch_block(query, values)
                if rows == equal:
                    # it most likely fits the next block, too
                    joins.remove(query)
                    joins.insert(0, query)
                    break
                content = None
            if rows:
                yield ComparedBlock(rows, place, last, content)
                place = last

    def _fetch_block(
        self, query: str, values: Sequence[object]
    ) -> tuple[int, int, int, bytes | None]:
        with self._explainer:
            # the content is hashed, so that it need not become a string
            self._connection.text_factory = bytes
            try:
                [(rows, equal, last, content)] = self._connection.execute(query, values)
            finally:
                self._connection.text_factory = str
        return rows, equal, last, content

    def pairs_of(self, copy: PairCopy, block: ComparedBlock) -> Iterator[Pair]:
        """Yield the old KV rows of a block, one at a time."""
        condition, values = KV.selected(copy.selection)
        query = f"{_select_block(copy.source_table, 'rowid')} AND {condition}"
        for (row,) in self._fetch(query, (block.after, block.last, *values)):
            query = _select_block(copy.source_table, "key, value, expiration")
            yield from self._fetch(query, (row - 1, row))

    def rows_of(self, tables: TableComparison, block: ComparedBlock) -> Iterator[Row]:
        """Yield the old SQL rows of a block."""
        query = _select_block(tables.old, quote_names(tables.columns))
        for values in self._fetch(query, (block.after, block.last)):
            yield dict(zip(tables.columns, values, strict=True))

    def _fetch(self, query: str, values: Sequence[object]) -> list[Any]:
        with self._explainer:
            found: list[Any] = self._connection.execute(query, values).fetchall()
            return found


def _select_block(table: str, columns: str) -> str:
    return (
        f"SELECT {columns} FROM main.{quote_name(table)} AS {OLD} NOT INDEXED "
        f"WHERE rowid > ? AND rowid <= ?"
    )


def _write_query(compared: Compared, join: str) -> str:
    """Return the query for the next block: its rows, how many of them
    are equal, the number of the last one, and the content of those that
    are equal.
    """
    content = f"CASE WHEN {compared.equal} THEN {compared.content} END"
    block = (
        f"SELECT {OLD}.rowid AS place, {content} AS content "
        f"FROM main.{quote_name(compared.table)} AS {OLD} NOT INDEXED "
        f"LEFT JOIN other.{quote_name(compared.new_table)} AS {NEW} ON {join} "
        f"WHERE {OLD}.rowid > ? AND {compared.condition} "
        f"ORDER BY {OLD}.rowid LIMIT {BLOCK}"
    )
    # the length of text ends at its first NUL
    short = "CASE WHEN length(CAST(content AS BLOB)) <= ? THEN content END"
    return (
        "SELECT count(*), count(content), max(place), group_concat(content, '') "
        f"FROM (SELECT place, {short} AS content FROM ({block}))"
    )


def _write_content(keys: Iterable[str], wanted: dict[str, str]) -> str:
    """Return the SQL of what `routes.route.row_text` makes of a
    row, behind its key.
    """
    joined = " || ', ' || ".join(keys)
    columns = []
    for name, value in sorted(wanted.items()):
        columns.append(f"ifnull({_text(name + '=')} || {value}, {_text(name)})")
    text = f" || {BETWEEN} || ".join(columns)
    return f"{joined} || {END} || {text} || {END}"


def _equals(one: str, other: str) -> str:
    """Return the condition that values are the same, in their types as well."""
    # a sign keeps sqlite from turning text into a number for the comparison
    return f"+({one}) IS +{other} COLLATE BINARY"


def _is_empty(fill: Fill, old: dict[str, str]) -> str:
    if fill.unless not in old:
        return EVERY_ROW
    empty = ", ".join(map(_text, EMPTY_JSON))
    return f"({old[fill.unless]} IS NULL OR {old[fill.unless]} IN ({empty}))"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
