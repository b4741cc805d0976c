"""What an operator meets at night: parts of a copy, backups elsewhere, and databases that refuse, each in one line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.data.test_data_across_engines import fill_files, run, write_configs
from tests.data.test_data_left_rows import ROWS, data, keys_of, write
from tests.support.databases import make
from tests.support.postgres import PASSWORD, Server, server

TLS_ONLY = "hostssl all all 127.0.0.1/32 scram-sha-256\n"


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with server() as found:
        found.create("new")
        with found.connect() as connection:
            connection.execute(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")
            connection.execute(
                f"CREATE ROLE frozen SUPERUSER LOGIN PASSWORD '{PASSWORD}'"
            )
            connection.execute(
                "ALTER ROLE frozen SET default_transaction_read_only = on"
            )
            connection.execute(
                f"CREATE ROLE lost SUPERUSER LOGIN PASSWORD '{PASSWORD}'"
            )
            connection.execute("ALTER ROLE lost SET search_path = nowhere")
        yield found


def refused(folder: Path, running: Server, user: str, more: str = "") -> str:
    """The one line by which a copy for a user of the new database is refused."""
    if not (folder / "first.kv.db").exists():
        fill_files(folder, "first")
    write_configs(folder, "first", "db:new")
    path = folder / "new.yaml"
    path.write_text(path.read_text().replace("user: llama", f"user: {user}{more}"))
    done = run("copy", folder, running)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1), done.err
    assert PASSWORD not in done.err
    with running.connect("new") as connection:
        assert (
            connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall()
            == []
        )
    return str(done.err)


@pytest.mark.parametrize(
    ("user", "more", "words"),
    [
        (
            "reader",
            "",
            "permission denied for schema public; ask for the right to read and write these tables",
        ),
        (
            "frozen",
            "",
            "in a read-only transaction; this user, or this server, may only read",
        ),
        (
            "lost",
            "",
            "no schema has been selected to create in; the search_path of this user names no schema",
        ),
        (
            "stranger",
            "",
            'password authentication failed for user "stranger"; see whether user and password are',
        ),
        (
            "llama",
            ", ssl_mode: require",
            "SSL was required; the config demands TLS ('ssl_mode')",
        ),
    ],
)
def test_a_database_that_refuses_is_explained_in_one_line(
    running, tmp_path, user, more, words
):
    assert words in refused(tmp_path, running, user, more)


def test_a_server_that_demands_tls_is_explained(running, tmp_path):
    rules = running.folder / "data" / "pg_hba.conf"
    before = rules.read_text()
    rules.write_text(TLS_ONLY)
    running.run("pg_ctl", "reload", "-D", str(running.folder / "data"))
    try:
        fill_files(tmp_path, "first")
        write_configs(tmp_path, "first", "db:new")
        done = run("copy", tmp_path, running)
    finally:
        rules.write_text(before)
        running.run("pg_ctl", "reload", "-D", str(running.folder / "data"))
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "or only with TLS: see 'ssl_mode', and its pg_hba.conf" in done.err


def test_only_the_named_stores_are_copied(tmp_path):
    write(tmp_path, "chroma", "chroma")
    make(tmp_path, ROWS)
    done = data("copy", tmp_path, "--only", "vector_io chroma")
    assert done.code == 0, done.err
    assert len(keys_of(tmp_path, "new/chroma.db")) == 1
    assert not (tmp_path / "new" / "kv.db").exists()
    assert data("verify", tmp_path, "--only", "vector_io chroma").code == 0
    assert data("verify", tmp_path).code == 1
    done = data("plan", tmp_path, "--only", "chroma")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "no store 'chroma'; there are 'connectors', 'conversations', " in done.err
    assert data("copy", tmp_path).code == 0
    assert data("verify", tmp_path).code == 0


def test_backups_go_to_the_named_folder(tmp_path: Path) -> None:
    write(tmp_path, "chroma", "chroma")
    present: dict[str, Any] = {"new/kv.db": {"kvstore": {"a": "1"}}}
    make(tmp_path, {**ROWS, **present})
    (tmp_path / "kept").mkdir()
    done = data("copy", tmp_path, "--backup-dir", "kept")
    assert done.code == 0, done.err
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["kv.db.bak"]
    assert [*(tmp_path / "new").glob("*.bak")] == []
