"""The copy under conditions that no fixture describes: what holds it back, what interrupts it, how much it takes."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from stackcfg.data.copy import copy_moves, count_rows
from stackcfg.data.engines.opening import Readers
from stackcfg.data.engines.protocol import DatabaseError
from stackcfg.data.locations import SQLITE, Database
from stackcfg.data.moves import Move
from tests.support.background_copies import killed_after, start_copy
from tests.support.budgets import budget
from tests.support.catalogs import CATALOG
from tests.support.databases import contents, make, tables_of
from tests.support.in_process import run_here
from tests.support.redis import redis_server
from tests.support.running import ROOT, held_back

HEAD = """\
version: 2
image_name: demo
apis: [agents, batches, inference]
providers:
  inference:
  - provider_id: vllm
    provider_type: remote::vllm
    config: {url: http://localhost:8000/v1}
  agents:
  - provider_id: mine
    provider_type: inline::meta-reference
    config:
"""
OLD = (
    HEAD
    + """\
      persistence_store: {type: sqlite, db_path: agents.db}
      responses_store: {type: sqlite, db_path: responses.db}
  batches:
  - provider_id: reference
    provider_type: inline::reference
    config:
      kvstore: {type: sqlite, db_path: batches.db}
metadata_store: {type: sqlite, db_path: registry.db}
inference_store: {type: sqlite, db_path: inference.db}
"""
)
AGENTS = {
    "agents.db": {
        "kvstore": {
            f"agent:{number}": {"name": f"äöü {number}"} for number in range(20)
        }
    }
}
RELEASES = ("--from", "0.2.23", "--target", "0.3.5")
LATER = ("--from", "0.2.23", "--target", "0.4.5")
"""Releases of which the new one wants an owner in each row of a table."""


def inference(count: int) -> dict[str, object]:
    rows = [
        {
            "id": f"chat-{number}",
            "created": number,
            "choices": [number],
            "owner_principal": None if number % 2 else "me",
        }
        for number in range(count)
    ]
    return {"inference.db": {"chat_completions": rows}}


def laid_out(
    folder: Path,
    databases: object = AGENTS,
    layout: str = "consolidate",
    releases: tuple[str, ...] = RELEASES,
) -> Path:
    """A folder with the old config, the new one, and databases."""
    (folder / "old.yaml").write_text(OLD)
    done = run_here(
        "migrate",
        "--layout",
        layout,
        *releases,
        "--allow-partial",
        "old.yaml",
        "-o",
        "new.yaml",
        cwd=folder,
    )
    assert done.code == 0, done.err
    make(folder, databases)  # type: ignore[arg-type]
    return folder


def copy(folder: Path, *further: str, **variables: str):
    return run_here(
        "data",
        "copy",
        "old.yaml",
        "new.yaml",
        *RELEASES,
        *further,
        cwd=folder,
        HOME=str(folder),
        **variables,
    )


def verify(folder: Path, *further: str):
    return run_here(
        "data",
        "verify",
        "old.yaml",
        "new.yaml",
        *RELEASES,
        *further,
        cwd=folder,
        HOME=str(folder),
    )


def run(path: Path, *statements: str) -> None:
    """Do something in a database."""
    with closing(sqlite3.connect(path)) as connection:
        for each in statements:
            connection.execute(each)
        connection.commit()


def everything(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


class TestLocations:
    """What is needed to find the databases."""

    def test_a_missing_variable_is_named_with_its_line(self, tmp_path):
        laid_out(tmp_path, {**AGENTS, "registry.db": {"kvstore": {}}})
        (tmp_path / "old.yaml").write_text(
            OLD.replace("db_path: agents.db", "db_path: '${env.STORE}/agents.db'")
        )
        done = copy(tmp_path)
        assert done.code == 2
        assert done.err == (
            "error: the variable STORE is not set, and the location of 'agents mine' (old.yaml:13) needs it\n"
        )
        assert copy(tmp_path, STORE=str(tmp_path)).code == 0

    def test_a_file_for_releases_that_keep_a_store_in_either_family_needs_a_release(
        self, tmp_path
    ):
        """Prompts and connectors are in a KV store until ogx 0.8 and in a SQL one from 1.0 on."""
        catalog = {
            "kv_default": ("kv_sqlite", "kv.db"),
            "sql_default": ("sql_sqlite", "sql.db"),
        }
        backends = {
            name: {"type": kind, "db_path": path}
            for name, (kind, path) in catalog.items()
        }
        stores = {"metadata": {"backend": "kv_default", "namespace": "registry"}}
        config = {
            "version": 2,
            "image_name": "demo",
            "storage": {"backends": backends, "stores": stores},
        }
        (tmp_path / "old.yaml").write_text(json.dumps(config))
        (tmp_path / "new.yaml").write_text(json.dumps(config))
        make(
            tmp_path,
            {"kv.db": {"kvstore": {"distributions:registry:v10::a": "{}", "b": "1"}}},
        )
        before = everything(tmp_path)
        for given, lacking in (
            (["--from", "0.3.5"], "--target"),
            (["--target", "1.5.0"], "--from"),
            ([], "--from"),
        ):
            done = run_here(
                "data", "copy", "old.yaml", "new.yaml", *given, cwd=tmp_path
            )
            assert (done.code, done.out) == (2, "")
            assert (
                "of which some keep 'prompts', 'connectors' in a KV store and some in a SQL store"
                in done.err
            )
            assert done.err.endswith(f"; name its release with {lacking}\n")
        assert everything(tmp_path) == before

    def test_variables_are_read_as_0_2_12_wrote_them(self, tmp_path):
        laid_out(tmp_path)
        (tmp_path / "old.yaml").write_text(
            OLD.replace("db_path: agents.db", "db_path: '${env.STORE:.}/agents.db'")
        )
        options = ("--from", "0.2.12", "--target", "0.3.5")
        done = run_here(
            "data",
            "copy",
            "old.yaml",
            "new.yaml",
            *options,
            cwd=tmp_path,
            HOME=str(tmp_path),
        )
        assert done.code == 0, done.err
        assert len(contents(tmp_path)["kvstore.db"]["kvstore"]) == 20

    def test_a_variable_that_no_location_needs_may_be_missing(self, tmp_path):
        laid_out(tmp_path)
        text = OLD.replace(
            "{url: http://localhost:8000/v1}",
            "{url: '${env.VLLM_URL}', api_token: '${env.TOKEN}'}",
        )
        (tmp_path / "old.yaml").write_text(text)
        assert copy(tmp_path).code == 0

    def test_no_database_at_all_is_an_error(self, tmp_path):
        laid_out(tmp_path, {})
        done = copy(tmp_path)
        assert done.code == 2
        assert "none of the old databases exists" in done.err
        assert "are the variables those of the server?" in done.err

    @pytest.mark.parametrize(
        "address",
        [
            "postgresql://llama:s3cret#w0rd@db:5432/demo",
            "postgresql://llama:s3cret/w0rd@db:5432/demo",
            "postgresql://llama:1/s3cretw0rd@db:5432/demo",
            "postgresql://llama:1?s3cretw0rd@db:5432/demo",
            "postgresql://llama:/s3cretw0rd@db:5432/demo",
            "postgresql://llama:[s3cretw0rd@db:5432/demo",
            "postgresql://llama:s3cretw0rd@db:54x32/demo",
            "postgresql://llama:s3cretw0rd@db:5432",
            "postgresql://llama:s3cretw0rd@/demo",
            "host=db port=5432 user=llama password=s3cretw0rd dbname=demo",
            "mysql://llama:s3cretw0rd@db/demo",
        ],
    )
    def test_an_invalid_connection_string_is_not_shown(self, address, tmp_path):
        text = CATALOG.replace(
            "sql_sqlite, db_path: sql_store.db",
            f"sql_postgres, connection_string: '{address}'",
        )
        (tmp_path / "old.yaml").write_text(
            f"version: 2\nimage_name: demo\nproviders: {{}}\n{text}"
        )
        shutil.copy(tmp_path / "old.yaml", tmp_path / "new.yaml")
        options = ("--from", "1.4.1", "--target", "1.5.0")
        done = run_here(
            "data",
            "plan",
            "old.yaml",
            "new.yaml",
            *options,
            cwd=tmp_path,
            HOME=str(tmp_path),
        )
        assert done.code == 2
        assert done.err.startswith(
            "error: the connection_string for the location of 'inference' (old.yaml:10): is no URL "
            "postgresql://USER:PASSWORD@HOST:PORT/DATABASE; "
        )
        assert "s3cret" not in done.err + done.out

    def test_a_folder_that_must_not_be_entered_is_an_error(self, tmp_path):
        laid_out(tmp_path)
        make(tmp_path, {"closed/responses.db": {"openai_responses": [{"id": "r"}]}})
        (tmp_path / "old.yaml").write_text(
            OLD.replace("db_path: responses.db", "db_path: closed/responses.db")
        )
        (tmp_path / "closed").chmod(0)
        done = held_back(
            "data",
            "verify",
            "old.yaml",
            "new.yaml",
            *RELEASES,
            cwd=tmp_path,
            HOME=str(tmp_path),
        )
        (tmp_path / "closed").chmod(0o755)
        assert (done.code, done.err) == (
            2,
            f"error: {tmp_path}/closed/responses.db: cannot be looked at (Permission denied); "
            "see whether the path is right and you may enter its folders\n",
        )

    def test_a_folder_in_place_of_a_database_is_an_error(self, tmp_path):
        laid_out(tmp_path)
        (tmp_path / "registry.db").mkdir()
        done = copy(tmp_path)
        assert (done.code, done.err) == (
            2,
            f"error: {tmp_path}/registry.db: is a folder and no database; see whether the path is right\n",
        )

    def test_verify_names_the_databases_that_are_missing(self, tmp_path):
        laid_out(tmp_path)
        copy(tmp_path)
        done = run_here(
            "data",
            "verify",
            "old.yaml",
            "new.yaml",
            *RELEASES,
            cwd=tmp_path,
            HOME=str(tmp_path),
        )
        assert done.code == 0
        assert (
            "info: 'inference' has no old rows: inference.db does not exist" in done.out
        )
        assert "'agents mine' has no" not in done.out

    def test_an_unknown_release_is_named_with_its_option(self, tmp_path):
        laid_out(tmp_path)
        done = run_here(
            "data", "plan", "old.yaml", "new.yaml", "--from", "0.1.99", cwd=tmp_path
        )
        assert done.code == 2
        words = " ".join(done.err.replace("│", " ").split())
        assert "source (--from) '0.1.99' is not one of 0.1, 0.2," in words
        assert "of 0.1, 0.1.0 to 0.1.9 are known" in words

    def test_a_downgrade_is_refused(self, tmp_path):
        laid_out(tmp_path)
        done = run_here(
            "data",
            "copy",
            "new.yaml",
            "old.yaml",
            "--from",
            "0.4.5",
            "--target",
            "0.2.23",
            cwd=tmp_path,
        )
        assert (done.code, done.err) == (
            2,
            "error: old.yaml is for an earlier release than new.yaml; downgrading is not supported\n",
        )

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("a: [", "old.yaml:1:5: error: not valid YAML"),
            ("a: 1\n", "old.yaml:1:1: error: not a run config"),
            (f"{OLD}---\n{OLD}", "old.yaml:23:1: error: a second run config"),
        ],
    )
    def test_an_invalid_config_is_an_error(self, text, message, tmp_path):
        laid_out(tmp_path)
        (tmp_path / "old.yaml").write_text(text)
        done = copy(tmp_path)
        assert done.code == 2
        assert done.err.startswith(message)

    def test_a_missing_config_is_an_error(self, tmp_path):
        done = run_here("data", "plan", "old.yaml", "new.yaml", cwd=tmp_path)
        assert (done.code, done.err) == (2, "old.yaml: error: no such file\n")

    def test_new_databases_are_made_with_their_folders(self, tmp_path):
        laid_out(tmp_path)
        text = (
            (tmp_path / "new.yaml")
            .read_text()
            .replace("kvstore.db", "deep/er/kvstore.db")
        )
        (tmp_path / "new.yaml").write_text(text)
        assert copy(tmp_path).code == 0
        assert len(contents(tmp_path)["deep/er/kvstore.db"]["kvstore"]) == 20

    def test_default_databases_are_found_although_no_config_names_them(self, tmp_path):
        """A file without backends has those that the server makes up, and 0.2 a place for the registry."""
        provider = "providers:\n  inference:\n  - {provider_id: vllm, provider_type: 'remote::vllm'}\n"
        (tmp_path / "old.yaml").write_text(f"version: 2\nimage_name: demo\n{provider}")
        (tmp_path / "new.yaml").write_text(f"version: 2\ndistro_name: demo\n{provider}")
        model = {
            "identifier": "m",
            "provider_id": "none",
            "type": "model",
            "owner": None,
        }
        registered = {"distributions:registry:v9::model:m": model}
        make(
            tmp_path, {".llama/distributions/demo/kvstore.db": {"kvstore": registered}}
        )
        options = ("--from", "0.2.23", "--target", "0.7.3", "--format", "json")
        done = run_here(
            "data",
            "plan",
            "old.yaml",
            "new.yaml",
            *options,
            cwd=tmp_path,
            HOME=str(tmp_path),
        )
        moves = {move["store"]: move for move in json.loads(done.out)["moves"]}
        assert moves["metadata"]["rows"] == 1
        assert moves["metadata"]["source"]["address"] == [
            f"{tmp_path}/.llama/distributions/demo/kvstore.db"
        ]
        assert moves["metadata"]["target"]["address"] == [
            f"{tmp_path}/.llama/distributions/kvstore.db"
        ]
        variables = {"HOME": str(tmp_path), "SQLITE_STORE_DIR": "/elsewhere"}
        done = run_here(
            "data", "plan", "old.yaml", "new.yaml", *options, cwd=tmp_path, **variables
        )
        moves = {move["store"]: move for move in json.loads(done.out)["moves"]}
        assert moves["metadata"]["target"]["address"] == ["/elsewhere/kvstore.db"]


class TestRefusals:
    """Nothing is written where something is wrong."""

    def test_a_server_that_has_a_file_open_is_reported(self, tmp_path):
        laid_out(tmp_path)
        code = (
            "import sqlite3, sys; c = sqlite3.connect('agents.db'); c.execute('SELECT * FROM kvstore').fetchone(); "
            "print(1, flush=True); sys.stdin.read()"
        )
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        server = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, **pipes)
        try:
            assert server.stdout is not None
            server.stdout.readline()
            before = everything(tmp_path)
            done = copy(tmp_path)
            assert done.code == 2
            assert f"a server still runs: process {server.pid}" in done.err
            assert f"has {tmp_path}/agents.db open" in done.err
            assert everything(tmp_path) == before
            assert copy(tmp_path, "--while-running").code == 0
        finally:
            server.communicate(b"")

    def test_a_server_on_the_port_of_the_config_is_reported(self, tmp_path):
        import socket

        laid_out(tmp_path)
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen()
            port = listening.getsockname()[1]
            (tmp_path / "old.yaml").write_text(f"{OLD}server:\n  port: {port}\n")
            done = copy(tmp_path)
        assert done.code == 2
        assert f"something answers on port {port} of this machine" in done.err

    def test_another_writer_keeps_the_copy_from_writing(self, tmp_path):
        laid_out(tmp_path)
        make(tmp_path, {"kvstore.db": {"kvstore": {"a": "b"}}})
        path = tmp_path / "kvstore.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            done = copy(tmp_path, "--while-running")
        assert done.code == 2
        assert (
            "kvstore.db: a server is writing to it (database is locked); stop the server"
            in done.err
        )

    def test_two_old_files_with_one_key_and_different_values_are_an_error(
        self, tmp_path
    ):
        laid_out(
            tmp_path,
            {
                **AGENTS,
                "batches.db": {
                    "kvstore": {"agent:3": {"name": "another"}, "batch:1": {}}
                },
            },
        )
        before = everything(tmp_path)
        done = copy(tmp_path)
        assert done.code == 2
        assert "'agent:3' is in " in done.err
        assert "agents.db" in done.err
        assert "batches.db" in done.err
        assert "with different values, and both go to" in done.err
        assert "nothing was written there" in done.err
        assert {
            name: data for name, data in everything(tmp_path).items() if name in before
        } == before
        assert contents(tmp_path).get("kvstore.db", {}) == {}

    def test_a_conflict_on_a_server_says_what_was_written_before(self, tmp_path):
        """A server of KV rows cannot take back what was written."""
        agents = {f"agent:{number}": {"name": number} for number in range(600)}
        batches = {"agent:3": {"name": "another"}, "batch:1": {}}
        databases = {"agents.db": agents, "batches.db": batches}
        kv_tables = {name: {"kvstore": rows} for name, rows in databases.items()}
        laid_out(tmp_path, kv_tables)
        with redis_server() as running:
            new = (tmp_path / "new.yaml").read_text()
            address = (
                f"type: kv_redis\n      host: 127.0.0.1\n      port: {running.port}"
            )
            new = new.replace("type: kv_sqlite\n      db_path: kvstore.db", address)
            new = re.sub("namespace: .*", "namespace: all", new)
            (tmp_path / "new.yaml").write_text(new)
            done = copy(tmp_path)
            with running.connect() as client:
                written = len(client.keys("all:*"))
        assert done.code == 2
        assert "with different values, and both go to redis://" in done.err
        assert f"({written} rows were written before)" in done.err
        assert "nothing was written" not in done.err
        hints = "give one of them a backend of its own; the same command goes on"
        assert hints in done.err

    def test_the_same_key_with_the_same_value_is_one_row(self, tmp_path):
        laid_out(
            tmp_path,
            {
                **AGENTS,
                "batches.db": {
                    "kvstore": {"agent:3": {"name": "äöü 3"}, "batch:1": {}}
                },
            },
        )
        assert copy(tmp_path).code == 0
        assert len(contents(tmp_path)["kvstore.db"]["kvstore"]) == 21

    @pytest.mark.parametrize("cut", ["head", "middle"])
    def test_a_damaged_file_is_an_error(self, cut, tmp_path):
        laid_out(
            tmp_path,
            {
                "agents.db": {
                    "kvstore": {f"agent:{n}": {"text": "x" * 300} for n in range(2000)}
                }
            },
        )
        path = tmp_path / "agents.db"
        data = bytearray(path.read_bytes())
        if cut == "head":
            data[:100] = b"not a database at all".ljust(100, b"!")
        else:
            for page in range(2, len(data) // 4096):
                data[page * 4096 : page * 4096 + 64] = os.urandom(64)
        path.write_bytes(data)
        before = everything(tmp_path)
        done = copy(tmp_path)
        assert done.code == 2
        assert f"error: {path}: is " in done.err
        assert ("is no sqlite database" if cut == "head" else "is damaged") in done.err
        assert "Traceback" not in done.err
        assert {
            name: data for name, data in everything(tmp_path).items() if name in before
        } == before
        assert contents_of_new(tmp_path) == {}

    def test_a_file_that_must_not_be_written_is_an_error(self, tmp_path):
        laid_out(tmp_path)
        make(tmp_path, {"kvstore.db": {"kvstore": {"a": "b"}}})
        path = tmp_path / "kvstore.db"
        with Unwritable(path):
            done = copy(tmp_path)
        assert done.code == 2
        assert str(path) in done.err
        assert contents(tmp_path)["kvstore.db"] == {"kvstore": {"a": "b"}}

    def test_a_disk_without_room_is_an_error_before_anything_is_written(self, tmp_path):
        laid_out(
            tmp_path,
            {
                "agents.db": {
                    "kvstore": {f"agent:{n}": {"text": "x" * 5000} for n in range(800)}
                }
            },
        )
        (tmp_path / "small").mkdir()
        text = (
            (tmp_path / "new.yaml")
            .read_text()
            .replace("kvstore.db", "small/kvstore.db")
        )
        (tmp_path / "new.yaml").write_text(text)
        with SmallDisk(tmp_path / "small"):
            done = copy(tmp_path)
            assert done.code == 2
            assert f"error: the disk of {tmp_path}/small has 2.0 MiB free" in done.err
            assert list((tmp_path / "small").iterdir()) == []

    def test_a_disk_that_runs_full_leaves_no_file(self, tmp_path):
        laid_out(
            tmp_path,
            {
                "agents.db": {
                    "kvstore": {f"agent:{n}": {"text": "x" * 5000} for n in range(800)}
                }
            },
        )
        (tmp_path / "small").mkdir()
        with SmallDisk(tmp_path / "small"):
            move, upgrade = a_move(tmp_path, tmp_path / "small" / "kvstore.db")
            readers = Readers()
            with pytest.raises(
                DatabaseError, match=r"the disk is full .*make room and start again"
            ):
                copy_moves(
                    move.target.database, [move], upgrade, readers, lambda _: None
                )
            readers.close()
            assert list((tmp_path / "small").iterdir()) == []


def contents_of_new(folder: Path) -> dict[str, object]:
    """The databases that only the new config names, as far as there is something in them."""
    found = {
        name: tables_of(folder / name)
        for name in ("kvstore.db", "sql_store.db")
        if (folder / name).exists()
    }
    return {name: tables for name, tables in found.items() if tables}


class Unwritable:
    """A file that nobody can write, root included where the file system can do that."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        os.chmod(self.path, 0o444)
        if (
            os.geteuid() == 0
            and subprocess.run(
                ["chattr", "+i", self.path], capture_output=True
            ).returncode
        ):
            pytest.skip(
                "root may write everything, and this file system knows no immutable files"
            )

    def __exit__(self, *_: object) -> None:
        if os.geteuid() == 0:
            subprocess.run(["chattr", "-i", self.path], capture_output=True)
        os.chmod(self.path, 0o644)


class SmallDisk:
    """A disk of 2 MiB at a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> None:
        command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", self.folder]
        if subprocess.run(command, capture_output=True).returncode:
            pytest.skip("no right to mount a small disk")

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", "--lazy", self.folder], check=True)


def a_move(folder: Path, target: Path):
    """The move of the agents' rows, to another file than the config says."""
    from dataclasses import replace

    from stackcfg.data.plan import plan_upgrade
    from stackcfg.data.stored_rows import find_stored_rows, read_config_side
    from stackcfg.data.upgrade import Upgrade
    from stackcfg.releases.families import parse_target
    from stackcfg.releases.stores import load_store_fields

    variables = {"LLAMA_STACK_CONFIG_DIR": str(folder)}
    sides = []
    for name, release in (("old.yaml", "0.2.23"), ("new.yaml", "0.3.5")):
        text = (folder / name).read_text().replace("db_path: ", f"db_path: {folder}/")
        sides.append(
            read_config_side(
                name, text, parse_target(release), load_store_fields(), variables
            )
        )
    upgrade = Upgrade(*sides)
    drawn = plan_upgrade(
        find_stored_rows(sides[0], load_store_fields(), upgrade.folders),
        find_stored_rows(sides[1], load_store_fields(), upgrade.folders),
        upgrade,
        load_store_fields(),
    )
    move = next(move for move in drawn.moves if move.kind.use == "agents")
    place = replace(move.target, database=Database(SQLITE, (str(target),)))
    return replace(move, target=place), upgrade


class TestFiles:
    """What sqlite files can be like."""

    def test_rows_in_a_log_are_copied_and_the_old_files_stay_as_they_are(
        self, tmp_path
    ):
        laid_out(tmp_path, inference(3))
        path = tmp_path / "inference.db"
        kept = tmp_path / "kept"
        kept.mkdir()
        with closing(sqlite3.connect(path, isolation_level=None)) as server:
            server.execute("PRAGMA journal_mode = WAL")
            server.execute(
                "INSERT INTO chat_completions VALUES ('newest', 9, '[]', '')"
            )
            for each in ("inference.db", "inference.db-wal"):
                shutil.copy(tmp_path / each, kept / each)
        for each in ("inference.db", "inference.db-wal"):
            shutil.copy(kept / each, tmp_path / each)
        before = {
            each: (tmp_path / each).read_bytes()
            for each in ("inference.db", "inference.db-wal")
        }
        assert len(before["inference.db-wal"]) > 0
        assert copy(tmp_path).code == 0
        assert {each: (tmp_path / each).read_bytes() for each in before} == before
        assert not (tmp_path / "inference.db-shm").exists()
        rows = contents(tmp_path)["sql_store.db"]["inference_store"]
        assert [row["id"] for row in rows] == ["chat-0", "chat-1", "chat-2", "newest"]

    def test_rows_of_more_files_than_sqlite_attaches_are_copied(self, tmp_path):
        providers = [f"p{number}" for number in range(14)]
        old = "version: 2\nimage_name: demo\nproviders:\n  vector_io:\n"
        old += "".join(
            f"  - provider_id: {name}\n    provider_type: remote::chromadb\n    config:\n      url: http://x\n"
            f"      kvstore: {{type: sqlite, db_path: {name}.db}}\n"
            for name in providers
        )
        old += "metadata_store: {type: sqlite, db_path: registry.db}\n"
        new = old.replace("kvstore:", "persistence:")
        for name in providers:
            new = new.replace(
                f"{{type: sqlite, db_path: {name}.db}}",
                "{backend: kv_default, namespace: x}",
            )
        new = new.replace(
            "metadata_store: {type: sqlite, db_path: registry.db}\n", CATALOG
        )
        (tmp_path / "old.yaml").write_text(old)
        (tmp_path / "new.yaml").write_text(new)
        make(
            tmp_path,
            {f"{name}.db": {"kvstore": {f"mine:{name}": "1"}} for name in providers},
        )
        releases = ("--from", "0.2.23", "--target", "0.3.0")
        done = run_here(
            "data",
            "copy",
            "old.yaml",
            "new.yaml",
            *releases,
            cwd=tmp_path,
            HOME=str(tmp_path),
        )
        assert done.code == 0, done.err
        assert contents(tmp_path)["kvstore.db"]["kvstore"] == {
            f"mine:{name}": 1 for name in sorted(providers)
        } | {f"mine:{name}": "1" for name in providers}

    def test_values_of_every_kind_stay_as_they_are(self, tmp_path):
        laid_out(tmp_path)
        rows = [
            ("session:null", None, "2030-01-01 00:00:00"),
            ("session:bytes", b"\x00\xff", None),
            ("session:\U0001f600", "\U0001f600" * 100_000, None),
        ]
        with closing(sqlite3.connect(tmp_path / "agents.db")) as connection:
            connection.executemany("INSERT INTO kvstore VALUES (?, ?, ?)", rows)
            connection.commit()
        make(
            tmp_path, {"kvstore.db": {"kvstore": {"zzz": "so that rows go one by one"}}}
        )
        assert copy(tmp_path).code == 0
        with closing(sqlite3.connect(tmp_path / "kvstore.db")) as connection:
            found = connection.execute("SELECT * FROM kvstore").fetchall()
        assert set(rows) <= set(found)

    def test_a_table_of_the_new_server_gets_the_columns_that_it_lacks(self, tmp_path):
        laid_out(tmp_path, inference(2), releases=LATER)
        make(
            tmp_path,
            {"sql_store.db": {"inference_store": [{"id": "new", "tenant_id": "t"}]}},
        )
        assert copy(tmp_path, *LATER).code == 0
        rows = contents(tmp_path)["sql_store.db"]["inference_store"]
        lacking = {
            "tenant_id": None,
            "created": None,
            "choices": None,
            "access_attributes": None,
        }
        assert rows[0] == {
            **lacking,
            "id": "chat-0",
            "created": 0,
            "choices": [0],
            "owner_principal": "me",
        }
        assert rows[2] == {
            **lacking,
            "id": "new",
            "tenant_id": "t",
            "owner_principal": "",
        }

    @pytest.mark.parametrize("layout", ["consolidate", "preserve"])
    def test_a_table_of_0_2_12_gets_the_columns_for_the_owner(self, layout, tmp_path):
        rows = [
            {"id": "chat-1", "created": 1, "choices": [1], "access_attributes": None}
        ]
        databases = {"inference.db": {"chat_completions": rows}}
        laid_out(tmp_path, databases, layout, LATER)
        assert verify(tmp_path, *LATER).code == 1
        assert copy(tmp_path, *LATER).code == 0
        file, table = (
            ("sql_store", "inference_store")
            if layout == "consolidate"
            else ("inference", "chat_completions")
        )
        assert contents(tmp_path)[f"{file}.db"][table] == [
            {**rows[0], "owner_principal": ""}
        ]
        assert verify(tmp_path, *LATER).code == 0

    @pytest.mark.parametrize(
        ("schema", "words"),
        [
            (
                "id VARCHAR PRIMARY KEY, created INTEGER, choices JSON, place TEXT NOT NULL",
                "NOT NULL constraint failed",
            ),
            (
                "id VARCHAR PRIMARY KEY, created INTEGER UNIQUE, choices JSON",
                "does not take the row 'chat-1'",
            ),
        ],
    )
    def test_a_row_that_a_table_does_not_take_is_reported(
        self, schema, words, tmp_path
    ):
        """Such a row is not there already, and the next run must try again."""
        laid_out(tmp_path, inference(3))
        run(tmp_path / "sql_store.db", f"CREATE TABLE inference_store ({schema})")
        if "UNIQUE" in schema:
            other = "INSERT INTO inference_store VALUES ('other', 1, NULL)"
            run(tmp_path / "sql_store.db", other)
        before = contents(tmp_path)
        for _ in range(2):
            done = copy(tmp_path)
            assert done.code == 2
            assert words in done.err
            assert contents(tmp_path) == before

    def test_a_table_without_row_numbers_is_copied(self, tmp_path):
        laid_out(tmp_path)
        table = "CREATE TABLE chat_completions (id TEXT PRIMARY KEY, owner_principal TEXT) WITHOUT ROWID"
        run(
            tmp_path / "inference.db",
            table,
            "INSERT INTO chat_completions VALUES ('a', NULL), ('b', 'me')",
        )
        assert copy(tmp_path).code == 0
        assert [
            row["id"] for row in contents(tmp_path)["sql_store.db"]["inference_store"]
        ] == ["a", "b"]
        assert verify(tmp_path).code == 0
        assert "rows copied: 0, completed: 0" in copy(tmp_path, "--again").out

    def test_a_table_without_a_key_is_copied_only_into_an_empty_table(self, tmp_path):
        """Its rows are copied once, equal ones too; nothing is added to a table with rows, since any may be there."""
        laid_out(tmp_path, releases=LATER)
        rows = (
            "INSERT INTO chat_completions VALUES ('a', NULL), ('b', 'me'), ('b', 'me')"
        )
        run(
            tmp_path / "inference.db",
            "CREATE TABLE chat_completions (id TEXT, owner_principal TEXT)",
            rows,
        )
        assert copy(tmp_path, *LATER).code == 0
        found = contents(tmp_path)["sql_store.db"]["inference_store"]
        assert found == [
            {"id": each, "owner_principal": owner, "access_attributes": None}
            for each, owner in (("a", ""), ("b", "me"), ("b", "me"))
        ]
        assert verify(tmp_path, *LATER).code == 0
        done = copy(tmp_path, *LATER, "--again")
        assert done.code == 3
        assert (
            "action required: 3 of 'inference' not copied: table inference_store has no primary key, "
            "so rows of both databases cannot be matched" in done.out
        )
        assert contents(tmp_path)["sql_store.db"]["inference_store"] == found
        run(tmp_path / "sql_store.db", "DELETE FROM inference_store WHERE id = 'b'")
        assert verify(tmp_path, *LATER).code == 1

    def test_a_backup_is_a_database_and_never_overwritten(self, tmp_path):
        laid_out(tmp_path, releases=LATER)
        make(tmp_path, {"kvstore.db": {"kvstore": {"a": "b"}}})
        (tmp_path / "kvstore.db.bak").write_text("mine")
        done = copy(tmp_path)
        assert (
            f"{tmp_path}/kvstore.db is kept as {tmp_path}/kvstore.db.bak.1" in done.out
        )
        assert (tmp_path / "kvstore.db.bak").read_text() == "mine"
        with closing(sqlite3.connect(tmp_path / "kvstore.db.bak.1")) as backup:
            rows = backup.execute("SELECT key, value FROM kvstore").fetchall()
        assert rows == [("a", "b")]


class TestMessages:
    """What a report must not say."""

    def test_two_stores_of_one_provider_are_not_one_that_goes_to_two_places(
        self, tmp_path
    ):
        provider = """\
providers:
  responses:
  - provider_id: mine
    provider_type: inline::builtin
    config:
      persistence:
        agent_state: {backend: kv_default, namespace: agents}
        responses: {backend: sql_default, table_name: responses, max_write_queue_size: 10000, num_writers: 4}
"""
        old = f"version: 2\ndistro_name: demo\n{provider}{CATALOG}"
        (tmp_path / "old.yaml").write_text(old)
        (tmp_path / "new.yaml").write_text(old.replace("db_path: ", "db_path: new/"))
        make(
            tmp_path,
            {"sql_store.db": {"responses": [{"id": "r", "owner_principal": ""}]}},
        )
        options = ("--from", "0.7.3", "--target", "0.7.3")
        done = run_here(
            "data",
            "plan",
            "old.yaml",
            "new.yaml",
            *options,
            cwd=tmp_path,
            HOME=str(tmp_path),
        )
        assert done.code == 0, done.err
        assert done.out.count("responses mine") == 1
        assert "'responses mine agents'" not in done.out
        assert "places" not in done.out


class TestUnmoved:
    """Rows that no plan moves are reported, and change the exit code if they need action."""

    def test_rows_of_a_provider_that_the_new_config_lacks_need_action(self, tmp_path):
        laid_out(
            tmp_path,
            {**AGENTS, "batches.db": {"kvstore": {"batch:1": {}, "batch:2": {}}}},
        )
        text = (tmp_path / "new.yaml").read_text()
        (tmp_path / "new.yaml").write_text(
            text[: text.index("  batches:")] + text[text.index("storage:") :]
        )
        done = copy(tmp_path)
        assert done.code == 3
        assert (
            f"action required: 2 batches of 'batches reference' ({tmp_path}/"
            not in done.out
        )
        assert (
            "action required: 2 batches of 'batches reference' (batches.db) are not copied: no 'reference' in the new"
            in done.out
        )

    @pytest.mark.parametrize("target", ["0.4.5", "0.7.3", "1.0.4"])
    def test_rows_of_an_api_that_the_new_release_lacks_are_reported(
        self, target, tmp_path
    ):
        """0.4 to 0.8 have the store of agents, and read nothing of it."""
        laid_out(tmp_path)
        releases = ("--from", "0.2.23", "--target", target)
        run_here(
            "migrate",
            *releases,
            "--allow-partial",
            "old.yaml",
            "-o",
            "new.yaml",
            cwd=tmp_path,
        )
        make(tmp_path, inference(1))
        done = run_here(
            "data",
            "copy",
            "old.yaml",
            "new.yaml",
            *releases,
            cwd=tmp_path,
            HOME=str(tmp_path),
        )
        assert done.code == 0
        assert (
            "info: 20 agents, sessions, turns of 'agents mine' (agents.db) are not copied: "
            "the agents API was removed in 0.4.0" in done.out
        )
        found = contents(tmp_path).get("kvstore.db", {}).get("kvstore", {})
        assert not [key for key in found if "agent:" in key]

    def test_a_store_without_rows_is_not_reported(self, tmp_path):
        laid_out(tmp_path)
        make(tmp_path, {"batches.db": {"kvstore": {}}})
        text = (tmp_path / "new.yaml").read_text()
        (tmp_path / "new.yaml").write_text(
            text[: text.index("  batches:")] + text[text.index("storage:") :]
        )
        done = copy(tmp_path)
        assert (done.code, "batches" in done.out) == (0, False)


def forget(path: Path, table: str, condition: str) -> None:
    """Delete rows, as a user of the new server does."""
    with closing(sqlite3.connect(path)) as connection:
        done = connection.execute(f"DELETE FROM {table} WHERE {condition}")
        assert done.rowcount == 1
        connection.commit()


class TestAgain:
    """What a second run does after the new server was used."""

    def test_a_deleted_row_stays_deleted(self, tmp_path):
        laid_out(tmp_path)
        copy(tmp_path)
        forget(tmp_path / "kvstore.db", "kvstore", "key = 'agent:3'")
        done = copy(tmp_path)
        assert done.code == 0
        assert "done before" in done.out
        assert "1 of 6 stores were copied before" in done.out
        assert "agent:3" not in contents(tmp_path)["kvstore.db"]["kvstore"]
        assert copy(tmp_path, "--again").code == 0
        assert "agent:3" in contents(tmp_path)["kvstore.db"]["kvstore"]

    @pytest.mark.parametrize(
        "releases", [(), ("--target", "0.4.5"), ("--from", "0.2.20", "--target", "0.4")]
    )
    def test_a_deleted_row_stays_deleted_for_other_releases_too(
        self, releases, tmp_path
    ):
        batches = {f"batch:{number}": {"id": number} for number in range(5)}
        databases = {"batches.db": {"kvstore": batches}, **inference(4)}
        laid_out(tmp_path, databases, releases=LATER)
        copy(tmp_path, *LATER)
        forget(tmp_path / "sql_store.db", "inference_store", "id = 'chat-1'")
        forget(tmp_path / "kvstore.db", "kvstore", "key = 'batch:3'")
        done = run_here(
            "data",
            "copy",
            "old.yaml",
            "new.yaml",
            *releases,
            cwd=tmp_path,
            HOME=str(tmp_path),
        )
        assert done.code == 0, done.err
        assert "rows copied: 0" in done.out
        found = contents(tmp_path)
        assert [row["id"] for row in found["sql_store.db"]["inference_store"]] == [
            "chat-0",
            "chat-2",
            "chat-3",
        ]
        assert "batch:2" in found["kvstore.db"]["kvstore"]
        assert "batch:3" not in found["kvstore.db"]["kvstore"]

    def test_a_later_release_completes_the_rows_that_are_present(self, tmp_path):
        """Rows came for 0.3.5; 0.4.5 reads them in the same place, but wants an owner in each."""
        laid_out(tmp_path, inference(4), releases=LATER)
        assert copy(tmp_path).code == 0
        forget(tmp_path / "sql_store.db", "inference_store", "id = 'chat-1'")
        assert "rows copied: 0, completed: 1" in copy(tmp_path, *LATER).out
        rows = contents(tmp_path)["sql_store.db"]["inference_store"]
        owners = [("chat-0", "me"), ("chat-2", "me"), ("chat-3", "")]
        assert [(row["id"], row["owner_principal"]) for row in rows] == owners
        assert "rows copied: 0, completed: 0" in copy(tmp_path, *LATER).out

    def test_rows_that_stay_are_completed_by_each_of_several_upgrades(self, tmp_path):
        """The registry of 0.2.5 has new keys in 0.2.12, and others in 0.3.5."""
        text = "version: 2\nimage_name: demo\nproviders: {}\nmetadata_store: {type: sqlite, db_path: kvstore.db}\n"
        (tmp_path / "old.yaml").write_text(text)
        (tmp_path / "last.yaml").write_text(
            f"version: 2\nimage_name: demo\nproviders: {{}}\n{CATALOG}"
        )
        group = {
            "identifier": "a::b",
            "provider_id": "mcp",
            "type": "tool_group",
            "owner": None,
        }
        make(
            tmp_path,
            {
                "kvstore.db": {
                    "kvstore": {"distributions:registry:v8::tool_group:a::b": group}
                }
            },
        )
        text = "providers: {tool_runtime: [{provider_id: mcp, provider_type: 'remote::model-context-protocol'}]}"
        for name in ("old.yaml", "last.yaml"):
            (tmp_path / name).write_text(
                (tmp_path / name).read_text().replace("providers: {}", text)
            )

        def upgraded(new: str, source: str, target: str) -> list[str]:
            releases = ("--from", source, "--target", target)
            done = run_here(
                "data",
                "copy",
                "old.yaml",
                new,
                *releases,
                cwd=tmp_path,
                HOME=str(tmp_path),
            )
            assert done.code == 0, done.out + done.err
            return [
                key.split(":")[2] for key in contents(tmp_path)["kvstore.db"]["kvstore"]
            ]

        assert upgraded("old.yaml", "0.2.5", "0.2.12") == ["v8", "v9"]
        assert upgraded("last.yaml", "0.2.12", "0.3.5") == ["v10", "v8", "v9"]
        forget(tmp_path / "kvstore.db", "kvstore", "key LIKE '%:v10:%'")
        assert upgraded("last.yaml", "0.2.12", "0.4.5") == ["v8", "v9"]

    def test_an_empty_store_is_not_recorded_as_done(self, tmp_path):
        laid_out(tmp_path)
        copy(tmp_path)
        make(tmp_path, inference(1))
        assert "rows copied: 1" in copy(tmp_path).out
        assert len(contents(tmp_path)["sql_store.db"]["inference_store"]) == 1

    def test_a_row_that_the_new_server_changed_stays(self, tmp_path):
        laid_out(tmp_path)
        copy(tmp_path)
        change = "UPDATE kvstore SET value = 'changed' WHERE key = 'agent:3'"
        run(tmp_path / "kvstore.db", change)
        done = copy(tmp_path, "--again")
        assert done.code == 3
        assert (
            "1 of 'agents mine' exist with other content, which was kept: agent:3"
            in done.out
        )
        assert contents(tmp_path)["kvstore.db"]["kvstore"]["agent:3"] == "changed"


@pytest.mark.parametrize("layout", ["consolidate", "preserve"])
def test_a_copy_killed_at_random_moments_can_be_repeated(layout, tmp_path):
    """Killed again and again, a copy that is repeated ends like one that was not disturbed."""
    databases = {
        "agents.db": {
            "kvstore": {f"agent:{n}": {"text": "x" * 200} for n in range(20_000)}
        },
        **inference(20_000),
        "batches.db": {"kvstore": {f"batch:{n}": {} for n in range(2_000)}},
    }
    undisturbed = tmp_path / "undisturbed"
    undisturbed.mkdir()
    laid_out(undisturbed, databases, layout)
    old = {name: (undisturbed / name).read_bytes() for name in databases}
    begun = time.monotonic()
    assert copy(undisturbed).code == 0
    took = time.monotonic() - begun
    expected = contents(undisturbed)
    disturbed = tmp_path / "disturbed"
    chance = random.Random(7)
    kills = 0
    while kills < budget(6):
        shutil.rmtree(disturbed, ignore_errors=True)
        disturbed.mkdir()
        for name in ("old.yaml", "new.yaml"):
            shutil.copy(undisturbed / name, disturbed / name)
        for name, data in old.items():
            (disturbed / name).write_bytes(data)
        for _ in range(3):
            kills += killed(disturbed, chance.uniform(0.2 * took, 1.1 * took))
            if layout == "consolidate":
                assert {name: (disturbed / name).read_bytes() for name in old} == old
        assert copy(disturbed).code == 0
        assert contents(disturbed) == expected
        backups = {path.name for path in disturbed.iterdir() if ".bak" in path.name}
        assert backups == {
            path.name for path in undisturbed.iterdir() if ".bak" in path.name
        }
    if layout == "consolidate":
        assert {name: (undisturbed / name).read_bytes() for name in old} == old


def killed(folder: Path, seconds: float) -> bool:
    """Start a copy and kill it; whether it was still running."""
    return killed_after(start_copy(folder, RELEASES), seconds)


def test_rows_are_counted_as_they_are_read(tmp_path):
    laid_out(tmp_path)
    move, upgrade = a_move(tmp_path, tmp_path / "kvstore.db")
    readers = Readers()
    told: list[int] = []
    assert isinstance(move, Move)
    assert count_rows(move, upgrade, readers) == 20
    [tally] = copy_moves(move.target.database, [move], upgrade, readers, told.append)
    readers.close()
    assert (tally.rows, tally.added, sum(told)) == (20, 20, 20)


@pytest.mark.parametrize(
    ("mode", "told"), [("multi", True), ("single", False), ("disabled", False)]
)
def test_a_plan_reports_rows_that_no_tenant_will_see(mode, told, tmp_path):
    """In the mode `single` the server gives its tenant to rows without one."""
    case = ROOT / "fixtures" / "data" / "tenants"
    for name in ("old.yaml", "new.yaml"):
        (tmp_path / name).write_text(
            (case / name).read_text().replace("mode: multi", f"mode: {mode}")
        )
    make(tmp_path, json.loads((case / "before.json").read_text()))
    releases = ("--from", "1.1.0", "--target", "1.5.0")
    done = run_here(
        "data",
        "plan",
        "old.yaml",
        "new.yaml",
        *releases,
        cwd=tmp_path,
        HOME=str(tmp_path),
    )
    assert (
        "action required: 2 of 'responses mine' left as they are: 1.5.0 shows nobody a row without"
        in done.out
    ) == told
    done = run_here(
        "data",
        "copy",
        "old.yaml",
        "new.yaml",
        *releases,
        cwd=tmp_path,
        HOME=str(tmp_path),
    )
    assert done.code == (3 if told else 0)


OLD_HOME = """\
version: 2
image_name: x
apis: [inference]
providers: {inference: [{provider_id: v, provider_type: "remote::vllm", config: {base_url: "http://h/v1"}}]}
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: FOLDER/kv.db}
    sql_default: {type: sql_sqlite, db_path: FOLDER/sql.db}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: inference_store}
    conversations: {backend: sql_default, table_name: openai_conversations}
    prompts: {backend: kv_default, namespace: prompts}
"""


@pytest.mark.parametrize("moved", [False, True], ids=["before the start", "after it"])
@pytest.mark.parametrize("folder", [".llama", "HOME/.llama"])
def test_files_that_the_new_config_has_in_the_old_home_folder_are_named(
    moved, folder, tmp_path
):
    """The server of 1.5.0 moved the folder at its start, and answered with no rows."""
    folder = folder.replace("HOME", str(tmp_path))
    (tmp_path / "old.yaml").write_text(OLD_HOME.replace("FOLDER", folder))
    prompt = {"prompts:v1:pmpt_1:1": {"prompt_id": "pmpt_1", "prompt": "x"}}
    make(tmp_path, {".llama/kv.db": {"kvstore": prompt}})
    command = ("old.yaml", "new.yaml", "--from", "0.7.3", "--target", "1.5.0")
    here: dict[str, Any] = {"cwd": tmp_path, "HOME": str(tmp_path)}
    options = ("--from", "0.7.3", "--target", "1.5.0", "--layout", "preserve")
    run_here("migrate", "old.yaml", *options, "-o", "new.yaml", **here)
    if moved:
        (tmp_path / ".llama").rename(tmp_path / ".ogx")
    copied = run_here("data", "copy", *command, **here)
    assert copied.code == 2
    assert "nothing was copied: the new config has files with rows in" in copied.err
    verified = run_here("data", "verify", *command, **here)
    assert verified.code == 1
    assert "1 prompts of 'prompts'" in verified.out
    # as the message says
    if not moved:
        here["OGX_CONFIG_DIR"] = str(tmp_path / ".llama")
        assert run_here("data", "copy", *command, **here).code == 0
        assert run_here("data", "verify", *command, **here).code == 0


def test_relative_paths_are_looked_up_where_the_server_was_started(tmp_path):
    """A command in another folder finds other rows, but none of these."""
    there = tmp_path / "there"
    there.mkdir()
    text = OLD_HOME.replace("FOLDER/kv.db", "data/kv.db")
    text = text.replace("FOLDER", str(tmp_path))
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(text)
    prompt = {"prompts:v1:pmpt_1:1": {"prompt_id": "pmpt_1", "prompt": "x"}}
    make(there, {"data/kv.db": {"kvstore": prompt}})
    with closing(sqlite3.connect(tmp_path / "sql.db")) as connection:
        connection.execute("CREATE TABLE inference_store (id TEXT PRIMARY KEY)")
    releases = ("--from", "0.7.3", "--target", "1.5.0")
    run_here("migrate", old, *releases, "-o", new, cwd=tmp_path)
    command = (old, new, *releases)
    copied = run_here("data", "copy", *command, cwd=tmp_path, HOME=str(tmp_path))
    assert copied.code == 3
    assert "run this in the folder where the server was started" in copied.out
    verified = run_here("data", "verify", *command, cwd=tmp_path, HOME=str(tmp_path))
    assert verified.code == 3
    for action in ("copy", "verify"):
        done = run_here("data", action, *command, cwd=there, HOME=str(tmp_path))
        assert done.code == 0, done.out
