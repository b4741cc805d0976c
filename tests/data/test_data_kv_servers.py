"""KV rows in Redis and MongoDB: from every engine to every other one, and what happens when something is wrong."""

from __future__ import annotations

import itertools
import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support import mongodb
from tests.support.background_copies import start_copy
from tests.support.budgets import ALL
from tests.support.in_process import run_here
from tests.support.kv_stores import (
    FAISS_HEAD,
    OLD_CONFIG,
    KvStore,
    MongoStore,
    PostgresStore,
    RedisStore,
    SqliteStore,
)
from tests.support.mongodb import MongoServer, mongo_server
from tests.support.postgres import Server, server
from tests.support.redis import RedisServer, free_port, redis_server
from tests.support.running import Done

CONFIG = """\
version: 2
image_name: demo
providers:
  batches:
  - provider_id: reference
    provider_type: inline::reference
    config: {kvstore: {backend: kv_default, namespace: "BATCHES"}}
storage:
  backends:
    kv_default: {type: KV}
    sql_default: {type: sql_sqlite, db_path: sql.db}
  stores:
    metadata: {backend: kv_default, namespace: "REGISTRY"}
    inference: {backend: sql_default, table_name: completions, max_write_queue_size: 10000, num_writers: 4}
    conversations: {backend: sql_default, table_name: openai_conversations}
    prompts: {backend: kv_default, namespace: "PROMPTS"}
"""
SAME = ("--from", "0.7.3", "--target", "0.7.3")
ENGINES = ("sqlite", "postgres", "redis", "mongodb")
LATER = 1_924_992_000_500
"""A time in 2031, in milliseconds."""

NAMES = (
    "plain",
    "a:b",
    "100%",
    "ärger 字 \U0001f600",
    "*?[x]\\^-",
    "",
    " ",
    "tab\there",
)
VALUES = {
    f"prompts:v1:{name}:{number}": (json.dumps({"text": name, "n": number}), ends)
    for number, (name, ends) in enumerate(itertools.product(NAMES, (None, LATER)))
}
BATCHES = {f"batch:{number}": (f'{{"n": {number}}}', None) for number in range(620)}
LONG = {"batch:long": (json.dumps("x" * 6_000_000), None)}


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with server() as running:
        yield running


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture(scope="module")
def second_redis() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture(scope="module")
def mongo() -> Iterator[MongoServer]:
    with mongo_server() as running:
        yield running


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Return what makes an empty store of an engine."""

    def make(engine: str) -> KvStore:
        made: KvStore
        if engine == "sqlite":
            made = SqliteStore(tmp_path / "kv.db")
        elif engine == "postgres":
            made = PostgresStore(request.getfixturevalue("postgres"), "kv")
        elif engine == "redis":
            made = RedisStore(request.getfixturevalue("redis"))
        else:
            made = MongoStore(request.getfixturevalue("mongo"))
        made.empty()
        return made

    return make


def write_config(
    path: Path, config: str, prompts: str = "prompts", batches: str = "batches"
) -> None:
    text = CONFIG.replace("KV", config).replace("REGISTRY", "registry")
    path.write_text(text.replace("PROMPTS", prompts).replace("BATCHES", batches))


def write_configs(folder: Path, old: KvStore, new: KvStore) -> None:
    write_config(folder / "old.yaml", old.config)
    write_config(folder / "new.yaml", new.config)


def run(
    action: str, folder: Path, *more: str, releases: tuple[str, ...] = SAME
) -> Done:
    command = ("data", action, "old.yaml", "new.yaml", *releases, *more)
    return run_here(*command, cwd=folder, HOME=str(folder))


def prefixed(rows: Any, prefix: str, engine: str) -> dict[str, Any]:
    """Return rows as an engine has them: sqlite ignores the namespace before 1.0."""
    if engine == "sqlite":
        prefix = ""
    return {f"{prefix}{key}": value for key, value in rows.items()}


def stored(engine: str, *, long: bool = True) -> dict[str, Any]:
    rows = {**BATCHES, **(LONG if long else {})}
    return prefixed(VALUES, "prompts:", engine) | prefixed(rows, "batches:", engine)


EVERY_PAIR = [
    pair
    for pair in itertools.permutations(ENGINES, 2)
    if {"redis", "mongodb"} & {*pair}
]
PAIRS = (
    ("sqlite", "redis"),
    ("redis", "postgres"),
    ("postgres", "mongodb"),
    ("mongodb", "sqlite"),
    ("redis", "mongodb"),
)
"""Each engine is read once, and written once."""


@pytest.mark.parametrize(("old", "new"), EVERY_PAIR if ALL else PAIRS)
def test_rows_go_from_engine_to_engine(store, tmp_path, old, new):
    source, target = store(old), store(new)
    source.write(stored(old))
    write_configs(tmp_path, source, target)
    assert run("verify", tmp_path).code == 1
    done = run("copy", tmp_path)
    assert (done.code, done.err) == (0, ""), done.out + done.err
    assert target.read() == stored(new)
    assert source.read() == stored(old)
    done = run("verify", tmp_path)
    assert done.code == 0, done.out + done.err
    # another run has nothing to do, and what was deleted meanwhile stays deleted
    key = next(iter(prefixed(BATCHES, "batches:", new)))
    target.delete(key)
    done = run("copy", tmp_path)
    assert done.code == 0
    assert "rows copied: 0, completed: 0" in done.out
    assert key not in target.read()
    done = run("copy", tmp_path, "--again")
    assert "rows copied: 1, completed: 0" in done.out
    assert target.read() == stored(new)


@pytest.mark.parametrize("engine", ["redis", "mongodb"])
@pytest.mark.parametrize("side", ["old", "new"])
def test_verify_names_what_was_deleted_and_changed(store, tmp_path, engine, side):
    """The other side is a file; the tampering is on the server."""
    names = {"old": "sqlite", "new": "sqlite", side: engine}
    source, target = store(names["old"]), store(names["new"])
    source.write(stored(names["old"], long=False))
    write_configs(tmp_path, source, target)
    assert run("copy", tmp_path).code == 0
    changed, gone = "batches:batch:7", "batches:batch:8"
    touched = source if side == "old" else target
    touched.write({changed: ('{"n": "other"}', None)})
    touched.delete(gone)
    done = run("verify", tmp_path)
    if side == "new":
        assert done.code == 1
        assert "rows missing: 1, different: 1, not copied: 0" in done.out
        assert gone in done.out
    else:
        assert done.code == 1
        assert "rows missing: 0, different: 1, not copied: 0" in done.out
    assert changed.removeprefix("batches:") in done.out
    # another copy keeps what differs, and says so
    done = run("copy", tmp_path, "--again")
    assert done.code == 3
    assert "batch:7" in done.out


def test_a_changed_time_is_a_difference(store, tmp_path):
    source, target = store("sqlite"), store("redis")
    source.write(stored("sqlite", long=False))
    write_configs(tmp_path, source, target)
    assert run("copy", tmp_path).code == 0
    with target.running.connect() as client:
        key = next(key for key in client.keys("prompts:*plain:1"))
        client.pexpireat(key, LATER + 60_000)
    done = run("verify", tmp_path)
    assert done.code == 1
    assert "rows missing: 0, different: 1" in done.out


@pytest.mark.parametrize("engine", ["redis", "mongodb"])
def test_rows_whose_time_has_ended_are_not_missed(store, tmp_path, engine):
    source, target = store("sqlite"), store(engine)
    source.write({"batch:old": ("{}", 1_000_000_000_000), "batch:new": ("{}", None)})
    write_configs(tmp_path, source, target)
    assert run("copy", tmp_path).code == 0
    done = run("verify", tmp_path)
    assert done.code == 0, done.out
    if engine == "redis":
        assert [*target.read()] == ["batches:batch:new"]
        assert "1 of 'batches reference' not copied: their time has ended" in done.out


def test_keys_of_other_programs_stay_where_they_are(store, tmp_path):
    """Without a namespace, only the keys that a store can have are its own."""
    source, target = store("redis"), store("sqlite")
    source.write(BATCHES)
    with source.running.connect() as client:
        client.rpush("batch:queue", "a")
        client.hset("celery", "a", "b")
        client.set("session-1", "of another program")
        client.set(b"\xff\xfe", b"\xff")
    write_configs(tmp_path, source, target)
    write_config(tmp_path / "old.yaml", source.config, batches="")
    done = run("copy", tmp_path)
    assert done.code == 0, done.out + done.err
    assert target.read() == BATCHES
    assert run("verify", tmp_path).code == 0


@pytest.mark.parametrize("engine", ["redis", "mongodb"])
def test_rows_get_another_namespace_in_the_same_database(store, tmp_path, engine):
    source = store(engine)
    source.write(BATCHES)
    write_config(tmp_path / "old.yaml", source.config, batches="")
    write_config(tmp_path / "new.yaml", source.config, batches="b")
    done = run("copy", tmp_path)
    assert done.code == 0, done.out + done.err
    new = {f"b:{key}": value for key, value in BATCHES.items()}
    assert source.read() == {**BATCHES, **new}
    assert run("verify", tmp_path).code == 0
    assert "rows copied: 0" in run("copy", tmp_path, "--again").out


NEW = (
    FAISS_HEAD
    + """\
    config: {persistence: {backend: kv_default, namespace: "FAISS"}}
storage:
  backends:
    kv_default: {type: KV}
    sql_default: {type: sql_sqlite, db_path: inference.db}
  stores:
    metadata: {backend: kv_default, namespace: "REGISTRY"}
    inference: {backend: sql_default, table_name: chat_completions, max_write_queue_size: 10000, num_writers: 4}
    conversations: {backend: sql_default, table_name: openai_conversations}
    prompts: {backend: kv_default, namespace: prompts}
"""
)
MODEL = {"identifier": "m", "provider_id": "vllm", "type": "model", "owner": None}
VECTOR_DB = {
    "identifier": "vs_1",
    "provider_id": "faiss",
    "type": "vector_db",
    "vector_db_name": "docs",
    "embedding_model": "e",
    "embedding_dimension": 4,
    "owner": None,
}
INDEX = {
    "id_by_index": {"0": "d"},
    "chunk_by_index": {
        "0": json.dumps(
            {
                "content": "text",
                "metadata": {"document_id": "d"},
                "stored_chunk_id": "c1",
            }
        )
    },
    "faiss_index": "bytes",
}
V9 = "distributions:registry:v9::"
OLD_ROWS = {
    f"{V9}model:vllm/m": (json.dumps(MODEL), None),
    f"{V9}vector_db:vs_1": (json.dumps(VECTOR_DB), None),
    "vector_dbs:v3::vs_1": (json.dumps({**VECTOR_DB, "owner": None}), None),
    "faiss_index:v3::vs_1": (json.dumps(INDEX), None),
}


@pytest.mark.parametrize("engine", ["redis", "mongodb"])
@pytest.mark.parametrize("namespaces", [("", ""), ("registry", "vector_io::faiss")])
def test_row_rules_apply(store, tmp_path, engine, namespaces):
    """Rows of 0.2.23 become those of 0.7.3, in place (bare keys) or under other keys."""
    source = store(engine)
    source.write(OLD_ROWS)
    address = source.config.partition(", ")[2]
    old = OLD_CONFIG.replace("ENGINE", engine).replace("ADDRESS", address)
    (tmp_path / "old.yaml").write_text(old)
    registry, faiss = namespaces
    new = NEW.replace("KV", source.config).replace("REGISTRY", registry)
    (tmp_path / "new.yaml").write_text(new.replace("FAISS", faiss))
    releases = ("--from", "0.2.23", "--target", "0.7.3")
    done = run("copy", tmp_path, releases=releases)
    assert done.code == 0, done.out + done.err
    rows = source.read()
    for key in OLD_ROWS:
        assert key in rows
    registry, faiss = (f"{each}:" if each else "" for each in namespaces)
    v10 = f"{registry}distributions:registry:v10::"
    found = json.loads(rows[f"{v10}vector_store:vs_1"][0])
    assert (found["type"], found["vector_store_name"]) == ("vector_store", "docs")
    assert json.loads(rows[f"{v10}model:vllm/m"][0]) == MODEL
    found = json.loads(rows[f"{faiss}vector_stores:v3::vs_1"][0])
    assert found["vector_store_name"] == "docs"
    index = json.loads(rows[f"{faiss}faiss_index:v3::vs_1"][0])
    [chunk] = map(json.loads, index["chunk_by_index"].values())
    assert chunk["chunk_id"] == "c1"
    assert run("verify", tmp_path, releases=releases).code == 0
    before = source.read()
    assert run("copy", tmp_path, releases=releases).code == 0
    assert run("copy", tmp_path, "--again", releases=releases).code == 0
    assert source.read() == before


def test_rows_become_rows_of_sql_tables(store, tmp_path):
    """Batches go to SQL in ogx 1.0.0, from whatever engine they are in."""
    source = store("redis")
    batch = {"id": "batch_1", "created_at": 5, "status": "completed"}
    source.write({"batches:batch:batch_1": (json.dumps(batch), None)})
    write_config(tmp_path / "old.yaml", source.config)
    text = (tmp_path / "old.yaml").read_text()
    text = text.replace(
        '{kvstore: {backend: kv_default, namespace: "batches"}}',
        "{sqlstore: {backend: sql_default, table_name: batches}}",
    )
    text = text.replace(
        '{backend: kv_default, namespace: "prompts"}',
        "{backend: sql_default, table_name: prompts}",
    )
    (tmp_path / "new.yaml").write_text(text)
    releases = ("--from", "0.7.3", "--target", "1.5.0")
    done = run("copy", tmp_path, releases=releases)
    assert done.code == 0, done.out + done.err
    assert "rows copied: 1" in done.out
    assert run("verify", tmp_path, releases=releases).code == 0


SHARES = (0.1, 0.5, 0.9) if ALL else (0.5,)
"""The parts of the rows after which a copy is killed."""


PAUSES = {"redis": 0.002, "mongodb": 0.02}
"""Seconds between two questions: each costs the server of MongoDB as much as many rows."""

MANY = {"redis": 20_000 if ALL else 8_000, "mongodb": 2_000}
"""Rows of which several blocks are left when a copy is killed after half of them: a server still writes the block
that it has got.
"""


def fill_many(folder: Path, count: int) -> SqliteStore:
    source = SqliteStore(folder / "many.db")
    rows = {f"batch:{number}": (f'{{"n": {number}}}', None) for number in range(count)}
    source.write(rows)
    return source


@pytest.mark.parametrize("engine", ["redis", "mongodb"])
def test_a_killed_copy_leaves_no_record_and_the_next_goes_on(store, tmp_path, engine):
    target = store(engine)
    count = MANY[engine]
    source = fill_many(tmp_path, count)
    write_configs(tmp_path, source, target)
    whole = prefixed(source.read(), "batches:", engine)
    killed = 0
    for share in SHARES:
        target.empty()
        process = start_copy(tmp_path, (*SAME, "--while-running"))
        wait_for_rows(target, int(count * share), process)
        killed += process.poll() is None
        process.kill()
        process.communicate()
        rows = target.read()
        assert rows.items() <= whole.items()
        # half a copy is not one
        code = run("verify", tmp_path).code
        assert code == (1 if len(rows) < count else 0)
        done = run("copy", tmp_path)
        assert done.code == 0, done.err
        assert target.read() == whole
        assert run("verify", tmp_path).code == 0
    assert killed


def wait_for_rows(target: Any, count: int, process: subprocess.Popen[str]) -> None:
    """Wait until a copy has written some rows, or has ended."""
    with target.running.connect() as client:
        while process.poll() is None:
            if target.engine == "redis":
                written = client.dbsize()
            else:
                rows = client[mongodb.DATABASE][mongodb.COLLECTION]
                written = rows.estimated_document_count()
            if written >= count:
                return
            time.sleep(PAUSES[target.engine])


@pytest.mark.parametrize("engine", ["redis", "mongodb"])
def test_of_two_copies_at_once_one_refuses(store, tmp_path, engine):
    target = store(engine)
    source = fill_many(tmp_path, MANY[engine])
    write_configs(tmp_path, source, target)
    first = start_copy(tmp_path, (*SAME, "--while-running"))
    assert wait_for_lock(target)
    first.send_signal(signal.SIGSTOP)
    try:
        done = run("copy", tmp_path, "--while-running")
    finally:
        first.send_signal(signal.SIGCONT)
    assert done.code == 2
    assert "another copy writes into it (process " in done.err
    assert done.err.count("\n") == 1
    out, err = first.communicate()
    assert first.returncode == 0, out + err
    assert run("verify", tmp_path).code == 0


def wait_for_lock(target: Any) -> bool:
    """Wait until a copy has taken its lock."""
    with target.running.connect() as client:
        for _ in range(2000):
            if target.engine == "redis":
                held = client.exists("stackcfg_copies:lock")
            else:
                held = client[mongodb.DATABASE]["stackcfg_copies_lock"].find_one()
            if held:
                return True
            time.sleep(PAUSES[target.engine])
    return False


def test_the_server_goes_away_in_mid_copy(tmp_path):
    with redis_server() as running:
        target = RedisStore(running)
        source = fill_many(tmp_path, 30_000)
        write_configs(tmp_path, source, target)
        process = start_copy(tmp_path, (*SAME, "--while-running"))
        wait_for_rows(target, 3_000, process)
        running.stop()
        out, err = process.communicate()
        assert process.returncode == 2, out + err
        assert err.count("\n") == 1
        assert "rows were written before" in err
        assert "the same command goes on from there" in err
        assert "nothing was written" not in err
        running.start()
        done = run("copy", tmp_path)
        assert done.code == 0, done.err
        assert len(target.read()) == 30_000


@pytest.mark.parametrize("engine", ["redis", "mongodb"])
def test_no_server_is_one_line(tmp_path, engine):
    pytest.importorskip({"redis": "redis", "mongodb": "pymongo"}[engine])
    port = free_port()
    write_config(tmp_path / "old.yaml", f"kv_sqlite, db_path: {tmp_path / 'kv.db'}")
    write_config(tmp_path / "new.yaml", f"kv_{engine}, host: 127.0.0.1, port: {port}")
    SqliteStore(tmp_path / "kv.db").write(BATCHES)
    # both at once: the driver of MongoDB waits five seconds for a server
    copy = start_copy(tmp_path, (*SAME, "--while-running"))
    verified = run("verify", tmp_path)
    _, err = copy.communicate()
    answers = [(copy.returncode, err), (verified.code, verified.err)]
    for code, error in answers:
        assert code == 2
        assert error.count("\n") == 1
        assert f"{engine}://127.0.0.1:{port}" in error
        assert "Connection refused" in error
        assert "server runs, and on this port" in error


def test_a_password_of_redis_is_in_its_host(tmp_path):
    """The servers connect to `redis://HOST:PORT`, so a host can begin with a password."""
    with redis_server("--requirepass", "s3cret-w0rd") as running:
        SqliteStore(tmp_path / "kv.db").write(BATCHES)
        write_config(tmp_path / "old.yaml", f"kv_sqlite, db_path: {tmp_path / 'kv.db'}")
        answers = {
            "127.0.0.1": "the server demands a password",
            "':wr0ng@127.0.0.1'": "see whether the password is right",
        }
        for host, hint in answers.items():
            config = f"kv_redis, host: {host}, port: {running.port}"
            write_config(tmp_path / "new.yaml", config)
            done = run("copy", tmp_path)
            assert done.code == 2
            assert hint in done.err
            assert (
                "a Redis backend has it in its host: 'USER:PASSWORD@HOST'" in done.err
            )
            assert done.err.count("\n") == 1
            assert "wr0ng" not in done.out + done.err
        config = f"kv_redis, host: ':s3cret-w0rd@127.0.0.1', port: {running.port}"
        write_config(tmp_path / "new.yaml", config)
        done = run("copy", tmp_path)
        assert done.code == 0, done.err
        assert "s3cret" not in done.out + done.err
        assert f"redis://127.0.0.1:{running.port}" in done.out
        done = run("verify", tmp_path, "--format", "json")
        assert done.code == 0
        assert "s3cret" not in done.out


def test_a_server_without_our_rows_is_not_the_old_one(store, tmp_path):
    """An empty database, or that of other programs: nobody can tell."""
    source, target = store("redis"), store("sqlite")
    write_configs(tmp_path, source, target)
    for _ in range(2):
        done = run("verify", tmp_path)
        assert done.code == 3
        assert "none of the old databases has a row of a server" in done.err
        done = run("copy", tmp_path)
        assert done.code == 2
        with source.running.connect() as client:
            client.set("of another program", "x")


def test_a_replica_and_a_full_server_are_one_line(tmp_path, redis):
    SqliteStore(tmp_path / "kv.db").write(BATCHES)
    write_config(tmp_path / "old.yaml", f"kv_sqlite, db_path: {tmp_path / 'kv.db'}")
    write_config(
        tmp_path / "new.yaml", f"kv_redis, host: 127.0.0.1, port: {redis.port}"
    )
    redis.empty()
    with redis_server("--maxmemory", "1mb") as full:
        text = (tmp_path / "new.yaml").read_text()
        (tmp_path / "new.yaml").write_text(
            text.replace(str(redis.port), str(full.port))
        )
        done = run("copy", tmp_path)
        assert done.code == 2
        assert "maxmemory" in done.err
        assert done.err.count("\n") == 1
    with redis_server("--replicaof", f"127.0.0.1 {redis.port}") as replica:
        (tmp_path / "new.yaml").write_text(
            text.replace(str(redis.port), str(replica.port))
        )
        done = run("copy", tmp_path, "--while-running")
        assert done.code == 2
        assert "copy to the primary server" in done.err
        assert done.err.count("\n") == 1


def test_a_program_that_is_connected_is_a_running_server(store, tmp_path):
    source, target = store("redis"), store("sqlite")
    source.write(prefixed(BATCHES, "batches:", "redis"))
    write_configs(tmp_path, source, target)
    with source.running.connect(client_name="ogx") as client:
        client.ping()
        done = run("copy", tmp_path)
        assert done.code == 2
        assert "a server still runs: ogx at 127.0.0.1:" in done.err
        assert run("copy", tmp_path, "--while-running").code == 0


@pytest.mark.parametrize("engine", ["redis", "mongodb"])
def test_the_missing_driver_is_named(tmp_path, engine):
    module = {"redis": "redis", "mongodb": "pymongo"}[engine]
    write_config(tmp_path / "old.yaml", f"kv_{engine}, host: 127.0.0.1, port: 1")
    write_config(tmp_path / "new.yaml", f"kv_{engine}, host: 127.0.0.1, port: 1")
    program = (
        f"import sys; sys.modules[{module!r}] = None; "
        "from stackcfg.__main__ import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "data", "plan", "old.yaml", "new.yaml", *SAME],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == (
        f"error: {engine}://127.0.0.1:1"
        + ("/llamastack" if engine == "mongodb" else "")
        + f": {module} is not installed; install it with: pip install 'stackcfg[{engine}]'\n"
    )


def test_mongodb_takes_a_url_for_a_host(store, tmp_path, mongo):
    source, target = store("sqlite"), store("mongodb")
    source.write(BATCHES)
    write_configs(tmp_path, source, target)
    url = f"mongodb://127.0.0.1:{mongo.port}/?appName=x"
    config = target.config.replace("127.0.0.1", f"'{url}'").replace(
        str(mongo.port), "1", 0
    )
    write_config(tmp_path / "new.yaml", config)
    done = run("copy", tmp_path)
    assert done.code == 0, done.err
    assert target.read() == prefixed(BATCHES, "batches:", "mongodb")
    assert f"mongodb://127.0.0.1:{mongo.port}/{mongodb.DATABASE}" in done.out


def test_a_row_that_mongodb_does_not_take_is_named(store, tmp_path):
    source, target = store("sqlite"), store("mongodb")
    source.write({"batch:1": ("{}", None), "batch:huge": ("x" * 17_000_000, None)})
    write_configs(tmp_path, source, target)
    done = run("copy", tmp_path)
    assert done.code == 2
    assert "does not take the key 'batches:batch:huge'" in done.err
    assert "no row of more than 16 MB" in done.err
    assert done.err.count("\n") == 1


def test_the_row_of_redis_that_postgres_does_not_take_is_named(store, tmp_path):
    source, target = store("redis"), store("postgres")
    source.write(
        {"batches:batch:nul": ("a\0b", None), **prefixed(BATCHES, "batches:", "redis")}
    )
    write_configs(tmp_path, source, target)
    done = run("copy", tmp_path)
    assert done.code == 2
    assert (
        "does not take the key 'batches:batch:nul' of table llamastack_kvstore"
        in done.err
    )
    assert done.err.count("\n") == 1
    assert target.read() == {}


@pytest.mark.parametrize("engine", ["redis", "mongodb"])
def test_prompts_and_batches_go_to_sql_as_migrate_says(store, tmp_path, engine):
    source = store(engine)
    prompt = {"prompt": "hello", "variables": []}
    source.write(
        {
            "prompts:prompts:v1:p1:1": (json.dumps(prompt), None),
            "prompts:prompts:v1:p1:default": ("1", None),
            "batches:batch:7": ('{"status": "failed"}', None),
        }
    )
    write_config(tmp_path / "old.yaml", source.config)
    command = ("migrate", "--from", "0.7.3", "--target", "1.0", "old.yaml")
    done = run_here(*command, cwd=tmp_path, HOME=str(tmp_path))
    said = [line for line in done.err.splitlines() if "in SQL now" in line]
    assert len(said) == 2, done.err
    assert all(
        "'stackcfg data copy' copies those in 'kv_default'" in line for line in said
    )
    (tmp_path / "new.yaml").write_text(done.out)
    releases = ("--from", "0.7.3", "--target", "1.0")
    done = run("copy", tmp_path, releases=releases)
    assert done.code == 0, done.out + done.err
    with closing(sqlite3.connect(tmp_path / "sql.db")) as connection:
        prompts = connection.execute("SELECT id, prompt_data FROM prompts").fetchall()
        batches = connection.execute("SELECT id, status FROM batches").fetchall()
    assert [(key, json.loads(text)) for key, text in prompts] == [("p1:1", prompt)]
    assert batches == [("7", "failed")]
