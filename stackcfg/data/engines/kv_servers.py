"""What Redis and MongoDB share: servers that keep KV rows and no SQL tables.

Neither can discard what a long copy has written. So a writer adds rows
that are missing, overwrites only the value that it has read, and
records what was done at the very end: an interrupted copy leaves rows
behind and no record, and the next one goes on from there.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any, Final

from stackcfg.data.engines.copy_lines import CopyData
from stackcfg.data.engines.database import Reader, Writer, read_new_pairs
from stackcfg.data.engines.lock_owner import describe_this_process, has_ended
from stackcfg.data.engines.protocol import (
    Column,
    Copied,
    DatabaseError,
    Pair,
    PairCopy,
    Progress,
    Row,
    split_blocks,
)
from stackcfg.data.engines.statements import Select
from stackcfg.data.locations import Database

PAGE: Final = 500
"""Rows that are read or written at once."""

BLOCK: Final = 4 << 20
"""Characters that are read or written at once, if a value is not longer."""

LEASE: Final = 60
"""Seconds for which a lock lasts that its owner does not renew."""

RENEWED_AFTER: Final = 5


class KvServerReader(Reader):
    """A server of KV rows, read only. Every method raises `DatabaseError`."""

    keeps_tables = False

    def __init__(self, database: Database) -> None:
        self.database = database

    @property
    def name(self) -> str:
        """Return the server and its database, without credentials."""
        return self.database.describe()

    def pair(self, table: str, key: str) -> Pair | None:
        """Return the KV row of a key."""
        return self.pairs_of(table, [key]).get(key)

    def has_record(self, text: str) -> bool:
        """Return whether this database records something."""
        return text in self.records()

    def columns(self, _table: str) -> list[Column]:
        """Return no columns, since there are no SQL tables."""
        return []

    def tables(self, _prefix: str) -> list[str]:
        """Return no SQL tables."""
        return []

    def rows(self, _table: str, _columns: Sequence[str]) -> Iterator[Row]:
        """Yield no rows of SQL tables."""
        return iter(())

    def row(self, _table: str, _key: Row, _columns: Sequence[str]) -> None:
        """Return no row of a SQL table."""

    def count_rows(self, _table: str) -> int:
        """Count no rows of a SQL table."""
        return 0

    def copy_data(self, select: Select, _types: Sequence[str]) -> CopyData:
        """Refuse to return rows of SQL tables."""
        raise self.refuse_tables(select.table)

    def stored_values(self, select: Select) -> Generator[Sequence[Any], None, None]:
        """Refuse to yield values of SQL tables."""
        raise self.refuse_tables(select.table)

    def refuse_tables(self, table: str) -> DatabaseError:
        """Return the error for a SQL table."""
        return DatabaseError(self.name, f"keeps KV rows only, not the table {table}")


class KvServerWriter(KvServerReader, Writer):
    """A server of KV rows, written under a lock of our own."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._owner = describe_this_process()
        self._renewed = 0.0
        self._written = 0
        self._last_read: tuple[str, Any] = ("", None)
        self._new_records: dict[str, None] = {}
        self._old_records: dict[str, None] = {}

    @abstractmethod
    def take_lock(self, instead_of: str) -> str:
        """Take the lock if it is free, or held by `instead_of`; return
        who has it now.
        """

    @abstractmethod
    def release_lock(self) -> None:
        """Release the lock if it is ours."""

    @abstractmethod
    def add_pairs(self, table: str, pairs: Sequence[Pair]) -> int:
        """Add those of some KV rows whose keys are new; return how many."""

    @abstractmethod
    def replace_value(self, table: str, key: str, old: str, new: str) -> bool:
        """Write the value of a key that still has the old one; return
        whether it had.
        """

    @abstractmethod
    def write_records(self, new: Iterable[str], old: Iterable[str]) -> None:
        """Record what is new, and forget what is old."""

    def begin(self) -> None:
        """Take the lock, so that no other copy writes here."""
        holder = self.take_lock("")
        # a copy that was killed cannot release it
        if holder != self._owner and has_ended(holder):
            holder = self.take_lock(holder)
        self._check_holder(holder)

    def _check_holder(self, holder: str) -> None:
        if holder != self._owner:
            reason = f"another copy writes into it (process {holder})"
            hint = (
                f"wait for it; if it was killed on another machine, for {LEASE} seconds"
            )
            raise DatabaseError(self.name, reason, hint)
        self._renewed = monotonic()

    def _renew_lock(self) -> None:
        if monotonic() - self._renewed > RENEWED_AFTER:
            self._check_holder(self.take_lock(self._owner))

    def commit(self) -> None:
        """Record what was done, and release the lock."""
        self._check_holder(self.take_lock(self._owner))
        self.write_records(self._new_records, self._old_records)
        self.release_lock()

    def rollback(self) -> None:
        """Release the lock; rows that were written stay, without a record."""
        # the error that led here says more
        with suppress(DatabaseError):
            self.release_lock()

    @property
    def kept_rows(self) -> int:
        """The number of rows that were written: no rollback takes them back."""
        return self._written

    def copy_pairs(self, source: Reader, copy: PairCopy, done: Progress) -> Copied:
        """Copy those KV rows whose keys are new."""
        return self.insert_pairs(read_new_pairs(source, copy), copy.table, done)

    def insert_pairs(self, pairs: Iterable[Pair], table: str, done: Progress) -> Copied:
        """Add those of many KV rows whose keys are new."""
        read = added = 0
        for block in split_blocks(pairs, _size_of, PAGE, BLOCK):
            read += len(block)
            added += self._add(table, block)
            done(len(block))
        return Copied(read, added)

    def add_pair(self, table: str, pair: Pair) -> bool:
        """Add a KV row unless its key exists; return whether it was added."""
        return self._add(table, [pair]) > 0

    def _add(self, table: str, pairs: Sequence[Pair]) -> int:
        self._renew_lock()
        added = self.add_pairs(table, pairs)
        self._written += added
        return added

    def pair(self, table: str, key: str) -> Pair | None:
        """Return the KV row of a key, and keep it in mind."""
        found = super().pair(table, key)
        self._last_read = (key, None if found is None else found[1])
        return found

    def set_value(self, table: str, key: str, value: str) -> None:
        """Write the value of the KV row that was read last."""
        self._renew_lock()
        last_key, old = self._last_read
        if last_key != key or not self.replace_value(table, key, old, value):
            reason = f"the key '{key}' was changed by another program"
            raise DatabaseError(self.name, reason, "stop the server and run this again")
        self._written += 1

    def add_record(self, text: str) -> bool:
        """Record something with the commit; return whether it is new."""
        if text in self._new_records or self.has_record(text):
            return False
        self._new_records[text] = None
        return True

    def forget_record(self, text: str) -> None:
        """Forget a record with the commit."""
        self._old_records[text] = None

    def insert_selected(
        self, _source: Reader, _select: Select, table: str, _done: Progress
    ) -> Copied:
        """Refuse to insert rows of a SQL table."""
        raise self.refuse_tables(table)

    def _run(self, statement: str, _values: Sequence[Any] = (), _row: str = "") -> int:
        raise self.refuse_tables(statement)


def _size_of(pair: Pair) -> int:
    return len(pair[0]) + len(pair[1] or "")
