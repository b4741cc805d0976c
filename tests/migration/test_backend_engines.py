"""`migrate --backend NAME=ENGINE`: a backend gets the form that upstream's own files have for the engine."""

from __future__ import annotations

import pytest
import yaml

from stackcfg.migration.backend_engines import parse_engines
from stackcfg.migration.engine import Settings, migrate, settings_for
from tests.support.in_process import run_here

BOTH = (("kv_default", "postgres"), ("sql_default", "postgres"))
CATALOG = """\
version: 2
image_name: demo
apis: [inference]
providers:
  inference:
  - {provider_id: vllm, provider_type: 'remote::vllm', config: {base_url: 'http://localhost:8000/v1'}}
# where the rows are
storage:
  backends:
    # keys
    kv_default:  # small
      type: kv_sqlite
      db_path: /data/kv.db  # on the volume
    sql_default: {type: sql_sqlite, db_path: /data/sql.db}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: inference_store, max_write_queue_size: 10000, num_writers: 4}
    conversations: {backend: sql_default, table_name: openai_conversations}
"""
OLD = """\
version: 2
image_name: demo
apis: [inference]
providers:
  inference:
  - {provider_id: vllm, provider_type: 'remote::vllm', config: {url: 'http://localhost:8000/v1'}}
metadata_store: {type: sqlite, db_path: /data/registry.db}
inference_store: {type: sqlite, db_path: /data/inference.db}
"""
KV = {
    "type": "kv_postgres",
    "host": "${env.POSTGRES_HOST:=localhost}",
    "port": "${env.POSTGRES_PORT:=5432}",
    "db": "${env.POSTGRES_DB:=llamastack}",
    "user": "${env.POSTGRES_USER:=llamastack}",
    "password": "${env.POSTGRES_PASSWORD:=llamastack}",
    "table_name": "${env.POSTGRES_TABLE_NAME:=llamastack_kvstore}",
}
SQL = {"type": "sql_postgres", **dict([*KV.items()][1:-1])}
POOL = {
    "pool_size": "${env.POSTGRES_POOL_SIZE:=10}",
    "max_overflow": "${env.POSTGRES_MAX_OVERFLOW:=20}",
    "pool_recycle": "${env.POSTGRES_POOL_RECYCLE:=-1}",
    "pool_pre_ping": "${env.POSTGRES_POOL_PRE_PING:=true}",
}


def backends_of(text: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = yaml.safe_load(text)["storage"]["backends"]
    return found


@pytest.mark.parametrize(("release", "pool"), [("0.3.5", {}), ("0.7.3", POOL)])
def test_a_file_of_its_own_release_changes_only_its_backends(release, pool):
    """The forms of `starter-…-postgres-store` in 0.3.5 and 0.7.3."""
    settings = settings_for(release, source=release)._replace(engines=BOTH)
    done = migrate(CATALOG, settings)
    assert backends_of(done.text) == {"kv_default": KV, "sql_default": {**SQL, **pool}}
    outside = [CATALOG.partition("    # keys")[0], CATALOG.partition("  stores:")[2]]
    assert [part for part in outside if part not in done.text] == []
    for comment in ("# where the rows are", "# keys", "# small", "# on the volume"):
        assert comment in done.text
    assert done.hides_rows
    assert not migrate(done.text, settings).changed


def test_inline_stores_become_a_catalog_on_postgres():
    done = migrate(OLD, settings_for("1.5.0")._replace(engines=BOTH))
    found = backends_of(done.text)
    assert found["kv_default"]["db"] == "${env.POSTGRES_DB:=ogx}"
    assert (
        found["kv_default"]["table_name"] == "${env.POSTGRES_TABLE_NAME:=ogx_kvstore}"
    )
    assert found["sql_default"]["pool_recycle"] == "${env.POSTGRES_POOL_RECYCLE:=3600}"
    assert done.hides_rows


def test_back_to_files():
    there = migrate(CATALOG, Settings(engines=BOTH)).text
    engines = (("kv_default", "sqlite"), ("sql_default", "sqlite"))
    back = migrate(there, Settings(engines=engines))
    files = [
        each["db_path"].rpartition("/")[2] for each in backends_of(back.text).values()
    ]
    assert files == ["kvstore.db", "sql_store.db"]


def test_the_report_names_the_copy(tmp_path):
    (tmp_path / "run.yaml").write_text(CATALOG)
    options = ("--backend", "kv_default=postgres", "--backend", "sql_default=postgres")
    done = run_here(
        "migrate",
        "run.yaml",
        "-o",
        "new.yaml",
        *options,
        "--from",
        "0.7.3",
        "--target",
        "0.7.3",
        cwd=tmp_path,
    )
    assert done.code == 0, done.err
    assert "stackcfg data copy run.yaml new.yaml --from 0.7.3 --target 0.7" in done.err
    assert "'kv_default' is on PostgreSQL now: set POSTGRES_HOST" in done.err
    assert "left as it is" not in done.err
    assert run_here("validate", "new.yaml", "--target", "0.7.3", cwd=tmp_path).code == 0


@pytest.mark.parametrize(
    "prompts", ["", "    prompts: {backend: kv_default, namespace: prompts}\n"]
)
def test_a_namespace_that_would_hide_prompts_from_lists_is_emptied(prompts):
    """Also that of a store which the file leaves out; with 1.5.0 prompts are in SQL."""
    for engine, namespace in (("postgres", ""), ("redis", ""), ("sqlite", "prompts")):
        settings = settings_for("0.7.3", source="0.7.3")
        asked = settings._replace(engines=(("kv_default", engine),))
        stores = yaml.safe_load(migrate(CATALOG + prompts, asked).text)["storage"][
            "stores"
        ]
        assert stores["metadata"]["namespace"] == "registry"
        if engine == "sqlite" and not prompts:
            assert "prompts" not in stores
        else:
            assert stores["prompts"] == {
                "backend": "kv_default",
                "namespace": namespace,
            }


def test_an_unknown_backend_is_named(tmp_path):
    (tmp_path / "run.yaml").write_text(CATALOG)
    done = run_here("migrate", "run.yaml", "--backend", "kv=postgres", cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "no backend 'kv'; the file has 'kv_default', 'sql_default'" in done.err


@pytest.mark.parametrize("word", ["kv_default", "=postgres", "kv_default=etcd"])
def test_other_words_are_a_mistake_of_usage(word):
    with pytest.raises(ValueError, match="is not NAME=postgres or NAME=sqlite"):
        parse_engines([word])


def test_the_report_gives_no_advice_that_undoes_the_move(tmp_path):
    """`--layout preserve` keeps files: it has no place for rows that the user moves to a server."""
    for name, text in (("old.yaml", OLD), ("catalog.yaml", CATALOG)):
        (tmp_path / name).write_text(text)
        options = ("--target", "1.5", "--backend", "kv_default=postgres")
        done = run_here("migrate", *options, name, cwd=tmp_path)
        assert "are not visible to the new server" in done.err
        assert "preserve" not in done.err
        assert f"stackcfg data copy {name} NEW --target 1.5" in done.err
    done = run_here("migrate", "--target", "1.5", "old.yaml", cwd=tmp_path)
    assert "'--layout preserve' keeps the stores that the file names" in done.err


REDIS = {
    "type": "kv_redis",
    "host": "${env.REDIS_HOST:=localhost}",
    "port": "${env.REDIS_PORT:=6379}",
}
MONGODB = {
    "type": "kv_mongodb",
    "host": "${env.MONGODB_HOST:=localhost}",
    "port": "${env.MONGODB_PORT:=27017}",
    "db": "${env.MONGODB_DB:=llamastack}",
    "user": "${env.MONGODB_USER:=}",
    "password": "${env.MONGODB_PASSWORD:=}",
    "collection_name": "${env.MONGODB_COLLECTION_NAME:=llamastack_kvstore}",
}


@pytest.mark.parametrize(("engine", "fields"), [("redis", REDIS), ("mongodb", MONGODB)])
@pytest.mark.parametrize("text", [CATALOG, OLD], ids=["new", "old"])
def test_a_kv_backend_goes_to_a_server_of_kv_rows(tmp_path, engine, fields, text):
    (tmp_path / "run.yaml").write_text(text)
    done = run_here(
        *("migrate", "run.yaml", "--target", "0.7.3", "--backend"),
        f"kv_default={engine}",
        cwd=tmp_path,
    )
    assert done.code == 0, done.err
    assert yaml.safe_load(done.out)["storage"]["backends"]["kv_default"] == fields
    assert f"set {engine.upper()}_HOST" in done.err


def test_the_defaults_of_mongodb_are_those_of_the_target(tmp_path):
    (tmp_path / "run.yaml").write_text(CATALOG)
    done = run_here(
        *("migrate", "run.yaml", "--target", "1.0.4", "--backend"),
        "kv_default=mongodb",
        cwd=tmp_path,
    )
    backend = yaml.safe_load(done.out)["storage"]["backends"]["kv_default"]
    assert backend["db"] == "${env.MONGODB_DB:=ogx}"
    assert backend["collection_name"] == "${env.MONGODB_COLLECTION_NAME:=ogx_kvstore}"


@pytest.mark.parametrize("engine", ["redis", "mongodb"])
def test_a_sql_backend_goes_to_no_server_of_kv_rows(tmp_path, engine):
    (tmp_path / "run.yaml").write_text(CATALOG)
    done = run_here(
        "migrate", "run.yaml", "--backend", f"sql_default={engine}", cwd=tmp_path
    )
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"run.yaml: error: 'sql_default' is a SQL backend, and {engine} keeps KV stores only; "
        "write sql_default=postgres or sql_default=sqlite\n"
    )
