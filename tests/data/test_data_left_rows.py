"""Nothing is called done that is not: rows that a copy left, providers that are off in this environment only, and
environments that are not that of the server.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.support.databases import contents, make
from tests.support.in_process import run_here

CONFIG = """\
version: 2
image_name: demo
apis: [inference, vector_io]
providers:
  inference:
  - {provider_id: vllm, provider_type: 'remote::vllm', config: {url: 'http://localhost:8000/v1'}}
  vector_io:
  - provider_id: CHROMA
    provider_type: inline::chromadb
    config: {db_path: chroma, persistence: {backend: kv_chroma, namespace: chroma}}
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: 'SIDE/kv.db'}
    kv_chroma: {type: kv_sqlite, db_path: 'SIDE/chroma.db'}
    sql_default: {type: sql_sqlite, db_path: 'SIDE/sql.db'}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: completions, max_write_queue_size: 10000, num_writers: 4}
    conversations: {backend: sql_default, table_name: openai_conversations}
"""
SWITCHED = "'${env.CHROMA_URL:+chroma}'"


def store(identifier: str) -> dict[str, Any]:
    return {
        "identifier": identifier,
        "provider_id": "chroma",
        "type": "vector_store",
        "owner": None,
        "source": "via_register_api",
        "embedding_model": "e",
    }


KEY = "distributions:registry:v10::vector_store:{}"
MODEL = {"identifier": "vllm/m", "provider_id": "vllm", "type": "model", "owner": None}
ROWS = {
    "old/kv.db": {
        "kvstore": {
            KEY.format("vs:1"): store("vs:1"),
            KEY.format("vs 2"): store("vs 2"),
            "distributions:registry:v10::model:vllm/m": {
                **MODEL,
                "source": "via_register_api",
            },
        }
    },
    "old/chroma.db": {"kvstore": {"vector_stores:chroma:v3::vs:1": {"a": 1}}},
}


def write(folder: Path, old: str, new: str) -> None:
    for name, provider in (("old", old), ("new", new)):
        text = CONFIG.replace("CHROMA", provider).replace("SIDE", name)
        (folder / f"{name}.yaml").write_text(text)


def data(action: str, folder: Path, *more: str, **variables: str) -> Any:
    options = ("--from", "0.5.2", "--target", "0.7.3", *more)
    return run_here(
        "data",
        action,
        "old.yaml",
        "new.yaml",
        *options,
        cwd=folder,
        HOME=str(folder),
        **variables,
    )


def keys_of(folder: Path, file: str) -> list[str]:
    found = contents(folder).get(file, {})
    return [*found.get("kvstore", {})]


def test_rows_left_for_want_of_a_variable_come_with_it(tmp_path):
    write(tmp_path, "chroma", SWITCHED)
    make(tmp_path, ROWS)
    done = data("copy", tmp_path)
    assert done.code == 3
    reason = "'chroma' of the new config is off here: CHROMA_URL is not set"
    assert f"2 of 'metadata' not copied: their provider {reason}" in done.out
    assert (
        f"1 vector stores of 'vector_io chroma' (chroma.db) are not copied: {reason}"
        in done.out
    )
    assert keys_of(tmp_path, "new/kv.db") == [
        "distributions:registry:v10::model:vllm/m"
    ]
    # nothing has changed: nothing is done, and it is said once more
    files = {path: path.read_bytes() for path in tmp_path.rglob("*.db*")}
    done = data("copy", tmp_path)
    assert done.code == 3
    assert f"2 of 'metadata' not copied: their provider {reason}" in done.out
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.db*")} == files
    assert data("verify", tmp_path).code == 1
    done = data("copy", tmp_path, CHROMA_URL="http://chroma")
    assert done.code == 0, done.out
    assert len(keys_of(tmp_path, "new/kv.db")) == 3
    assert keys_of(tmp_path, "new/chroma.db") == ["vector_stores:chroma:v3::vs:1"]
    assert data("verify", tmp_path, CHROMA_URL="http://chroma").code == 0
    done = data("copy", tmp_path, CHROMA_URL="http://chroma")
    assert done.code == 0
    assert "rows copied: 0, completed: 0" in done.out


def test_rows_deleted_since_stay_deleted_when_the_others_come(tmp_path):
    write(tmp_path, "chroma", SWITCHED)
    make(tmp_path, ROWS)
    assert data("copy", tmp_path).code == 3
    with closing(sqlite3.connect(tmp_path / "new" / "kv.db")) as connection:
        connection.execute("DELETE FROM kvstore WHERE key LIKE '%:model:%'")
        connection.commit()
    assert data("copy", tmp_path, CHROMA_URL="http://chroma").code == 0
    assert sorted(keys_of(tmp_path, "new/kv.db")) == [
        KEY.format("vs 2"),
        KEY.format("vs:1"),
    ]


def test_a_provider_that_is_off_here_has_no_heir(tmp_path):
    """A new provider takes the rows of one that is gone, not of one that is only off in this environment."""
    write(tmp_path, "chroma", SWITCHED)
    text = (tmp_path / "new.yaml").read_text()
    other = "  - {provider_id: other, provider_type: 'inline::chromadb', config: {persistence: {backend: kv_default, namespace: other}}}\n"
    (tmp_path / "new.yaml").write_text(text.replace("storage:\n", f"{other}storage:\n"))
    make(tmp_path, ROWS)
    done = data("copy", tmp_path)
    assert done.code == 3
    assert "'chroma' of the new config is off here: CHROMA_URL is not set" in done.out
    assert not [key for key in keys_of(tmp_path, "new/kv.db") if "vector_store" in key]


def test_rows_of_an_old_provider_that_is_off_here_are_reported(tmp_path):
    write(tmp_path, SWITCHED, SWITCHED)
    make(tmp_path, ROWS)
    for action in ("copy", "verify"):
        done = data(action, tmp_path)
        assert (
            "action required: 1 vector stores of 'vector_io chroma' (chroma.db) are not copied: 'chroma' of the old "
            "config is off here: CHROMA_URL is not set; set it if the old server had it"
        ) in done.out
        assert done.code == {"copy": 3, "verify": 1}[action]
    # with no rows there is nothing to say
    (tmp_path / "old" / "chroma.db").unlink()
    make(tmp_path, {"old/kv2.db": {}})
    assert (
        "is off here: CHROMA_URL is not set; set it if"
        not in data("verify", tmp_path).out
    )


def test_verify_cannot_tell_in_the_environment_of_another_server(tmp_path):
    write(tmp_path, "chroma", "chroma")
    make(tmp_path, ROWS)
    for name in ("old", "new"):
        path = tmp_path / f"{name}.yaml"
        path.write_text(
            path.read_text().replace(f"{name}/", f"${{env.ROOT:=nowhere}}/{name}/")
        )
    assert data("copy", tmp_path, ROOT=".").code == 0
    assert data("verify", tmp_path, ROOT=".").code == 0
    done = data("verify", tmp_path)
    assert (done.code, done.err.count("\n")) == (3, 1)
    assert "none of the old databases exists" in done.err
    assert "are the variables those of the server?" in done.err
    # files that no server has written into say no more
    for file in ("kv.db", "chroma.db", "sql.db"):
        path = tmp_path / "nowhere" / "old" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE other (a)")
    done = data("verify", tmp_path)
    assert done.code == 3
    assert "none of the old databases has a table of a server" in done.err
    assert data("copy", tmp_path).code == 2


def test_a_row_that_was_mended_comes_with_the_next_run(tmp_path):
    write(tmp_path, "chroma", "chroma")
    rows = json.loads(json.dumps(ROWS))
    rows["old/kv.db"]["kvstore"][KEY.format("vs:1")] = "{broken"
    make(tmp_path, rows)
    assert data("copy", tmp_path).code == 3
    assert data("copy", tmp_path).code == 3
    assert data("verify", tmp_path).code == 1
    with closing(sqlite3.connect(tmp_path / "old" / "kv.db")) as connection:
        connection.execute(
            "UPDATE kvstore SET value = ? WHERE key LIKE '%vs:1'",
            (json.dumps(store("vs:1")),),
        )
        connection.commit()
    assert data("copy", tmp_path).code == 0
    assert len(keys_of(tmp_path, "new/kv.db")) == 3
    assert data("verify", tmp_path).code == 0
