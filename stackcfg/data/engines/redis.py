"""A Redis server as a reader or writer (the extra `stackcfg[redis]`).

The servers keep each KV row under its own key, as a string in UTF-8;
its expiration is that of the key (0.1.0 to ogx 1.5.0:
`kvstore/redis/redis.py`). There are no tables: other programs can have
keys in the same database.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Final

from stackcfg.data.engines.kv_servers import (
    BLOCK,
    LEASE,
    PAGE,
    KvServerReader,
    KvServerWriter,
)
from stackcfg.data.engines.protocol import (
    COPIES,
    DatabaseError,
    Pair,
    Selection,
    milliseconds_of,
)
from stackcfg.data.engines.redis_driver import connect, explain_errors
from stackcfg.data.locations import Database

LOCK: Final = f"{COPIES}:lock"
OUR_KEYS: Final = (COPIES, LOCK)
SPECIAL: Final = re.compile(r"[*?\[\]\\^-]")

LOOK: Final = """
local found, time = {}, redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for number, key in ipairs(KEYS) do
  local size, ends = redis.pcall('STRLEN', key), redis.pcall('PEXPIRETIME', key)
  if type(size) ~= 'number' then size = -1 end
  if type(ends) ~= 'number' then
    ends = redis.call('PTTL', key)
    if ends >= 0 then ends = ends + now end
  end
  found[2 * number - 1], found[2 * number] = size, ends
end
return found
"""
"""Returns for each key the length of its string, and when it ends.

The length is -1 for what is no string, the end is in milliseconds since
1970 and negative without one. PEXPIRETIME is known since Redis 7.0.
"""

ADD: Final = """
if not redis.call('SET', KEYS[1], ARGV[1], 'NX') then return 0 end
redis.call('PEXPIREAT', KEYS[1], ARGV[2])
return 1
"""
REPLACE: Final = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local rest = redis.call('PTTL', KEYS[1])
redis.call('SET', KEYS[1], ARGV[2])
if rest > 0 then redis.call('PEXPIRE', KEYS[1], rest) end
return 1
"""
TAKE: Final = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] and holder ~= ARGV[2] then return holder end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
return ARGV[1]
"""
RELEASE: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""


def _pattern(prefix: str) -> str:
    return SPECIAL.sub(lambda match: "\\" + match[0], prefix) + "*"


def _read_key(key: bytes) -> str:
    """Return a key; empty for one that no server wrote."""
    try:
        return key.decode()
    except UnicodeDecodeError:
        return ""


def _time_of(milliseconds: int) -> str | None:
    if milliseconds < 0:
        return None
    seconds, rest = divmod(milliseconds, 1000)
    time = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000)
    return time.isoformat("T", "microseconds")


class RedisReader(KvServerReader):
    """A Redis server, read only. Every method raises `DatabaseError`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.connection = connect(database)

    def explain_errors(self, _row: str = "") -> AbstractContextManager[None]:
        """Turn errors of the driver into `DatabaseError`s."""
        return explain_errors(self.database)

    def has_table(self, _table: str) -> bool:
        """Return whether there is any key."""
        with self.explain_errors():
            ours = self.connection.exists(*OUR_KEYS)
            return bool(self.connection.dbsize() > ours)

    def pairs(self, _table: str, selection: Selection) -> Iterator[Pair]:
        """Yield the selected KV rows in the order of the server.

        A row comes twice if the server makes its table of keys smaller
        meanwhile.
        """
        for keys in self._pages(selection):
            yield from self._load(keys)

    def count_pairs(self, _table: str, selection: Selection) -> int:
        """Count the selected KV rows."""
        return sum(map(len, self._pages(selection)))

    def pairs_of(self, _table: str, keys: Sequence[str]) -> Mapping[str, Pair]:
        """Return the KV rows that exist of some keys, by key."""
        return {pair[0]: pair for pair in self._load(keys)}

    def _pages(self, selection: Selection) -> Iterator[list[str]]:
        """Yield the selected keys, some at a time."""
        # one pass for all prefixes: each pass goes over all keys of the server
        common = os.path.commonprefix(selection.prefixes)  # noqa: RUF071
        cursor = None
        while cursor != 0:
            with self.explain_errors():
                cursor, found = self.connection.scan(
                    cursor or 0, match=_pattern(common), count=PAGE
                )
            keys = filter(None, map(_read_key, found))
            yield [each for each in keys if _is_selected(each, selection)]

    def _load(self, keys: Sequence[str]) -> Iterator[Pair]:
        if not keys:
            return
        with self.explain_errors():
            found = self.connection.eval(LOOK, len(keys), *keys)
        ends = dict(zip(keys, found[1::2], strict=True))
        sizes = zip(keys, found[::2], strict=True)
        for block in _split_keys((key, size) for key, size in sizes if size >= 0):
            with self.explain_errors():
                values = self.connection.mget(block)
            for key, value in zip(block, values, strict=True):
                # it can have ended since
                if value is not None:
                    yield key, self._text_of(key, value), _time_of(ends[key])

    def _text_of(self, key: str, value: bytes) -> str:
        try:
            return value.decode()
        except UnicodeDecodeError:
            reason = f"the value of '{key}' is not UTF-8: no server wrote it"
            raise DatabaseError(self.name, reason) from None

    def records(self) -> Iterable[str]:
        """Return what this database records about copies into it."""
        with self.explain_errors():
            return sorted(each.decode() for each in self.connection.smembers(COPIES))

    def has_record(self, text: str) -> bool:
        """Return whether this database records something."""
        with self.explain_errors():
            return bool(self.connection.sismember(COPIES, text))

    def other_connections(self) -> list[str]:
        """Return the other programs that use the database."""
        with self.explain_errors():
            found = self.connection.client_list(_type="normal")
        return [
            f"{each.get('name') or 'a program'} at {each['addr']}"
            for each in found
            if each.get("name") != "stackcfg" and each["db"] == "0"
        ]

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


class RedisWriter(RedisReader, KvServerWriter):
    """A Redis server, written row by row under a lock."""

    def take_lock(self, instead_of: str) -> str:
        """Take the lock if it is free, or held by `instead_of`; return
        who has it now.
        """
        with self.explain_errors():
            words = (self._owner, instead_of, LEASE)
            holder: bytes = self.connection.eval(TAKE, 1, LOCK, *words)
        return holder.decode()

    def release_lock(self) -> None:
        """Release the lock if it is ours."""
        with self.explain_errors():
            self.connection.eval(RELEASE, 1, LOCK, self._owner)

    def make_kv_table(self, table: str, *, zoned: bool) -> None:
        """Do nothing, since there are no tables."""

    def add_pairs(self, _table: str, pairs: Sequence[Pair]) -> int:
        """Add those of some KV rows whose keys are new; return how many."""
        with self.explain_errors():
            line = self.connection.pipeline(transaction=False)
            for key, value, expiration in pairs:
                if expiration is None:
                    line.set(key, value or "", nx=True)
                else:
                    line.eval(ADD, 1, key, value or "", milliseconds_of(expiration))
            return sum(map(bool, line.execute()))

    def replace_value(self, _table: str, key: str, old: str, new: str) -> bool:
        """Write the value of a key that still has the old one; return
        whether it had.
        """
        with self.explain_errors():
            return bool(self.connection.eval(REPLACE, 1, key, old, new))

    def write_records(self, new: Iterable[str], old: Iterable[str]) -> None:
        """Record what is new, and forget what is old."""
        with self.explain_errors():
            line = self.connection.pipeline(transaction=True)
            for text in old:
                line.srem(COPIES, text)
            for text in new:
                line.sadd(COPIES, text)
            line.execute()


def _is_selected(key: str, selection: Selection) -> bool:
    if key in OUR_KEYS or key.startswith(selection.without):
        return False
    return not selection.prefixes or key.startswith(selection.prefixes)


def _split_keys(sizes: Iterable[tuple[str, int]]) -> Iterator[list[str]]:
    """Yield keys whose values are worth reading at once."""
    block: list[str] = []
    total = 0
    for key, size in sizes:
        if block and total + size > BLOCK:
            yield block
            block, total = [], 0
        block.append(key)
        total += size
    if block:
        yield block
