"""Stores that were on separate locations stay separate; what cannot be migrated is reported."""

from __future__ import annotations

import pytest

from stackcfg.migration.engine import Settings, migrate, settings_for
from stackcfg.migration.planning.layouts import LAYOUTS
from stackcfg.migration.result import MigrationResult
from tests.support.in_process import run_here

HEAD = "image_name: x\nmetadata_store: {type: sqlite, db_path: /data/registry.db}\nproviders:\n  vector_io:\n"


def faiss(name: str, config: str) -> str:
    return f'  - {{provider_id: {name}, provider_type: "inline::faiss", config: {config}}}\n'


def places(done: MigrationResult) -> dict[str, tuple[object, ...]]:
    """Where each store's rows are in the new file."""
    rows = done.configs[0].stores
    return {row.store: row.after.place for row in rows if row.after is not None}


def kept_apart(done: MigrationResult, *names: str) -> bool:
    found = places(done)
    return len({found[f"vector_io {name}"] for name in names}) == len(names)


def messages(done: MigrationResult, severity: str) -> list[str]:
    return [
        each.message
        for config in done.configs
        for each in config.notes
        if each.severity == severity
    ]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    "paths",
    [
        ("/data/one.db", "/data/two.db"),
        ("/data/one.db", "/data/kvstore.db"),
        ("/data/one.db", "/data//kvstore.db"),
        ("/data/one.db", "/data/./kvstore.db"),
        ("/data/one.db", "${env.DIR:=/data}/kvstore.db"),
    ],
)
def test_two_providers_of_a_type_keep_separate_files(paths, layout):
    providers = [
        faiss(f"f{index}", f"{{kvstore: {{type: sqlite, db_path: '{path}'}}}}")
        for index, path in enumerate(paths)
    ]
    done = migrate(HEAD + "".join(providers), Settings(layout=layout))
    assert kept_apart(done, "f0", "f1")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_two_new_stores_are_separate(layout):
    done = migrate(
        HEAD + faiss("one", "{}") + faiss("two", "{}"), Settings(layout=layout)
    )
    assert kept_apart(done, "one", "two")


def test_new_stores_on_one_server_get_different_namespaces():
    text = HEAD.replace(
        "{type: sqlite, db_path: /data/registry.db}",
        "{type: postgres, host: pg, user: u}",
    )
    done = migrate(text + faiss("f", "{}") + faiss("a-b", "{}") + faiss("a.b", "{}"))
    assert "vector_io::faiss_a_b}" in done.text
    assert "vector_io::faiss_a_b_2}" in done.text


HALF = """\
image_name: x
storage:
  backends:
    kv_default: {type: TYPE}
    sql_default: {type: sql_sqlite, db_path: /data/sql.db}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: inference_store}
    conversations: {backend: sql_default, table_name: openai_conversations}
providers:
  vector_io:
  - provider_id: one
    provider_type: inline::faiss
    config: {persistence: {backend: kv_default, namespace: "vector_io::faiss"}}
"""


@pytest.mark.parametrize(
    ("backend", "store"),
    [
        ("kv_sqlite, db_path: /data/kv.db", "{type: sqlite, db_path: /data/two.db}"),
        ("kv_postgres, host: pg, user: u", "{type: postgres, host: pg, user: u}"),
    ],
)
def test_a_store_keeps_apart_from_one_that_was_migrated_before(backend, store):
    text = HALF.replace("TYPE", backend)
    done = migrate(text + faiss("two", f"{{kvstore: {store}}}"))
    second = (
        done.text.splitlines()[-1]
        if "two" in done.text.splitlines()[-1]
        else done.text[done.text.index("two,") :]
    )
    assert "backend: kv_default, namespace: vector_io::faiss}" not in second


def test_declared_providers_of_a_type_keep_separate_files(tmp_path):
    (tmp_path / "stackcfg.toml").write_text(
        '[[providers]]\napi = "eval"\nprovider_type = "inline::mine"\nfamily = "kv"\nfield = "kvstore"\n'
    )
    store = "{{kvstore: {{type: sqlite, db_path: /data/{0}.db}}}}"
    entry = f"  - {{{{provider_id: {{0}}, provider_type: 'inline::mine', config: {store}}}}}\n"
    text = HEAD.replace("vector_io", "eval") + entry.format("one") + entry.format("two")
    (tmp_path / "run.yaml").write_text(text)
    done = run_here("migrate", "run.yaml", cwd=tmp_path)
    assert done.code == 0
    assert "/data/two.db" in done.out


def test_an_unreadable_store_needs_action():
    done = migrate(HEAD + faiss("f", "{kvstore: {type: mysql, host: h}}"))
    assert done.needs_action
    message = (
        "'kvstore' has the type 'mysql', not one of sqlite, redis, postgres, mongodb: "
        "correct it, or write 'persistence' of 0.3 by hand"
    )
    assert message in messages(done, "action required")


def test_probable_drift_is_reported():
    one, two = (
        "{type: postgres, host: pg, port: '${env.P}', user: u}",
        "{type: postgres, host: pg, port: '${env.P:=5432}', user: u}",
    )
    done = migrate(
        f"metadata_store: {one}\n"
        + HEAD.partition("\n")[0]
        + "\nproviders:\n  vector_io:\n"
        + faiss("f", f"{{kvstore: {two}}}")
    )
    assert any("only in port" in each for each in messages(done, "check"))


def test_a_half_migrated_file_is_completed():
    inline = "config: {kvstore: {type: sqlite, db_path: /data/faiss.db}}"
    head, _ = HALF.replace("TYPE", "kv_sqlite, db_path: /d").split("config:")
    done = migrate(f"{head}{inline}\n")
    assert done.changed
    assert done.target.name == "0.3"
    assert "kvstore:" not in done.text


def test_a_file_for_a_later_release_is_not_changed():
    text = (
        HALF.replace("TYPE", "kv_sqlite, db_path: /d")
        .replace("image_name", "distro_name")
        .replace("    conversations", "    # no")
    )
    done = migrate(text)
    assert (done.changed, done.needs_action) == (False, False)


@pytest.mark.parametrize(
    "text",
    [
        '{"metadata_store": {"type": "sqlite", "db_path": "/d/r.db"}}',
        "{metadata_store: {type: sqlite}}",
    ],
)
def test_a_single_store_in_flow_style_is_migrated(text):
    assert migrate(text).changed


RAG_OF_0_2_12 = """\
version: 2
image_name: x
providers:
  telemetry:
  - provider_id: t
    provider_type: inline::meta-reference
    config: {sinks: '${env.SINKS:console}'}
  tool_runtime:
  - {provider_id: rag, provider_type: inline::rag-runtime, config: {}}
"""


def test_a_store_of_a_provider_that_migration_wrote_has_no_rows_yet():
    done = migrate(RAG_OF_0_2_12)
    [config] = done.configs
    rows = {each.store: each.status for each in config.stores}
    assert rows["files meta-reference-files"] == "no rows yet"
    assert rows["prompts"] == "no rows yet", "0.2.12 has none, 0.3 opens them"


def test_a_store_of_a_renamed_api_keeps_its_rows():
    store = "{type: sqlite, db_path: /data/m.db}"
    text = HEAD.replace("vector_io", "memory") + faiss("m", f"{{kvstore: {store}}}")
    done = migrate(text, settings_for("0.5"))
    [config] = done.configs
    [row] = [each for each in config.stores if each.store == "vector_io m"]
    assert row.status == "not visible"
    assert row.before is not None


def test_a_store_that_migration_writes_below_a_renamed_api_has_no_rows_yet():
    chroma = faiss("c", "{url: 'http://c'}").replace(
        "inline::faiss", "remote::chromadb"
    )
    text = HEAD.replace("vector_io", "memory") + chroma
    for target in ("0.3", "1.5"):
        [config] = migrate(text, settings_for(target)).configs
        [row] = [each for each in config.stores if each.store == "vector_io c"]
        assert (row.status, row.before) == ("no rows yet", None)
