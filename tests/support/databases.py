"""Databases as plain data, to make them and to compare their whole contents.

    {"registry.db": {"kvstore": {"key": "value", …}}, "files.db": {"openai_files": [{"id": "a", …}, …]}}

A mapping is a KV table as the servers make it, a list a SQL table whose columns are those of its first row and whose
key is the first of them. Any other value than a string is written as JSON.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
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
        connection = sqlite3.connect(path)
        for table, rows in tables.items():
            if isinstance(rows, Mapping):
                connection.execute(KV.format(name=table))
                connection.executemany(
                    f"INSERT INTO {table} VALUES (?, ?, NULL)",
                    [(key, text(value)) for key, value in rows.items()],
                )
            else:
                columns = list(rows[0])
                kinds = ", ".join(f"{each} {kind_of(rows, each)}" for each in columns)
                connection.execute(
                    f'CREATE TABLE "{table}" ({kinds}, PRIMARY KEY ({columns[0]}))'
                )
                marks = ", ".join("?" * len(columns))
                values = [[text(row[each]) for each in columns] for row in rows]
                connection.executemany(
                    f'INSERT INTO "{table}" VALUES ({marks})', values
                )
        connection.commit()
        connection.close()


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
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    names = [
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        )
    ]
    found: dict[str, Any] = {}
    for name in names:
        if name == COPIES:
            continue
        columns = [
            column
            for _, column, *_ in connection.execute(f'PRAGMA table_info("{name}")')
        ]
        found_rows = connection.execute(f'SELECT * FROM "{name}"')
        rows = [
            {column: meaning(row[column]) for column in columns} for row in found_rows
        ]
        if columns == ["key", "value", "expiration"]:
            found[name] = {
                row["key"]: row["value"]
                for row in sorted(rows, key=lambda row: row["key"])
            }
        else:
            found[name] = sorted(rows, key=lambda row: str(row[columns[0]]))
    connection.close()
    return found


def meaning(value: Any) -> Any:
    """Return what a stored string means if it is JSON."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
