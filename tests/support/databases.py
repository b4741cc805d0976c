"""Databases as plain data, to make them and to compare their whole contents.

    {"registry.db": {"kvstore": {"key": "value", …}}, "files.db": {"openai_files": [{"id": "a", …}, …]}}

A mapping is a KV table as the servers make it, a list a SQL table whose columns are those of its first row and whose
key is the first of them. Any other value than a string is written as JSON.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from stackcfg.data.engines.protocol import COPIES

Contents = Mapping[str, Mapping[str, Any]]
KV = "CREATE TABLE {name} (key TEXT PRIMARY KEY, value TEXT, expiration TIMESTAMP)"


def text(value: Any) -> Any:
    """Return a value as the servers store it."""
    return (
        value
        if value is None or isinstance(value, str | int | float)
        else json.dumps(value)
    )


def make(folder: Path, contents: Contents) -> None:
    """Make every database of a description."""
    for name, tables in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as connection:
            for table, rows in tables.items():
                make_table(connection, table, rows)
            connection.commit()


def make_table(connection: sqlite3.Connection, table: str, rows: Any) -> None:
    """Make a table of a description: a KV table of a mapping, else a SQL table."""
    if isinstance(rows, Mapping):
        connection.execute(KV.format(name=table))
        connection.executemany(
            f"INSERT INTO {table} VALUES (?, ?, NULL)",
            [(key, text(value)) for key, value in rows.items()],
        )
        return
    columns = list(rows[0])
    kinds = ", ".join(f"{each} {kind_of(rows, each)}" for each in columns)
    connection.execute(f'CREATE TABLE "{table}" ({kinds}, PRIMARY KEY ({columns[0]}))')
    marks = ", ".join("?" * len(columns))
    values = [[text(row[each]) for each in columns] for row in rows]
    connection.executemany(f'INSERT INTO "{table}" VALUES ({marks})', values)


def kind_of(rows: Any, column: str) -> str:
    """Return the type of a column by its values."""
    values = [row[column] for row in rows]
    if any(isinstance(value, dict | list) for value in values):
        return "JSON"
    return "INTEGER" if any(isinstance(value, int) for value in values) else "VARCHAR"


def contents(folder: Path) -> dict[str, dict[str, Any]]:
    """Return every database in a folder, without the records of copies."""
    return {
        str(path.relative_to(folder)): tables_of(path)
        for path in sorted(folder.rglob("*.db"))
    }


def tables_of(path: Path) -> dict[str, Any]:
    """Return the tables of a file, JSON by its meaning."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    uri = f"file:{path}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        names = [name for (name,) in connection.execute(query)]
        return {name: rows_of(connection, name) for name in names if name != COPIES}


def rows_of(connection: sqlite3.Connection, table: str) -> Any:
    """Return the rows of a table: a mapping of a KV table, else a sorted list."""
    info = connection.execute(f'PRAGMA table_info("{table}")')
    columns = [column for _, column, *_ in info]
    found = connection.execute(f'SELECT * FROM "{table}"')
    rows = [{column: meaning(row[column]) for column in columns} for row in found]
    if columns == ["key", "value", "expiration"]:
        rows.sort(key=lambda row: row["key"])
        return {row["key"]: row["value"] for row in rows}
    return sorted(rows, key=lambda row: str(row[columns[0]]))


def meaning(value: Any) -> Any:
    """Return what a stored string means if it is JSON."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
