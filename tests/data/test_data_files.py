"""Files on the disk beside the stores: uploads, and databases with vectors."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from stackcfg.system import file_copies, pace
from tests.support.databases import contents, make
from tests.support.in_process import run_here
from tests.support.running import Done, held_back

CONFIG = """\
version: 2
distro_name: demo
apis: [files, vector_io]
providers:
  files:
  - provider_id: uploads
    provider_type: inline::localfs
    config:
      storage_dir: SIDE/uploads
      metadata_store: {backend: sql_default, table_name: files_metadata}
  vector_io:
  - provider_id: chroma
    provider_type: inline::chromadb
    config:
      db_path: SIDE/chroma
      persistence: {backend: kv_default, namespace: ""}
  - provider_id: vec
    provider_type: inline::sqlite-vec
    config:
      db_path: SIDE/vec.db
      persistence: {backend: kv_default, namespace: ""}
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: "SIDE/kv.db"}
    sql_default: {type: sql_sqlite, db_path: "SIDE/sql.db"}
  stores:
    metadata: {backend: kv_default, namespace: ""}
    inference: {backend: sql_default, table_name: completions, max_write_queue_size: 10000, num_writers: 4}
    conversations: {backend: sql_default, table_name: openai_conversations}
    prompts: {backend: kv_default, namespace: ""}
    connectors: {backend: kv_default, namespace: ""}
"""
FIND_CLIENT = "stackcfg.data.chunk_stores.opening.find_spec"
UPLOADS = {"file-0a": b"", "file-0b": "Zanzíbar".encode(), "file-0c": b"\0" * 70_000}
CHROMA = {"chroma.sqlite3": b"SQLite format 3\0 one", "0c1d/header.bin": b"\1\2"}
CHUNK = {
    "content": "Zanzibar",
    "metadata": {},
    "embedding": [1.0],
    "stored_chunk_id": None,
}


def lay_out(folder: Path) -> dict[Path, bytes]:
    """An old service that was stopped, and both configs; returns its files."""
    for side in ("old", "new"):
        (folder / f"{side}.yaml").write_text(CONFIG.replace("SIDE", side))
    rows = [
        {
            "id": name,
            "filename": name,
            "file_path": str(folder / "old" / "uploads" / name),
            "access_attributes": None,
            "owner_principal": "",
        }
        for name in UPLOADS
    ]
    make(
        folder,
        {
            "old/sql.db": {"openai_files": rows},
            "old/kv.db": {"kvstore": {"vector_stores:sqlite_vec:v3::vs_1": {}}},
            "old/vec.db": {"chunks_vs_1": [{"id": "c-1", "chunk": CHUNK}]},
        },
    )
    write(folder / "old" / "uploads", {**UPLOADS, "notes.txt": b"of somebody else"})
    write(folder / "old" / "chroma", CHROMA)
    return read(folder / "old")


def write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def read(folder: Path) -> dict[Path, bytes]:
    files = folder.rglob("*")
    return {path: path.read_bytes() for path in files if path.is_file()}


def data(
    action: str,
    folder: Path,
    *more: str,
    source: str = "0.7.3",
    target: str = "0.8.0",
    **variables: str,
) -> Done:
    releases = ("--from", source, "--target", target)
    variables = {"HOME": str(folder / "home"), **variables}
    files = ("old.yaml", "new.yaml")
    return run_here("data", action, *files, *releases, *more, cwd=folder, **variables)


def report(action: str, folder: Path, *more: str, **named: str) -> dict[str, Any]:
    done = data(action, folder, *more, "--format", "json", **named)
    found: dict[str, Any] = json.loads(done.out)
    return {each["store"]: each for each in found["files"]}


def paths_of(folder: Path) -> list[str]:
    rows = contents(folder)["new/sql.db"]["openai_files"]
    return [row["file_path"] for row in rows]


def test_a_plan_says_from_where_to_where_how_many_and_how_large(tmp_path):
    before = lay_out(tmp_path)
    done = data("plan", tmp_path)
    assert done.code == 0
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    # whatever is in the folder beside the uploads is not theirs
    assert "files uploads 3 70,009 uploads ../new/uploads" in [
        line.replace(f"{tmp_path}/old/", "").replace(f"{tmp_path}/", "../")
        for line in lines
    ]
    size = sum(map(len, (*UPLOADS.values(), *CHROMA.values())))
    size += (tmp_path / "old" / "vec.db").stat().st_size
    assert f"files to copy: 6, {size:,} bytes" in lines
    assert read(tmp_path / "old") == before
    assert not (tmp_path / "new").exists()


def test_files_are_copied_and_their_rows_follow(tmp_path):
    before = lay_out(tmp_path)
    assert data("verify", tmp_path).code == 1
    done = data("copy", tmp_path)
    assert (done.code, done.err) == (0, "")
    new = tmp_path / "new"
    for name, content in UPLOADS.items():
        assert (new / "uploads" / name).read_bytes() == content
    for name, content in CHROMA.items():
        assert (new / "chroma" / name).read_bytes() == content
    assert paths_of(tmp_path) == [str(new / "uploads" / name) for name in UPLOADS]
    assert not (new / "uploads" / "notes.txt").exists()
    assert read(tmp_path / "old") == before
    verified = data("verify", tmp_path)
    assert verified.code == 0, verified.out


def test_a_second_copy_changes_nothing(tmp_path):
    lay_out(tmp_path)
    data("copy", tmp_path)
    before = read(tmp_path)
    done = data("copy", tmp_path)
    assert (done.code, read(tmp_path)) == (0, before), done.out
    assert data("copy", tmp_path, "--again").code == 0
    for name in ("uploads", "chroma"):
        now = read(tmp_path / "new" / name)
        assert now == {path: before[path] for path in now}


def test_a_rate_holds_for_files(tmp_path, monkeypatch):
    lay_out(tmp_path)
    pauses = [0.0]
    monkeypatch.setattr(
        pace, "time", SimpleNamespace(monotonic=float, sleep=pauses.append)
    )
    done = data("copy", tmp_path, "--rate", "10")
    assert done.code == 0, done.err
    size = sum(map(len, (*UPLOADS.values(), *CHROMA.values())))
    assert max(pauses) >= size / pace.ROW / 10


def test_another_file_is_never_overwritten(tmp_path):
    lay_out(tmp_path)
    write(tmp_path / "new" / "uploads", {"file-0b": b"mine"})
    done = data("copy", tmp_path)
    assert done.code == 3
    assert "1 other files were kept of 'files uploads'" in done.out
    assert (tmp_path / "new" / "uploads" / "file-0b").read_bytes() == b"mine"
    assert (tmp_path / "new" / "uploads" / "file-0c").exists()
    verified = report("verify", tmp_path)["files uploads"]["verified"]
    assert verified["differing"] == ["file-0b"]
    assert data("verify", tmp_path).code == 1


def test_two_databases_are_never_mixed(tmp_path):
    lay_out(tmp_path)
    write(tmp_path / "new" / "chroma", {"chroma.sqlite3": b"SQLite format 3\0 two"})
    before = read(tmp_path / "new" / "chroma")
    done = data("copy", tmp_path)
    assert done.code == 3
    assert "another database was kept, and nothing was copied" in done.out
    assert read(tmp_path / "new" / "chroma") == before
    assert data("verify", tmp_path).code == 1


def test_what_the_new_server_deleted_comes_back_only_when_asked_for(tmp_path):
    lay_out(tmp_path)
    data("copy", tmp_path)
    gone = tmp_path / "new" / "uploads" / "file-0b"
    gone.unlink()
    assert data("verify", tmp_path).code == 1
    assert "done before" in data("copy", tmp_path).out
    assert not gone.exists()
    data("copy", tmp_path, "--again")
    assert gone.read_bytes() == UPLOADS["file-0b"]


@pytest.mark.parametrize("side", ["old", "new"])
@pytest.mark.parametrize("name", ["file-0b", "file-0c"])
def test_verify_names_a_file_with_another_byte(side, name, tmp_path):
    lay_out(tmp_path)
    data("copy", tmp_path)
    path = tmp_path / side / "uploads" / name
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b"!")
    verified = report("verify", tmp_path)["files uploads"]["verified"]
    assert (verified["differing"], verified["missing"]) == ([name], [])
    assert data("verify", tmp_path).code == 1


def test_a_database_is_compared_with_what_was_copied(tmp_path):
    lay_out(tmp_path)
    data("copy", tmp_path)
    # a started server writes into its copy
    write(tmp_path / "new" / "chroma", {"chroma.sqlite3": b"SQLite format 3\0 more"})
    assert data("verify", tmp_path).code == 0
    write(tmp_path / "old" / "chroma", {"chroma.sqlite3": b"SQLite format 3\0 late"})
    verified = report("verify", tmp_path)["vector_io chroma"]["verified"]
    assert verified["differing"] == ["chroma.sqlite3"]


def test_chunks_are_completed_in_the_copy_of_their_file(tmp_path, monkeypatch):
    monkeypatch.setattr(FIND_CLIENT, lambda _name: None)
    before = lay_out(tmp_path)
    named = {"source": "0.3.5", "target": "0.7.3"}
    assert data("verify", tmp_path, **named).code == 1
    done = data("copy", tmp_path, **named)
    assert done.code == 3
    assert "install chromadb here, as the new server has it" in done.out
    assert read(tmp_path / "old") == before
    [row] = contents(tmp_path)["new/vec.db"]["chunks_vs_1"]
    assert row["chunk"]["chunk_id"] == row["id"] == "c-1"
    verified = report("verify", tmp_path, **named)["vector_io vec"]["verified"]
    assert verified == {"files": 1, "present": 1, "missing": [], "differing": []}
    with closing(sqlite3.connect(tmp_path / "new" / "vec.db")) as connection:
        connection.execute("UPDATE chunks_vs_1 SET chunk = '{}'")
        connection.commit()
    assert data("verify", tmp_path, "--only", "vector_io vec chunks", **named).code == 1


def test_the_log_of_a_database_comes_along(tmp_path):
    lay_out(tmp_path)
    write(tmp_path / "old", {"vec.db-wal": b""})
    assert report("plan", tmp_path)["vector_io vec"]["files"] == 2
    data("copy", tmp_path)
    assert (tmp_path / "new" / "vec.db-wal").exists()


def test_an_interrupted_copy_goes_on(tmp_path, monkeypatch):
    lay_out(tmp_path)
    copied: list[str] = []

    def stop(source: str, target: str, done: Callable[[int], None]) -> str:
        if len(copied) == 2:
            raise KeyboardInterrupt
        copied.append(target)
        return whole(source, target, done)

    whole = file_copies.copy_new
    monkeypatch.setattr("stackcfg.data.disk.copying.copy_new", stop)
    data("copy", tmp_path)
    monkeypatch.undo()
    assert len(read(tmp_path / "new")) == 2
    found = report("copy", tmp_path)["files uploads"]["copied"]
    assert (found["present"], found["copied"]) == (2, 1)
    assert data("verify", tmp_path).code == 0


def test_files_follow_when_both_config_folders_exist(tmp_path):
    lay_out(tmp_path)
    home = tmp_path / "home"
    for side, name in (("old", ".llama"), ("new", ".ogx")):
        folder = home / name / "distributions" / "demo"
        folder.parent.mkdir(parents=True)
        text = CONFIG.replace("SIDE", "${env.SQLITE_STORE_DIR:=~/NAME}")
        place = f"{name}/distributions/demo"
        (tmp_path / f"{side}.yaml").write_text(text.replace("NAME", place))
    (tmp_path / "old").rename(home / ".llama" / "distributions" / "demo")
    assert data("copy", tmp_path).code == 0
    moved = home / ".ogx" / "distributions" / "demo" / "uploads"
    assert (moved / "file-0b").read_bytes() == UPLOADS["file-0b"]
    assert data("verify", tmp_path).code == 0


def test_files_in_a_folder_that_is_renamed_stay_there(tmp_path):
    lay_out(tmp_path)
    home = tmp_path / "home"
    (home / ".llama").mkdir(parents=True)
    for side, name in (("old", ".llama"), ("new", ".ogx")):
        text = CONFIG.replace("SIDE", "${env.SQLITE_STORE_DIR:=~/NAME}")
        (tmp_path / f"{side}.yaml").write_text(text.replace("NAME", f"{name}/demo"))
    (tmp_path / "old").rename(home / ".llama" / "demo")
    planned = report("plan", tmp_path)["files uploads"]
    assert (planned["in_place"], planned["files"]) == (True, 3)
    before = read(home / ".llama" / "demo" / "uploads")
    data("copy", tmp_path)
    assert read(home / ".llama" / "demo" / "uploads") == before


def test_uploads_that_nothing_reads_any_more_need_action(tmp_path):
    lay_out(tmp_path)
    path = tmp_path / "new.yaml"
    text = path.read_text().replace("inline::localfs", "remote::s3")
    path.write_text(text.replace("storage_dir: new/uploads", "bucket_name: mine"))
    done = data("copy", tmp_path)
    assert done.code == 3
    words = "'uploads' of the new config (remote::s3) keeps none there"
    assert words in done.out
    assert data("verify", tmp_path).code == 1


def test_a_disk_without_room_is_found_before_anything_is_written(tmp_path, monkeypatch):
    """What is copied into one disk counts together; what an earlier run copied does not count."""
    lay_out(tmp_path)
    assert data("plan", tmp_path).code == 0
    sizes = [path.stat().st_size for path in tmp_path.rglob("old/**/*")]
    for free in (10, sum(sizes) // 2):
        free_bytes = Mock(return_value=free)
        monkeypatch.setattr("stackcfg.cli.data_files.free_bytes", free_bytes)
        done = data("copy", tmp_path)
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert "files, backups and copies can take" in done.err
        assert not (tmp_path / "new").exists()
    monkeypatch.undo()
    assert data("copy", tmp_path).code == 0
    monkeypatch.setattr("stackcfg.cli.data_files.free_bytes", lambda _: 10)
    done = data("copy", tmp_path)
    assert (done.code, done.err) == (0, "")


def test_files_that_cannot_be_copied_are_one_line_with_the_command_that_goes_on(
    tmp_path: Path,
) -> None:
    lay_out(tmp_path)
    write(tmp_path / "new", {"uploads": b"in the way of a folder"})
    done = data("copy", tmp_path, "--log-file", "log")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "; continue with: stackcfg data copy old.yaml new.yaml" in done.err
    assert "failed: " in (tmp_path / "log").read_text()
    (tmp_path / "new" / "uploads").unlink()
    assert data("copy", tmp_path).code == 0


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="root may read all files")
@pytest.mark.parametrize("action", ["copy", "verify"])
def test_an_upload_that_may_not_be_read_is_named(tmp_path: Path, action: str) -> None:
    lay_out(tmp_path)
    # one is there already, so that its content is compared
    write(tmp_path / "new" / "uploads", UPLOADS)
    (tmp_path / "old" / "uploads" / "file-0b").chmod(0)
    words = (action, "old.yaml", "new.yaml", "--from", "0.7.3", "--target", "0.8.0")
    done = held_back("data", *words, cwd=tmp_path, HOME=str(tmp_path))
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1), done.err
    assert "old/uploads/file-0b: error: cannot be read: permission denied" in done.err


@pytest.mark.parametrize("folder", ["old", "new"])
def test_rows_of_uploads_that_were_restored_elsewhere_name_their_folder(
    tmp_path: Path, folder: str
) -> None:
    """As in a rehearsal on a copy: servers from 0.7.3 on refuse to read the path that the rows name."""
    lay_out(tmp_path)
    config = tmp_path / "new.yaml"
    config.write_text(config.read_text().replace("new/uploads", f"{folder}/uploads"))
    with closing(sqlite3.connect(tmp_path / "old" / "sql.db")) as connection:
        connection.execute(
            "UPDATE openai_files SET file_path = '/srv/llama/uploads/' || id"
        )
        connection.commit()
    assert "R11" in data("plan", tmp_path).out
    assert data("verify", tmp_path).code == 1
    assert data("copy", tmp_path).code == 0
    assert data("verify", tmp_path).code == 0
    rows = contents(tmp_path)["new/sql.db"]["openai_files"]
    paths = {row["id"]: row["file_path"] for row in rows}
    assert paths == {name: f"{tmp_path}/{folder}/uploads/{name}" for name in UPLOADS}
