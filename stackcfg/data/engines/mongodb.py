"""A MongoDB database as a reader or writer (the extra `stackcfg[mongodb]`).

The servers keep each KV row as a document `{key, value, expiration}` of
one collection (0.1.0 to ogx 1.5.0: `kvstore/mongodb/mongodb.py`). Since
1.0.0 they make two indexes: one lets no key be there twice, one lets
MongoDB delete what has ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, Final

from stackcfg.data.engines.drivers import find_hint
from stackcfg.data.engines.kv_servers import (
    LEASE,
    PAGE,
    KvServerReader,
    KvServerWriter,
)
from stackcfg.data.engines.mongodb_driver import (
    HINTS,
    connect,
    driver_for,
    explain_errors,
)
from stackcfg.data.engines.protocol import (
    COPIES,
    KV_COLUMNS,
    DatabaseError,
    Pair,
    Selection,
    point_in_time,
)
from stackcfg.data.locations import Database

LOCKS: Final = f"{COPIES}_lock"
LOCK: Final = "lock"
FIELDS: Final = {"_id": 0, **dict.fromkeys(KV_COLUMNS, 1)}
EXISTS_ALREADY: Final = 11000

Condition = dict[str, Any]


def _begins_with(prefix: str) -> Condition:
    behind = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    return {"key": {"$gte": prefix, "$lt": behind}}


def _condition_for(selection: Selection) -> Condition:
    """Return the condition for selected keys."""
    parts: list[Condition] = [{"key": {"$type": "string"}}]
    if selection.prefixes:
        parts.append({"$or": [_begins_with(each) for each in selection.prefixes]})
    if selection.without:
        parts.append({"$nor": [_begins_with(each) for each in selection.without]})
    return {"$and": parts}


def _pair_of(document: Mapping[str, Any]) -> Pair:
    expiration = document.get("expiration")
    if expiration is not None:
        expiration = expiration.isoformat("T", "microseconds")
    return document["key"], document.get("value"), expiration


class MongoReader(KvServerReader):
    """A MongoDB database, read only. Every method raises `DatabaseError`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.connection = connect(database)
        self._collections = self.connection[database.address[2]]

    def explain_errors(self, row: str = "") -> AbstractContextManager[None]:
        """Turn errors of the driver into `DatabaseError`s about a row."""
        return explain_errors(self.database, row)

    def has_table(self, table: str) -> bool:
        """Return whether a collection exists."""
        with self.explain_errors():
            return table in self._collections.list_collection_names()

    def pairs(self, table: str, selection: Selection) -> Iterator[Pair]:
        """Yield the selected KV rows in the order of the server."""
        # before 1.0.0 there is no index by which to order them
        with self.explain_errors():
            for each in self._find(table, _condition_for(selection)):
                yield _pair_of(each)

    def _find(self, table: str, condition: Condition) -> Any:
        return self._collections[table].find(condition, FIELDS, batch_size=PAGE)

    def count_pairs(self, table: str, selection: Selection) -> int:
        """Count the selected KV rows."""
        with self.explain_errors():
            condition = _condition_for(selection)
            return int(self._collections[table].count_documents(condition))

    def pairs_of(self, table: str, keys: Sequence[str]) -> Mapping[str, Pair]:
        """Return the KV rows that exist of some keys, by key."""
        with self.explain_errors():
            found = map(_pair_of, self._find(table, {"key": {"$in": list(keys)}}))
            return {pair[0]: pair for pair in found}

    def records(self) -> Iterable[str]:
        """Return what this database records about copies into it."""
        with self.explain_errors():
            return [str(each["_id"]) for each in self._collections[COPIES].find()]

    def has_record(self, text: str) -> bool:
        """Return whether this database records something."""
        with self.explain_errors():
            return self._collections[COPIES].find_one({"_id": text}) is not None

    def other_connections(self) -> list[str]:
        """Return the other programs that are connected and may be seen."""
        errors = driver_for(self.database).errors
        every = {"$currentOp": {"idleConnections": True}}
        with self.explain_errors():
            try:
                found = [*self.connection.admin.aggregate([every])]
            except errors.OperationFailure:
                # it takes a right that not every user has
                found = []
        return [
            f"{each.get('appName') or 'a program'} at {each['client']}"
            for each in found
            if "client" in each and each.get("appName") != "stackcfg"
        ]

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


class MongoWriter(MongoReader, KvServerWriter):
    """A MongoDB database, written row by row under a lock.

    Transactions are not used: only servers that are replica sets have
    them.
    """

    def take_lock(self, instead_of: str) -> str:
        """Take the lock if it is free, or held by `instead_of`; return
        who has it now.
        """
        errors = driver_for(self.database).errors
        locks = self._collections[LOCKS]
        with self.explain_errors():
            now = self.connection.admin.command("hello")["localTime"]
            free = [
                {"owner": instead_of},
                {"owner": self._owner},
                {"until": {"$lt": now}},
            ]
            ours = {"owner": self._owner, "until": now + timedelta(seconds=LEASE)}
            try:
                locks.update_one(
                    {"_id": LOCK, "$or": free}, {"$set": ours}, upsert=True
                )
            except errors.DuplicateKeyError:
                held = locks.find_one({"_id": LOCK}) or {}
                return str(held.get("owner", "unknown"))
        return self._owner

    def release_lock(self) -> None:
        """Release the lock if it is ours."""
        with self.explain_errors():
            self._collections[LOCKS].delete_one({"_id": LOCK, "owner": self._owner})

    def make_kv_table(self, table: str, *, zoned: bool) -> None:
        """Make the indexes of the servers, and so the collection."""
        with self.explain_errors():
            collection = self._collections[table]
            # earlier servers made none, and looked through all documents for a key
            collection.create_index("key", unique=True)
            if zoned:
                collection.create_index([("expiration", 1)], expireAfterSeconds=0)

    def add_pairs(self, table: str, pairs: Sequence[Pair]) -> int:
        """Add those of some KV rows whose keys are new; return how many."""
        errors = driver_for(self.database).errors
        documents = [
            {"key": key, "value": value, "expiration": point_in_time(expiration)}
            for key, value, expiration in pairs
        ]
        longest = max(pairs, key=lambda pair: len(pair[1] or ""))
        with self.explain_errors(f"the key '{longest[0]}' of {table}"):
            try:
                self._collections[table].insert_many(documents, ordered=False)
            except errors.BulkWriteError as error:
                return self._count_added(error)
        return len(pairs)

    def _count_added(self, error: Any) -> int:
        """Return how many rows were added although others exist already."""
        for each in error.details["writeErrors"]:
            if each["code"] != EXISTS_ALREADY:
                raise self._refuse_row(each)
        if error.details["writeConcernErrors"]:
            raise error
        return int(error.details["nInserted"])

    def _refuse_row(self, refusal: Mapping[str, Any]) -> DatabaseError:
        words = refusal["errmsg"]
        reason = f"does not take the key '{refusal['op']['key']}': {words}"
        return DatabaseError(self.name, reason, find_hint(words, HINTS))

    def replace_value(self, table: str, key: str, old: str, new: str) -> bool:
        """Write the value of a key that still has the old one; return
        whether it had.
        """
        with self.explain_errors(f"the key '{key}' of {table}"):
            found = self._collections[table].update_one(
                {"key": key, "value": old}, {"$set": {"value": new}}
            )
            return bool(found.matched_count)

    def write_records(self, new: Iterable[str], old: Iterable[str]) -> None:
        """Record what is new, and forget what is old."""
        records = self._collections[COPIES]
        with self.explain_errors():
            for text in old:
                records.delete_one({"_id": text})
            for text in new:
                records.replace_one({"_id": text}, {"_id": text}, upsert=True)
