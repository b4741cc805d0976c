"""Rows that the KV store of a release wrote are copied, and the KV store of another release reads them.

Redis and PostgreSQL are those of Debian, MongoDB is a server that speaks its protocol (`tests/support/mongodb.py`).
`STACKCFG_ALL=1` does every upgrade; otherwise a part of them is done.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from stackcfg.releases.stores import loss_under_namespace
from stackcfg.releases.versions import parse_release
from tests.conformance.releases import driver_packages, numbers, required
from tests.support.kv_stores import (
    FAISS_HEAD,
    OLD_CONFIG,
    KvStore,
    MongoStore,
    PostgresStore,
    RedisStore,
    SqliteStore,
)
from tests.support.mongodb import COLLECTION, DATABASE, mongo_server
from tests.support.postgres import PASSWORD, USER, server
from tests.support.redis import redis_server
from tests.support.running import environment as variables_of
from tests.support.running import stackcfg

pytestmark = pytest.mark.conformance

SCRIPT: Final = Path(__file__).with_name("kv_store_script.py")
LATER: Final = 1_924_992_000
"""A time in 2031, in seconds."""

ALL: Final = os.environ.get("STACKCFG_ALL") == "1"
UPGRADES: Final = (
    ("0.2.23", "redis", "0.3.5", "sqlite"),
    ("0.2.23", "sqlite", "0.5.2", "redis"),
    ("0.2.23", "mongodb", "0.7.3", "postgres"),
    ("0.2.23", "postgres", "1.0.4", "mongodb"),
    ("0.2.23", "redis", "1.5.0", "redis"),
    ("0.3.5", "redis", "1.5.0", "mongodb"),
    ("0.5.2", "postgres", "1.0.4", "redis"),
    ("0.5.2", "mongodb", "1.5.0", "mongodb"),
    ("0.7.3", "redis", "0.7.3", "sqlite"),
    ("0.7.3", "redis", "1.5.0", "postgres"),
    ("0.7.3", "sqlite", "1.5.0", "redis"),
    ("0.7.3", "mongodb", "1.5.0", "redis"),
)
PART: Final = UPGRADES[::2]

NEW = (
    FAISS_HEAD
    + """\
    config: {persistence: {backend: kv_default, namespace: "vector_io::faiss"}}
storage:
  backends:
    kv_default: {type: kv_ENGINE, ADDRESS}
    sql_default: {type: sql_sqlite, db_path: inference.db}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: chat_completions, max_write_queue_size: 10000, num_writers: 4}
    conversations: {backend: sql_default, table_name: openai_conversations}
"""
)
ONE_ROW: Final = {"set": [["k", "v", None]], "get": ["k"]}
NAMESPACES: Final = {"none": None, "registry": "registry", "faiss": "vector_io::faiss"}


class Addressed:
    """A store, and the fields of its config."""

    def __init__(self, store: KvStore, **fields: Any) -> None:
        self.store, self.fields = store, fields

    @property
    def address(self) -> str:
        return ", ".join(f"{name}: {value}" for name, value in self.fields.items())


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Addressed]]:
    with (
        redis_server() as redis,
        redis_server() as other,
        mongo_server() as mongo,
        server() as postgres,
    ):
        host = {"host": "127.0.0.1"}
        login = {"user": USER, "password": PASSWORD, "db": "kv"}
        place = {"db": DATABASE, "collection_name": COLLECTION}
        table = {"table_name": "llamastack_kvstore"}
        yield {
            "redis": Addressed(RedisStore(redis), **host, port=redis.port),
            "other redis": Addressed(RedisStore(other), **host, port=other.port),
            "mongodb": Addressed(MongoStore(mongo), **host, port=mongo.port, **place),
            "postgres": Addressed(
                PostgresStore(postgres, "kv"),
                **host,
                port=postgres.port,
                **login,
                **table,
            ),
        }


def ask(release: str, place: Addressed, **by_namespace: Any) -> list[Any]:
    """Ask the KV stores of a release, each by its namespace; `none` is none."""
    asked = [
        {
            "engine": place.store.engine,
            "fields": place.fields,
            "namespace": NAMESPACES[name],
            **words,
        }
        for name, words in by_namespace.items()
    ]
    done = subprocess.run(
        [str(required(release)), str(SCRIPT)],
        input=json.dumps(asked),
        env=variables_of(PYTHONPATH=str(required("kv-stores", driver_packages))),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def write_rows(release: str, place: Addressed) -> None:
    """Let a release write its rows."""
    registry, faiss = rows_of(release)
    if numbers(release) < (0, 3):
        ask(release, place, none={"set": registry + faiss})
    else:
        ask(release, place, registry={"set": registry}, faiss={"set": faiss})


def chunk_of(release: str) -> dict[str, Any]:
    name = "chunk_id" if numbers(release) >= (0, 4) else "stored_chunk_id"
    return {"content": "text ärger", "metadata": {"document_id": "d"}, name: "c1"}


def rows_of(release: str) -> tuple[list[list[Any]], list[list[Any]]]:
    """Return what a release writes: its registry, and the store of faiss."""
    version, kind = (
        ("v9", "vector_db") if numbers(release) < (0, 3) else ("v10", "vector_store")
    )
    model = {"identifier": "m", "provider_id": "vllm", "type": "model", "owner": None}
    store = {
        "identifier": "vs_1",
        "provider_id": "faiss",
        "type": kind,
        f"{kind}_name": "docs",
        "embedding_model": "e",
        "embedding_dimension": 4,
        "owner": None,
    }
    index = {
        "id_by_index": {"0": "d"},
        "chunk_by_index": {"0": json.dumps(chunk_of(release))},
        "faiss_index": "bytes",
    }
    registry = f"distributions:registry:{version}::"
    return (
        [
            [f"{registry}model:vllm/m", json.dumps(model), None],
            [f"{registry}{kind}:vs_1", json.dumps(store), LATER],
        ],
        [
            [f"{kind}s:v3::vs_1", json.dumps(store), None],
            ["faiss_index:v3::vs_1", json.dumps(index), None],
            [
                "openai_vector_stores:v3::vs_1",
                json.dumps({"id": "vs_1", "ä": "字"}),
                None,
            ],
        ],
    )


def config_for(release: str, place: Addressed) -> str:
    text = OLD_CONFIG if numbers(release) < (0, 3) else NEW
    text = text.replace("ENGINE", place.store.engine).replace("ADDRESS", place.address)
    if numbers(release) >= (1, 0):
        text += "    prompts: {backend: sql_default, table_name: prompts}\nserver: {insecure: true}\n"
    return text


@pytest.mark.parametrize(
    ("old", "old_engine", "new", "new_engine"), UPGRADES if ALL else PART
)
def test_a_release_reads_what_another_wrote(
    servers, tmp_path, old, old_engine, new, new_engine
):
    source = place_in(servers, old_engine, tmp_path / "old.db")
    again = f"other {new_engine}" if new_engine == old_engine == "redis" else new_engine
    target = place_in(servers, again, tmp_path / "new.db")
    registry, _ = rows_of(old)
    write_rows(old, source)
    before = source.store.read()
    (tmp_path / "old.yaml").write_text(config_for(old, source))
    (tmp_path / "new.yaml").write_text(config_for(new, target))
    words = ("old.yaml", "new.yaml", "--from", old, "--target", new)
    done = stackcfg("data", "copy", *words, cwd=tmp_path, HOME=str(tmp_path))
    assert done.code == 0, done.out + done.err
    done = stackcfg("data", "verify", *words, cwd=tmp_path, HOME=str(tmp_path))
    assert done.code == 0, done.out + done.err

    start, stores = "distributions:registry:v10", "vector_stores:v3::"
    listed, provided = ask(
        new,
        target,
        registry={
            "get": [f"{start}::model:vllm/m", f"{start}::vector_store:vs_1"],
            "ranges": [[start, f"{start}\xff"]],
        },
        faiss={
            "get": ["faiss_index:v3::vs_1", "openai_vector_stores:v3::vs_1"],
            "ranges": [[stores, f"{stores}\xff"]],
        },
    )
    model, store = map(json.loads, listed["get"].values())
    assert model == json.loads(registry[0][1])
    assert (store["type"], store["vector_store_name"]) == ("vector_store", "docs")
    assert [json.loads(each) for each in listed["ranges"][0]] == [model, store]

    index, openai = map(json.loads, provided["get"].values())
    [chunk] = map(json.loads, index["chunk_by_index"].values())
    name = "chunk_id" if numbers(new) >= (0, 4) else "stored_chunk_id"
    assert (chunk[name], chunk["content"]) == ("c1", "text ärger")
    assert openai == {"id": "vs_1", "ä": "字"}
    [known] = map(json.loads, provided["ranges"][0])
    assert known["vector_store_name"] == "docs"
    # the old server still has its rows
    after = source.store.read()
    assert before.keys() <= after.keys()
    if place_of(source) != place_of(target):
        assert after == before


LISTED: Final = {"set": [["k:1", "v", None]], "listed": ["k:", "k:\xff"]}


@pytest.mark.parametrize("engine", ["postgres", "mongodb", "redis"])
@pytest.mark.parametrize("release", ["0.4.7", "0.8.0", "1.0.4", "1.5.0"])
def test_a_namespace_hides_rows_where_the_facts_say_so(
    servers, tmp_path, release, engine
):
    """`infinispan` lists its rows in each release from 0.7.0, prompts those of 0.4 to 0.8."""
    place = place_in(servers, engine, tmp_path / "kv.db")
    without, under = ask(release, place, none=LISTED, registry=LISTED)
    assert without["listed"] == ["v"]
    kinds = ("prompts", "vector_io::infinispan")
    losses = [
        loss_under_namespace(kind, engine, parse_release(release)) for kind in kinds
    ]
    assert (under["listed"] == []) == any(losses)


def place_of(place: Addressed) -> tuple[str, str]:
    return place.store.engine, place.address


def place_in(servers: dict[str, Addressed], engine: str, path: Path) -> Addressed:
    if engine == "sqlite":
        return Addressed(SqliteStore(path), db_path=str(path))
    servers[engine].store.empty()
    return servers[engine]


def test_the_time_of_a_row_is_kept(servers, tmp_path):
    """What 0.7.3 lets end in Redis, 1.5.0 lets end at the same time in another engine."""
    source = place_in(servers, "redis", tmp_path / "old.db")
    target = place_in(servers, "mongodb", tmp_path / "new.db")
    write_rows("0.7.3", source)
    (tmp_path / "old.yaml").write_text(config_for("0.7.3", source))
    (tmp_path / "new.yaml").write_text(config_for("1.5.0", target))
    words = ("old.yaml", "new.yaml", "--from", "0.7.3", "--target", "1.5.0")
    done = stackcfg("data", "copy", *words, cwd=tmp_path, HOME=str(tmp_path))
    assert done.code == 0, done.out + done.err
    times = {ends for _, ends in target.store.read().values()}
    assert times == {None, LATER * 1000}


@pytest.mark.parametrize("release", ["0.2.23", "0.7.3", "1.5.0"])
def test_a_release_takes_a_password_in_the_host_of_redis(release):
    with redis_server("--requirepass", "s3cret-w0rd") as running:
        fields = {"host": ":s3cret-w0rd@127.0.0.1", "port": running.port}
        place = Addressed(RedisStore(running), **fields)
        [found] = ask(release, place, registry=ONE_ROW)
        assert found["get"] == {"k": "v"}


@pytest.mark.parametrize("release", ["0.2.23", "1.5.0"])
def test_a_release_takes_a_url_for_the_host_of_mongodb(servers, release):
    place = servers["mongodb"]
    url = f"mongodb://127.0.0.1:{place.fields['port']}/"
    given = Addressed(place.store, **{**place.fields, "host": url, "port": 1})
    place.store.empty()
    [found] = ask(release, given, registry=ONE_ROW)
    assert found["get"] == {"k": "v"}
