"""The data commands on a real PostgreSQL: KV and SQL stores, within one database and from one to another."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from stackcfg.data.engines import postgres_driver
from stackcfg.data.engines.protocol import COPIES
from tests.support.catalogs import CATALOG
from tests.support.databases import contents, make, meaning
from tests.support.in_process import run_here
from tests.support.postgres import PASSWORD, USER, Server, server

KV = "CREATE TABLE {name} (key TEXT PRIMARY KEY, value TEXT, expiration TIMESTAMP)"
SQL = """CREATE TABLE {name} (id VARCHAR PRIMARY KEY, created_at INTEGER, response_object JSON, model VARCHAR,
         access_attributes JSON, owner_principal VARCHAR)"""

CONNECTION = (
    "host: 127.0.0.1, port: '${env.PGPORT}', user: llama, password: '${env.PGPASSWORD}'"
)
OLD = f"""\
version: 2
image_name: demo
apis: [agents, batches, inference, vector_io]
providers:
  inference:
  - provider_id: vllm
    provider_type: remote::vllm
    config: {{url: http://localhost:8000/v1}}
  vector_io:
  - provider_id: faiss
    provider_type: inline::faiss
    config:
      kvstore: {{type: postgres, {CONNECTION}, db: old, table_name: faiss_kv}}
  agents:
  - provider_id: mine
    provider_type: inline::meta-reference
    config:
      persistence_store: {{type: postgres, {CONNECTION}, db: old}}
      responses_store: {{type: postgres, {CONNECTION}, db: old}}
  batches:
  - provider_id: reference
    provider_type: inline::reference
    config:
      kvstore: {{type: postgres, {CONNECTION}, db: old, namespace: b}}
metadata_store: {{type: postgres, {CONNECTION}, db: old}}
inference_store: {{type: postgres, {CONNECTION}, db: old}}
"""
CHUNK = {
    "content": "text",
    "metadata": {},
    "embedding": [1.0],
    "stored_chunk_id": "c",
    "chunk_metadata": None,
}
STORE = {
    "identifier": "vs_1",
    "provider_id": "faiss",
    "type": "vector_db",
    "owner": None,
    "vector_db_name": "mine",
}
KEYS = {
    "llamastack_kvstore": {
        "distributions:registry:v9::vector_db:vs_1": {
            **STORE,
            "source": "via_register_api",
            "embedding_model": "e",
        },
        "agent:1": {"name": "one"},
        "session:1:2": {"name": "ärger"},
        "b:batch:1": {"id": "1"},
    },
    "faiss_kv": {
        "vector_dbs:v3::vs_1": STORE,
        "openai_vector_stores_files_contents:v3::vs_1:f:0": CHUNK,
    },
}
RESPONSE = {"id": "r", "object": "response", "usage": {"input_tokens_details": None}}
RELEASES = ("--from", "0.2.23", "--target", "0.7.3")
MANY = 50_000
TO_AGENTS = ("--from", "0.2.23", "--target", "0.3.5")
"""Releases that both have agents."""


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with server() as found:
        yield found


@pytest.fixture
def postgres(running: Server) -> Server:
    """The server with a filled database `old` and an empty one `new`."""
    for name in ("old", "new"):
        running.create(name)
    fill(running)
    return running


def fill(running: Server) -> None:
    with running.connect("old") as connection:
        for table, rows in KEYS.items():
            connection.execute(KV.format(name=table))
            for key, value in rows.items():
                connection.execute(
                    f"INSERT INTO {table} VALUES (%s, %s, NULL)",
                    (key, json.dumps(value)),
                )
        connection.execute(SQL.format(name="openai_responses"))
        for number, owner in enumerate((None, "alice")):
            values = (f"r{number}", 1, json.dumps(RESPONSE), "m", None, owner)
            connection.execute(
                "INSERT INTO openai_responses VALUES (%s, %s, %s, %s, %s, %s)", values
            )


def tables(running: Server, database: str) -> dict[str, Any]:
    """Every table of a database, JSON as what it means."""
    found: dict[str, Any] = {}
    with running.connect(database) as connection:
        names = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        ).fetchall()
        for (name,) in names:
            cursor = connection.execute(f"SELECT * FROM {name} ORDER BY 1")
            columns = [each.name for each in cursor.description]
            rows = [
                dict(zip(columns, map(meaning, row), strict=True)) for row in cursor
            ]
            if columns == ["key", "value", "expiration"]:
                found[name] = {row["key"]: row["value"] for row in rows}
            elif name != COPIES:
                found[name] = rows
    return found


def migrated(folder: Path, layout: str, database: str = "old") -> None:
    """Both configs; the new one on another database where that is asked for."""
    (folder / "old.yaml").write_text(OLD)
    options = (
        "--layout",
        layout,
        *RELEASES,
        "--allow-partial",
        "old.yaml",
        "-o",
        "new.yaml",
    )
    done = run_here("migrate", *options, cwd=folder)
    assert done.code == 0, done.err
    text = (folder / "new.yaml").read_text()
    (folder / "new.yaml").write_text(text.replace("db: old", f"db: {database}"))


def data(
    action: str, folder: Path, running: Server, *further: str, password: str = PASSWORD
):
    variables = {
        "PGPORT": str(running.port),
        "PGPASSWORD": password,
        "HOME": str(folder),
    }
    done = run_here(
        "data",
        action,
        "old.yaml",
        "new.yaml",
        *RELEASES,
        *further,
        cwd=folder,
        **variables,
    )
    assert PASSWORD not in done.out + done.err
    return done


FIXED_CHUNK = {
    **CHUNK,
    "chunk_id": "c",
    "chunk_metadata": {},
    "embedding_model": "e",
    "embedding_dimension": 1,
}
FIXED_STORE = {
    "identifier": "vs_1",
    "provider_id": "faiss",
    "type": "vector_store",
    "vector_store_name": "mine",
}
REGISTERED = {
    **FIXED_STORE,
    "owner": None,
    "source": "via_register_api",
    "embedding_model": "e",
}
FIXED_RESPONSE = {
    **RESPONSE,
    "store": True,
    "usage": {
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    },
}


def test_rows_that_stay_are_completed(postgres, tmp_path):
    migrated(tmp_path, "preserve")
    done = data("copy", tmp_path, postgres)
    assert done.code == 0, done.out + done.err
    found = tables(postgres, "old")
    assert found["llamastack_kvstore"] == dict(
        sorted(
            {
                **KEYS["llamastack_kvstore"],
                "distributions:registry:v10::vector_store:vs_1": REGISTERED,
            }.items()
        )
    )
    assert found["faiss_kv"] == {
        "vector_dbs:v3::vs_1": STORE,
        "vector_stores:v3::vs_1": {**FIXED_STORE, "owner": None},
        "openai_vector_stores_files_contents:v3::vs_1:f:0": FIXED_CHUNK,
    }
    assert [
        (row["id"], row["owner_principal"], row["response_object"])
        for row in found["openai_responses"]
    ] == [
        ("r0", "", FIXED_RESPONSE),
        ("r1", "alice", FIXED_RESPONSE),
    ]
    assert data("verify", tmp_path, postgres).code == 0
    assert "rows copied: 0, completed: 0" in data("copy", tmp_path, postgres).out


@pytest.mark.parametrize("database", ["old", "new"])
def test_rows_are_copied_within_a_database_and_to_another(database, postgres, tmp_path):
    """Within one database, and to another one."""
    migrated(tmp_path, "consolidate", database)
    before = tables(postgres, "old")
    done = data("copy", tmp_path, postgres)
    assert done.code == 0, done.out + done.err
    found = tables(postgres, database)
    kv = {
        key: value
        for table in found.values()
        if isinstance(table, dict)
        for key, value in table.items()
    }
    assert kv["registry:distributions:registry:v10::vector_store:vs_1"] == REGISTERED
    assert kv["vector_io::faiss:vector_stores:v3::vs_1"] == {
        **FIXED_STORE,
        "owner": None,
    }
    assert (
        kv["vector_io::faiss:openai_vector_stores_files_contents:v3::vs_1:f:0"]
        == FIXED_CHUNK
    )
    assert kv["b:batch:1"] == {"id": "1"}
    rows = found["responses"]
    assert [(row["owner_principal"], row["response_object"]) for row in rows] == [
        ("", FIXED_RESPONSE),
        ("alice", FIXED_RESPONSE),
    ]
    if database == "new":
        assert tables(postgres, "old") == before
    assert data("verify", tmp_path, postgres).code == 0
    assert "rows copied: 0, completed: 0" in data("copy", tmp_path, postgres).out


@pytest.mark.parametrize("action", ["plan", "verify", "copy --dry-run"])
def test_reading_changes_nothing(action, postgres, tmp_path):
    migrated(tmp_path, "consolidate", "new")
    before = tables(postgres, "old"), tables(postgres, "new")
    name, *further = action.split()
    assert data(name, tmp_path, postgres, *further).code in (0, 1)
    assert (tables(postgres, "old"), tables(postgres, "new")) == before


def test_a_prompts_file_goes_into_the_registry(postgres, tmp_path):
    migrated(tmp_path, "preserve")
    prompt = {
        "prompts:v1:p:1": {
            "prompt_id": "p",
            "prompt": "hi",
            "version": 1,
            "variables": [],
        }
    }
    make(tmp_path, {".llama/distributions/demo/prompts.db": {"kvstore": prompt}})
    assert data("copy", tmp_path, postgres).code == 0
    # under a namespace 0.7.3 would not list it
    found = tables(postgres, "old")["llamastack_kvstore"]["prompts:v1:p:1"]
    assert found == prompt["prompts:v1:p:1"]


@pytest.mark.parametrize("layout", ["preserve", "consolidate"])
def test_private_rows_of_0_2_12_stay_without_an_owner(layout, postgres, tmp_path):
    """A table without owners: who may read all gets an empty one, private rows stay as they are and are reported."""
    migrated(tmp_path, layout)
    with postgres.connect("old") as connection:
        connection.execute(
            "CREATE TABLE chat_completions (id VARCHAR PRIMARY KEY, access_attributes JSON)"
        )
        for name, value in (
            ("a", None),
            ("b", "null"),
            ("c", "{}"),
            ("d", '{"roles": ["secret"]}'),
        ):
            connection.execute(
                "INSERT INTO chat_completions VALUES (%s, %s)", (name, value)
            )
    done = data("copy", tmp_path, postgres)
    assert done.code == 3
    assert (
        "action required: 1 of 'inference' left as they are: private (access_attributes) and without"
        in done.out
    )
    rows = tables(postgres, "old")[
        "chat_completions" if layout == "preserve" else "inference_store"
    ]
    assert [(row["id"], row["owner_principal"]) for row in rows] == [
        ("a", ""),
        ("b", ""),
        ("c", ""),
        ("d", None),
    ]
    assert data("verify", tmp_path, postgres).code == 0


def test_a_wrong_password_is_an_error_that_does_not_show_it(postgres, tmp_path):
    migrated(tmp_path, "preserve")
    done = data("copy", tmp_path, postgres, password="wr0ng-one")
    assert done.code == 2
    assert f'password authentication failed for user "{USER}"' in done.err
    assert (
        "see whether user and password are those of the server's environment"
        in done.err
    )
    assert "wr0ng-one" not in done.err
    assert done.err.count("\n") == 1


def test_a_missing_variable_for_the_password_is_named(postgres, tmp_path):
    migrated(tmp_path, "preserve")
    done = data("copy", tmp_path, postgres, password="")
    assert done.code == 2
    assert done.err.startswith(
        "error: the variable PGPASSWORD is not set, and the location of 'metadata' (old.yaml:"
    )


def test_a_missing_database_is_an_error(postgres, tmp_path):
    migrated(tmp_path, "consolidate", "nowhere")
    done = data("copy", tmp_path, postgres)
    assert done.code == 2
    assert 'database "nowhere" does not exist' in done.err


def test_another_connection_is_reported(postgres, tmp_path):
    migrated(tmp_path, "preserve")
    with postgres.connect("old") as other:
        other.execute("SET application_name = 'llama stack'")
        done = data("copy", tmp_path, postgres)
        assert done.code == 2
        assert (
            "a server still runs: llama stack on 127.0.0.1 is connected to postgres://127.0.0.1:"
            in done.err
        )
        assert data("copy", tmp_path, postgres, "--while-running").code == 0


def test_a_table_that_is_being_written_is_an_error(postgres, tmp_path):
    migrated(tmp_path, "preserve")
    before = tables(postgres, "old")
    with postgres.connect("old") as other, other.transaction():
        other.execute("LOCK TABLE faiss_kv IN ROW EXCLUSIVE MODE")
        done = data("copy", tmp_path, postgres, "--while-running")
    assert done.code == 2
    assert "could not obtain lock" in done.err
    assert "a server is writing to it: stop the server" in done.err
    assert tables(postgres, "old") == before


@pytest.mark.parametrize("action", ["plan", "verify", "copy"])
def test_a_lock_is_not_waited_for_without_end(action, postgres, tmp_path, monkeypatch):
    """Such a lock, of VACUUM FULL or ALTER TABLE, keeps readers out as well."""
    migrated(tmp_path, "consolidate", "new")
    monkeypatch.setattr(postgres_driver, "SECONDS", 1)
    with postgres.connect("old") as other, other.transaction():
        other.execute("LOCK TABLE openai_responses IN ACCESS EXCLUSIVE MODE")
        further = ("--while-running",) if action == "copy" else ()
        done = data(action, tmp_path, postgres, *further)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    words = "canceling statement due to lock timeout; another program holds it"
    assert words in done.err
    assert tables(postgres, "new") == {}


def test_limits_of_a_user_do_not_end_a_long_copy(postgres, tmp_path):
    """Hosted databases end statements of their users after a minute or two."""
    migrated(tmp_path, "consolidate", "new")
    with postgres.connect("old") as connection:
        connection.execute(
            f"INSERT INTO faiss_kv SELECT n::text, repeat('x', 100), NULL FROM generate_series(1, {MANY}) n"
        )
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            connection.execute(f"ALTER DATABASE new SET {limit} = '100ms'")
            connection.execute(f"ALTER DATABASE old SET {limit} = '100ms'")
    done = data("copy", tmp_path, postgres)
    assert done.code == 0, done.err
    assert data("verify", tmp_path, postgres).code == 0


def test_a_copy_can_be_repeated_after_the_server_went_away(postgres, tmp_path):
    """A trigger stops the server while rows are being added; nothing was kept, and a new start does it all."""
    migrated(tmp_path, "consolidate", "new")
    with postgres.connect("new") as connection:
        connection.execute(KV.format(name="llamastack_kvstore"))
        connection.execute("CREATE EXTENSION IF NOT EXISTS plpgsql")
        connection.execute(
            "CREATE FUNCTION away() RETURNS trigger AS $$ BEGIN "
            "PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$ LANGUAGE plpgsql"
        )
        connection.execute(
            "CREATE TRIGGER away BEFORE INSERT ON llamastack_kvstore FOR EACH ROW "
            "WHEN (NEW.key LIKE '%session%' OR NEW.key LIKE '%registry%') EXECUTE FUNCTION away()"
        )
    done = data("copy", tmp_path, postgres)
    assert done.code == 2
    assert (
        "the database server closed the connection; nothing was written, start again when it is back"
        in done.err
    )
    assert tables(postgres, "new")["llamastack_kvstore"] == {}
    with postgres.connect("new") as connection:
        connection.execute("DROP TRIGGER away ON llamastack_kvstore")
    assert data("copy", tmp_path, postgres).code == 0
    assert data("verify", tmp_path, postgres).code == 0


def test_a_stopped_server_is_an_error(postgres, tmp_path):
    migrated(tmp_path, "preserve")
    postgres.stop()
    try:
        done = data("copy", tmp_path, postgres)
    finally:
        postgres.start()
    assert done.code == 2
    assert "see whether the database server runs, and on this port" in done.err
    assert data("copy", tmp_path, postgres).code == 0


def test_a_missing_driver_is_an_error(postgres, monkeypatch):
    from stackcfg.data.engines.opening import open_reader
    from stackcfg.data.engines.protocol import DatabaseError
    from stackcfg.data.locations import Database

    monkeypatch.setitem(sys.modules, "psycopg", None)
    message = (
        r"psycopg is not installed; install it with: pip install 'stackcfg\[postgres\]'"
    )
    with pytest.raises(DatabaseError, match=message):
        open_reader(Database("postgres", ("127.0.0.1", str(postgres.port), "old")))


def test_chunks_of_pgvector_are_completed(postgres, tmp_path):
    config = f"host: 127.0.0.1, port: {postgres.port}, db: old, user: llama, password: '${{env.PGPASSWORD}}'"
    provider = "  - provider_id: faiss\n    provider_type: remote::pgvector\n"
    provider += f"    config: {{{config}, persistence: {{backend: kv_default, namespace: v}}}}\n"
    text = (
        f"version: 2\nimage_name: demo\nproviders:\n  vector_io:\n{provider}{CATALOG}"
    )
    for name in ("old.yaml", "new.yaml"):
        (tmp_path / name).write_text(text)
    registered = {"distributions:registry:v10::vector_store:vs_1": REGISTERED}
    make(tmp_path, {"kvstore.db": {"kvstore": registered}})
    with postgres.connect("old") as connection:
        connection.execute(
            "CREATE TABLE vs_vs_1 (id TEXT PRIMARY KEY, document JSONB, content_text TEXT)"
        )
        connection.execute(
            "INSERT INTO vs_vs_1 VALUES ('x', %s, 'text')", (json.dumps(CHUNK),)
        )
        connection.execute("CREATE TABLE vs_other (name TEXT)")
    variables = {"PGPASSWORD": PASSWORD, "HOME": str(tmp_path)}
    releases = ("--from", "0.3.5", "--target", "0.4.5")
    done = run_here(
        "data", "copy", "old.yaml", "new.yaml", *releases, cwd=tmp_path, **variables
    )
    assert done.code == 0, done.err
    assert tables(postgres, "old")["vs_vs_1"] == [
        {"id": "x", "document": FIXED_CHUNK, "content_text": "text"}
    ]


def test_keys_in_other_namespaces_of_a_table_are_not_taken(postgres, tmp_path):
    """A store without a namespace takes rows without a namespace, also after its own rows got one in its table."""
    (tmp_path / "old.yaml").write_text(
        OLD.replace("db: old, table_name: faiss_kv", "db: old, namespace: v")
    )
    options = (
        "--layout",
        "consolidate",
        *TO_AGENTS,
        "--allow-partial",
        "old.yaml",
        "-o",
        "new.yaml",
    )
    assert run_here("migrate", *options, cwd=tmp_path).code == 0
    with postgres.connect("old") as connection:
        connection.execute(
            "DELETE FROM llamastack_kvstore WHERE key LIKE 'distributions:%'"
        )
        connection.execute(
            "INSERT INTO llamastack_kvstore SELECT 'v:' || key, value FROM faiss_kv"
        )
        connection.execute(
            "INSERT INTO llamastack_kvstore VALUES ('mine:1', '{}', NULL)"
        )
    text = (tmp_path / "old.yaml").read_text()
    lines = [
        line for line in text.splitlines() if not line.startswith("metadata_store")
    ]
    (tmp_path / "old.yaml").write_text(
        "\n".join([*lines, "metadata_store: {type: sqlite, db_path: registry.db}", ""])
    )
    make(tmp_path, {"registry.db": {"kvstore": {}}})
    assert data("copy", tmp_path, postgres, *TO_AGENTS).code == 0
    found = tables(postgres, "old")["llamastack_kvstore"]
    assert sorted(key for key in found if key.startswith("agents:")) == [
        "agents:agent:1",
        "agents:mine:1",
        "agents:session:1:2",
    ]
    done = data("verify", tmp_path, postgres, *TO_AGENTS)
    assert done.code == 0, done.out
    assert (
        "rows copied: 0, completed: 0"
        in data("copy", tmp_path, postgres, *TO_AGENTS, "--again").out
    )
    assert tables(postgres, "old")["llamastack_kvstore"] == found


def test_each_of_two_providers_in_one_file_gets_its_own_rows(postgres, tmp_path):
    """Rows that nothing tells apart are carried for both: each reads its own keys."""
    provider = "  - {{provider_id: {0}, provider_type: '{1}', config: {{kvstore: {{backend: kv_default, namespace: {0}}}}}}}"
    kinds = {"huggingface": "remote::huggingface", "localfs": "inline::localfs"}
    providers = "\n".join(provider.format(name, kind) for name, kind in kinds.items())
    old = f"version: 2\nimage_name: demo\nproviders:\n  datasetio:\n{providers}\n{CATALOG}"
    (tmp_path / "old.yaml").write_text(old)
    moved = f"kv_default: {{type: kv_postgres, {CONNECTION}, db: new}}"
    (tmp_path / "new.yaml").write_text(
        old.replace("kv_default: {type: kv_sqlite, db_path: kvstore.db}", moved)
    )
    rows = {
        "datasets:v1::a": {"identifier": "a"},
        "localfs_datasets:v1::b": {"identifier": "b"},
    }
    make(tmp_path, {"kvstore.db": {"kvstore": rows}})
    variables = {
        "PGPORT": str(postgres.port),
        "PGPASSWORD": PASSWORD,
        "HOME": str(tmp_path),
    }
    releases = ("--from", "0.3.5", "--target", "0.7.3")
    done = run_here(
        "data", "copy", "old.yaml", "new.yaml", *releases, cwd=tmp_path, **variables
    )
    assert done.code == 0, done.err
    found = tables(postgres, "new")["llamastack_kvstore"]
    assert found["huggingface:datasets:v1::a"] == rows["datasets:v1::a"]
    assert found["localfs:localfs_datasets:v1::b"] == rows["localfs_datasets:v1::b"]
    assert (
        run_here(
            "data",
            "verify",
            "old.yaml",
            "new.yaml",
            *releases,
            cwd=tmp_path,
            **variables,
        ).code
        == 0
    )


def test_rows_go_from_postgres_to_a_file(postgres, tmp_path):
    migrated(tmp_path, "consolidate")
    lines = (tmp_path / "new.yaml").read_text().splitlines()
    start, end = lines.index("  backends:"), lines.index("  stores:")
    files = [
        "    kv_default: {type: kv_sqlite, db_path: new/kvstore.db}",
        "    sql_default: {type: sql_sqlite, db_path: new/sql_store.db}",
    ]
    (tmp_path / "new.yaml").write_text(
        "\n".join([*lines[: start + 1], *files, *lines[end:], ""])
    )
    with postgres.connect("old") as connection:
        connection.execute(
            "ALTER TABLE openai_responses ADD COLUMN at TIMESTAMP, ADD COLUMN done BOOLEAN"
        )
        connection.execute(
            "UPDATE openai_responses SET at = '2025-01-02 03:04:05.5', done = true"
        )
        connection.execute(
            "UPDATE llamastack_kvstore SET expiration = '2030-01-01' WHERE key = 'b:batch:1'"
        )
    done = data("copy", tmp_path, postgres)
    assert done.code == 0, done.err
    found = contents(tmp_path / "new")
    assert found["kvstore.db"]["kvstore"]["batch:1"] == {"id": "1"}
    assert "agent:1" not in found["kvstore.db"]["kvstore"]
    assert (
        found["kvstore.db"]["kvstore"]["distributions:registry:v10::vector_store:vs_1"]
        == REGISTERED
    )
    rows = found["sql_store.db"]["responses"]
    assert [
        (
            row["id"],
            row["owner_principal"],
            row["response_object"],
            row["at"],
            row["done"],
        )
        for row in rows
    ] == [
        ("r0", "", FIXED_RESPONSE, "2025-01-02 03:04:05.500000", 1),
        ("r1", "alice", FIXED_RESPONSE, "2025-01-02 03:04:05.500000", 1),
    ]
    query = "SELECT expiration FROM kvstore WHERE key = 'batch:1'"
    with closing(sqlite3.connect(tmp_path / "new" / "kvstore.db")) as connection:
        [(found_at,)] = connection.execute(query).fetchall()
    assert datetime.fromisoformat(found_at) == datetime(2030, 1, 1)
    assert data("verify", tmp_path, postgres).code == 0
    assert (
        "rows copied: 0, completed: 0"
        in data("copy", tmp_path, postgres, "--again").out
    )


def test_tables_are_named_as_each_store_writes_them(postgres, tmp_path):
    """A KV store does not quote the name of its table, a SQL store makes one name of all of it."""
    connection = CONNECTION + ", db: {}"
    text = CATALOG.replace(
        "kv_sqlite, db_path: kvstore.db",
        f"kv_postgres, {connection}, table_name: Apart.LlamaKV",
    )
    text = text.replace(
        "sql_sqlite, db_path: sql_store.db", f"sql_postgres, {connection}"
    )
    text = text.replace("inference_store", "App.Completions")
    text = f"version: 2\nimage_name: demo\nproviders: {{}}\n{text}"
    (tmp_path / "old.yaml").write_text(text.replace("db: {}", "db: old"))
    (tmp_path / "new.yaml").write_text(text.replace("db: {}", "db: new"))
    for name in ("old", "new"):
        with postgres.connect(name) as each:
            each.execute("CREATE SCHEMA apart")
    with postgres.connect("old") as each:
        each.execute(KV.format(name="apart.llamakv"))
        each.execute(
            "INSERT INTO apart.llamakv VALUES ('prompts:prompts:v1:p:1', '{}', NULL)"
        )
        each.execute(
            'CREATE TABLE "App.Completions" (id VARCHAR PRIMARY KEY, owner_principal VARCHAR)'
        )
        each.execute("""INSERT INTO "App.Completions" VALUES ('c1', '')""")
    variables = {
        "PGPORT": str(postgres.port),
        "PGPASSWORD": PASSWORD,
        "HOME": str(tmp_path),
    }
    releases = ("--from", "0.3.5", "--target", "0.7.3")
    done = run_here(
        "data", "copy", "old.yaml", "new.yaml", *releases, cwd=tmp_path, **variables
    )
    assert done.code == 0, done.err
    assert 'table "App.Completions"' in done.out
    with postgres.connect("new") as each:
        assert each.execute("SELECT key FROM apart.llamakv").fetchall() == [
            ("prompts:prompts:v1:p:1",)
        ]
        assert each.execute('SELECT id FROM "App.Completions"').fetchall() == [("c1",)]
    assert (
        run_here(
            "data",
            "verify",
            "old.yaml",
            "new.yaml",
            *releases,
            cwd=tmp_path,
            **variables,
        ).code
        == 0
    )


def test_pgvector_without_a_kv_store_gets_its_stores(postgres, tmp_path):
    """0.2.12 keeps chunks in other tables than later releases: the stores are copied, the chunks are reported."""
    config = f"host: 127.0.0.1, port: {postgres.port}, db: old, user: llama, password: '${{env.PGPASSWORD:}}'"
    provider = "providers:\n  vector_io:\n  - provider_id: pgvector\n    provider_type: remote::pgvector\n    config: {"
    old = f"version: 2\nimage_name: demo\n{provider}{config}}}\nmetadata_store: {{type: sqlite, db_path: registry.db}}\n"
    (tmp_path / "old.yaml").write_text(old)
    config = config.replace("PASSWORD:", "PASSWORD:=")
    new = f"{provider}{config}, persistence: {{backend: kv_default, namespace: v}}}}\n{CATALOG}"
    (tmp_path / "new.yaml").write_text(f"version: 2\nimage_name: demo\n{new}")
    registered = {
        "distributions:registry:v9::vector_db:vs_1": {
            **STORE,
            "provider_id": "pgvector",
        }
    }
    make(tmp_path, {"registry.db": {"kvstore": registered}})
    with postgres.connect("old") as connection:
        connection.execute(
            "CREATE TABLE vector_store_vs_1 (id TEXT PRIMARY KEY, document JSONB, embedding TEXT)"
        )
        connection.execute("INSERT INTO vector_store_vs_1 VALUES ('x', '{}', '[1]')")
    variables = {"PGPASSWORD": PASSWORD, "HOME": str(tmp_path)}
    releases = ("--from", "0.2.12", "--target", "0.7.3")
    done = run_here(
        "data", "copy", "old.yaml", "new.yaml", *releases, cwd=tmp_path, **variables
    )
    assert done.code == 3, done.err
    assert (
        "0.7.3 keeps chunks in other tables: add the files to the stores again"
        in done.out
    )
    found = contents(tmp_path)["kvstore.db"]["kvstore"]
    assert found["vector_stores:pgvector:v3::vs_1"]["vector_store_name"] == "mine"


def test_a_row_that_postgres_does_not_take_is_named(postgres, tmp_path):
    connection = f"sql_postgres, {CONNECTION}, db: new"
    text = f"version: 2\nimage_name: demo\nproviders: {{}}\n{CATALOG}"
    (tmp_path / "old.yaml").write_text(text)
    (tmp_path / "new.yaml").write_text(
        text.replace("sql_sqlite, db_path: sql_store.db", connection)
    )
    rows = [
        {"id": "fine", "text": "a", "owner_principal": ""},
        {"id": "odd", "text": "a\0b", "owner_principal": ""},
    ]
    make(tmp_path, {"sql_store.db": {"inference_store": rows}})
    variables = {
        "PGPORT": str(postgres.port),
        "PGPASSWORD": PASSWORD,
        "HOME": str(tmp_path),
    }
    releases = ("--from", "0.3.5", "--target", "0.7.3")
    done = run_here(
        "data", "copy", "old.yaml", "new.yaml", *releases, cwd=tmp_path, **variables
    )
    assert done.code == 2
    assert "does not take the row 'odd' of table inference_store: " in done.err
    assert (
        "take this character out of it in the old database; nothing was written"
        in done.err
    )
    assert tables(postgres, "new") == {}
