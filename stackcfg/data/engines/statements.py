"""SQL that all engines share but for placeholders, names of tables and
tests of keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from stackcfg.data.engines.protocol import EMPTY_JSON, Column, Selection

TYPES: Final = {
    "text": "VARCHAR",
    "integer": "INTEGER",
    "boolean": "BOOLEAN",
    "json": "JSON",
}

EVERY_ROW: Final = "true"
"""The condition that each row meets."""

UNLESS_PRESENT: Final = "ON CONFLICT DO NOTHING"
"""Keeps a row with the same key; unlike `OR IGNORE`, other conflicts fail."""


@cache  # the same few names are in the statements for every row
def quote_name(name: str) -> str:
    """Return the name of a column or table, quoted for a statement."""
    return '"' + name.replace('"', '""') + '"'


def quote_names(names: Iterable[str]) -> str:
    """Return names of columns as a quoted list for a statement."""
    return ", ".join(map(quote_name, names))


def columns_of_schema(schema: Mapping[str, str]) -> list[Column]:
    """Return the columns of a schema, the first of which is the key."""
    first = next(iter(schema))
    return [
        Column(name, TYPES[kind], key=name == first) for name, kind in schema.items()
    ]


@dataclass(frozen=True, slots=True)
class Select:
    """Rows of `table` to copy: the values of `expressions` go to `columns`.

    `expression_values` and `values` are for the placeholders in the
    expressions and in the condition. `is_whole`: every row and every
    column as it is. `order` are the columns of the key.
    """

    table: str
    columns: Sequence[str]
    expressions: Sequence[str]
    condition: str = EVERY_ROW
    values: Sequence[str] = ()
    expression_values: Sequence[str] = ()
    order: str = ""
    is_whole: bool = False

    @property
    def all_values(self) -> Sequence[str]:
        """Return the values for all placeholders, in their order."""
        return (*self.expression_values, *self.values)

    @property
    def named_expressions(self) -> str:
        """Return the expressions with the names `c0`, `c1` and so on."""
        named = [f"{each} AS c{number}" for number, each in enumerate(self.expressions)]
        return ", ".join(named)


@dataclass(frozen=True, slots=True)
class Statements:
    """Builds the statements of one engine.

    `name_table` writes the name of a table. `key_test` says that a key
    begins with a prefix; `test_values` returns the values of its
    placeholders. `text_cast` follows a JSON value that is needed as
    text, `counted` the type of a column that numbers new rows by
    itself. `zoned_time` is the type of a time with a zone. `place` is
    where a row is: a later row has a higher one.
    """

    engine: str
    placeholder: str
    name_table: Callable[[str], str]
    key_test: str
    test_values: Callable[[str], Sequence[str]]
    text_cast: str = ""
    counted: str = ""
    zoned_time: str = "TIMESTAMP"
    place: str = "rowid"

    def selected(self, selection: Selection) -> tuple[str, list[str]]:
        """Return the condition for selected keys, and its values."""
        parts = []
        if selection.prefixes:
            alternatives = [self.key_test] * len(selection.prefixes)
            parts.append(f"({' OR '.join(alternatives)})")
        parts += [f"NOT {self.key_test}"] * len(selection.without)
        values: list[str] = []
        for prefix in (*selection.prefixes, *selection.without):
            values += self.test_values(prefix)
        return " AND ".join(parts) or EVERY_ROW, values

    def equals(self, columns: Iterable[str]) -> str:
        """Return the condition that columns have given values."""
        tests = [f"{quote_name(name)} = {self.placeholder}" for name in columns]
        return " AND ".join(tests)

    def count(self, table: str, condition: str = "") -> str:
        """Return the query for the number of rows, under a condition if any."""
        query = f"SELECT count(*) FROM {self.name_table(table)}"
        # sqlite counts a whole table fast only where there is no condition at
        # all
        return query if condition in ("", EVERY_ROW) else f"{query} WHERE {condition}"

    def select(self, table: str, columns: str, condition: str) -> str:
        """Return the query for columns of the rows that meet a condition."""
        return f"SELECT {columns} FROM {self.name_table(table)} WHERE {condition}"

    def is_empty(self, column: str, json_column: str) -> str:
        """Return the condition that a column and a JSON column are empty."""
        json = quote_name(json_column)
        values = ", ".join([self.placeholder] * len(EMPTY_JSON))
        is_empty = f"{json} IS NULL OR {json}{self.text_cast} IN ({values})"
        return f"{quote_name(column)} IS NULL AND ({is_empty})"

    def rank_nulls(self, table: str, column: str, within: str, by: str) -> str:
        """Return the statement that numbers the rows without a number.

        The numbers of a group of rows end with -1, so that they come
        before those that the servers give, which begin with 0.
        """
        name, number = self.name_table(table), quote_name(column)
        group, time = quote_name(within), quote_name(by)
        window = f"PARTITION BY {group} ORDER BY {time} DESC, {self.place} DESC"
        ranks = (
            f"SELECT {self.place} AS place, row_number() OVER ({window}) AS rank "
            f"FROM {name} WHERE {number} IS NULL"
        )
        return (
            f"UPDATE {name} SET {number} = -ranks.rank FROM ({ranks}) AS ranks "
            f"WHERE {name}.{self.place} = ranks.place"
        )

    def create_kv_table(self, table: str, *, zoned: bool) -> str:
        """Return the statement by which the servers make a KV table.

        `zoned`: times have a zone, where the engine knows zones.
        """
        kind = self.zoned_time if zoned else "TIMESTAMP"
        columns = f"key TEXT PRIMARY KEY, value TEXT, expiration {kind}"
        return f"CREATE TABLE {self.name_table(table)} ({columns})"

    def create_table(self, table: str, columns: Sequence[Column]) -> str:
        """Return the statement that makes a SQL table."""
        parts = [self._define(each) for each in columns]
        keys = [each.name for each in columns if each.key]
        if keys:
            parts.append(f"PRIMARY KEY ({quote_names(keys)})")
        return f"CREATE TABLE {self.name_table(table)} ({', '.join(parts)})"

    def add_column(self, table: str, column: Column) -> str:
        """Return the statement that adds a column, which may be NULL."""
        definition = f"{quote_name(column.name)} {column.type}"
        return f"ALTER TABLE {self.name_table(table)} ADD COLUMN {definition}"

    def insert(self, table: str, columns: Sequence[str], marks: Sequence[str]) -> str:
        """Return the statement that adds a row unless its key exists."""
        values = ", ".join(marks)
        into = f"INSERT INTO {self.name_table(table)} ({quote_names(columns)})"
        return f"{into} VALUES ({values}) {UNLESS_PRESENT}"

    def update(
        self, table: str, columns: Sequence[str], marks: Sequence[str], condition: str
    ) -> str:
        """Return the statement that writes columns under a condition."""
        assigned = [
            f"{quote_name(name)} = {mark}"
            for name, mark in zip(columns, marks, strict=True)
        ]
        assignments = ", ".join(assigned)
        return f"UPDATE {self.name_table(table)} SET {assignments} WHERE {condition}"

    def _define(self, column: Column) -> str:
        definition = f"{quote_name(column.name)} {column.type}"
        if column.counts:
            definition += self.counted
        if column.required:
            definition += " NOT NULL"
        return definition
