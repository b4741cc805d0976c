"""Writes and reads with the KV store of a release; runs in the environment of that release, on its own.

Standard input: a list of {"engine": …, "fields": {…}, "namespace": …, "set": [[key, value, seconds or null], …],
"get": [key, …], "ranges": [[start, end], …], "listed": [start, end]}. The last line of standard output: for each,
{"get": {key: value}, "ranges": [[value, …], …], "listed": [value, …]}; `listed` are the rows of the keys in a range.
"""

import asyncio
import importlib
import json
import sys
from datetime import UTC, datetime

CONFIGS = (
    "ogx.core.storage.datatypes",
    "llama_stack.core.storage.datatypes",
    "llama_stack.providers.utils.kvstore.config",
)
STORES = (
    "ogx.core.storage.kvstore",
    "llama_stack.core.storage.kvstore",
    "llama_stack.providers.utils.kvstore",
)
CLASSES = {
    "redis": "RedisKVStore",
    "sqlite": "SqliteKVStore",
    "postgres": "PostgresKVStore",
    "mongodb": "MongoDBKVStore",
}


def first_module(names):
    """Return the first module that this release has."""
    for name in names:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if not name.startswith(error.name or ""):
                raise
    raise SystemExit(f"none of {names}")


async def run(asked):
    """Do what is asked with the store of the release."""
    name = CLASSES[asked["engine"]]
    config = getattr(first_module(CONFIGS), f"{name}Config")(**asked["fields"])
    config.namespace = asked["namespace"]
    engine = asked["engine"]
    module = first_module([f"{each}.{engine}.{engine}" for each in STORES])
    store = getattr(module, f"{name}Impl")(config)
    await store.initialize()
    for key, value, seconds in asked.get("set", ()):
        ends = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
        await store.set(key, value, ends)
    found = {key: as_text(await store.get(key)) for key in asked.get("get", ())}
    ranges = [
        sorted(map(as_text, await store.values_in_range(*each)))
        for each in asked.get("ranges", ())
    ]
    return {"get": found, "ranges": ranges, "listed": await list_rows(store, asked)}


async def list_rows(store, asked):
    """Return the rows that the keys in a range lead to, as the server lists prompts."""
    if "listed" not in asked:
        return []
    rows = [
        as_text(await store.get(key))
        for key in await store.keys_in_range(*asked["listed"])
    ]
    return [row for row in rows if row is not None]


async def run_all(asked):
    """Do what is asked, one after the other."""
    return [await run(each) for each in asked]


def as_text(value):
    """Return a value as its caller parses it: the Redis store of 0.2 and 0.3 returns bytes."""
    return value.decode() if isinstance(value, bytes) else value


if __name__ == "__main__":
    # what a release prints when it is imported is no answer
    answer = asyncio.run(run_all(json.load(sys.stdin)))
    print("\n" + json.dumps(answer))
