"""Harm to a row on a side of a copy: deleted, changed in one value, or added; and what undoes it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from tests.support.copy_sides import Postgres, Redis, Side

NUMBER, TEXT, JSON, BOOLEAN, TIME, FLOAT, BYTES = (
    *("number", "text", "json", "boolean", "time", "float", "bytes"),
)
SQL_TABLES: Final = {
    "completions": {
        "id": TEXT,
        "created": NUMBER,
        "model": TEXT,
        "choices": JSON,
        "done": BOOLEAN,
        "at": TIME,
        "score": FLOAT,
        "note": TEXT,
        "raw": BYTES,
        "owner_principal": TEXT,
        "access_attributes": JSON,
    },
    "conversation_items": {"number": NUMBER, "text": TEXT},
}
KV_COLUMNS: Final = {"key": TEXT, "value": TEXT, "expiration": TIME}
SAMPLES: Final = {
    NUMBER: 5,
    TEXT: "x",
    JSON: '{"roles": ["x"]}',
    BOOLEAN: "true",
    TIME: "2034-01-02 03:04:05.500000",
    FLOAT: 0.5,
    BYTES: b"\x01",
}
OTHERS: Final = "qz7 ü"
"""Characters that make no other word for the same JSON."""

Row = tuple[Any, ...]


@dataclass(frozen=True)
class SqlTable:
    """A table of sqlite or PostgreSQL, its key first."""

    side: Side
    family: str
    name: str
    kinds: dict[str, str]

    @property
    def key(self) -> str:
        return next(iter(self.kinds))

    def rows(self) -> list[Row]:
        cast = "::text" if isinstance(self.side, Postgres) else ""
        columns = ", ".join(f"{name}{cast}" for name in self.kinds)
        query = f"SELECT {columns} FROM {self.name} ORDER BY 1"
        return self.side.execute(self.family, query)

    def delete(self, row: Row) -> None:
        query = f"DELETE FROM {self.name} WHERE {self.key} = ?"
        self.side.execute(self.family, query, row[0])

    def insert(self, row: Row) -> None:
        marks = ", ".join("?" * len(row))
        names = ", ".join(self.kinds)
        query = f"INSERT INTO {self.name} ({names}) VALUES ({marks})"
        self.side.execute(self.family, query, *row)


@dataclass(frozen=True)
class RedisTable:
    """The keys of a Redis server; times in milliseconds."""

    side: Redis
    kinds: dict[str, str] = field(
        default_factory=lambda: {**KV_COLUMNS, "expiration": NUMBER}
    )

    def rows(self) -> list[Row]:
        with self.side.running.connect() as client:
            keys = sorted(
                key for key in client.scan_iter() if not key.startswith("stackcfg")
            )
            return [(key, client.get(key), _time(client, key)) for key in keys]

    def delete(self, row: Row) -> None:
        with self.side.running.connect() as client:
            client.delete(row[0])

    def insert(self, row: Row) -> None:
        key, value, ends = row
        with self.side.running.connect() as client:
            client.set(key, value or "", pxat=_later(ends))


def _time(client: Any, key: str) -> int | None:
    ends = client.pexpiretime(key)
    return None if ends < 0 else ends


def _later(ends: int | None) -> int | None:
    # the time of a sample is long ago
    return 1_990_000_000_000 if ends == SAMPLES[NUMBER] else ends


Table = SqlTable | RedisTable


def tables_of(side: Side) -> dict[str, Table]:
    """Return every table of a side whose rows can be harmed; the KV rows are `kv`."""
    tables: dict[str, Table] = {}
    if isinstance(side, Redis):
        tables["kv"] = RedisTable(side)
    else:
        name = "llamastack_kvstore" if isinstance(side, Postgres) else "kvstore"
        tables["kv"] = SqlTable(side, "kv", name, KV_COLUMNS)
    for name, kinds in SQL_TABLES.items():
        tables[name] = SqlTable(side, "sql", name, kinds)
    return tables


class Harm(NamedTuple):
    """What was done to the row with a key, and what undoes it."""

    action: str
    table: str
    key: str
    undo: Callable[[], None]


def harm(chance: random.Random, side: Side, action: str) -> Harm:
    """Delete, change or add one row on a side."""
    name, table = chance.choice([*tables_of(side).items()])
    row = chance.choice(table.rows())
    if action == "add":
        other = (_other_key(row[0]), *row[1:])
        table.insert(other)
        return Harm(action, name, str(other[0]), lambda: table.delete(other))
    table.delete(row)
    words = action
    if action == "change":
        index = chance.randrange(1, len(row))
        kind = [*table.kinds.values()][index]
        changed = (*row[:index], changed_value(chance, kind, row[index]))
        table.insert((*changed, *row[index + 1 :]))
        words = f"change {[*table.kinds][index]}: {row[index]!r} to {changed[index]!r}"

    def undo() -> None:
        table.delete(row)
        table.insert(row)

    return Harm(words, name, str(row[0]), undo)


def _other_key(key: Any) -> Any:
    if str(key).isdigit():
        return int(key) + 1000
    return key.replace("v1:", "v1:added-", 1) if "v1:" in key else f"added-{key}"


def changed_value(chance: random.Random, kind: str, value: Any) -> Any:
    """Return a value that differs in one character, bit or unit."""
    if value is None or value == "":
        return SAMPLES[kind]
    if kind == NUMBER:
        return int(value) + 1
    if kind == FLOAT:
        return math.nextafter(float(value), math.inf)
    if kind == BOOLEAN:
        return {"true": "false", "false": "true", 0: 1, 1: 0}[value]
    if isinstance(value, bytes):
        index = chance.randrange(len(value))
        return value[:index] + bytes([value[index] ^ 1]) + value[index + 1 :]
    if kind in (TIME, BYTES):
        return _other_digit(chance, kind, value)
    return _other_character(chance, kind, value)


def _other_digit(chance: random.Random, kind: str, value: str) -> str:
    start = 2 if kind == BYTES else 14
    places = [n for n in range(start, len(value)) if value[n] in "12345678"]
    # of a time, the digits of its zone are none of its own
    places = [n for n in places if kind == BYTES or n < 19] or [start]
    place = chance.choice(places)
    digit = "1" if value[place] == "2" else "2"
    return value[:place] + digit + value[place + 1 :]


def _other_character(chance: random.Random, kind: str, value: str) -> str:
    places = [*range(len(value))]
    if kind == JSON:
        # inside of a string, and of no escaped character, so that it stays JSON
        places = [
            n
            for n in places
            if value[n].isalpha() and "\\" not in value[max(0, n - 5) : n]
        ]
    place = chance.choice(places)
    other = chance.choice([each for each in OTHERS if each != value[place]])
    return value[:place] + other + value[place + 1 :]
