"""A copy that cannot go on says so in one line, leaves nothing half written, and goes on from there later."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.data.conftest import MakeSide
from tests.support.background_copies import start_copy
from tests.support.copy_sides import (
    RELEASES,
    Files,
    Postgres,
    Redis,
    fill,
    write_configs,
)
from tests.support.in_process import run_here
from tests.support.postgres import PASSWORD, USER, server
from tests.support.redis import free_port, redis_server
from tests.support.running import Done

SLOWLY = ("--rate", "1000", "--while-running")


def filled(folder: Path, count: int = 3_000) -> Files:
    files = Files(folder, "first")
    keys = [(f"prompts:v1:p{n}:1", "x" * 100, None) for n in range(count)]
    rows = [
        (f"c{n}", n, "m", "{}", 1, None, 0.5, "note" * 30, None, "", None)
        for n in range(count)
    ]
    fill(files, keys, rows)
    return files


def copy(folder: Path, *more: str) -> Done:
    words = ("data", "copy", "old.yaml", "new.yaml", *RELEASES, *more)
    return run_here(*words, cwd=folder, HOME=str(folder))


def refused(folder: Path) -> str:
    """Return the one line with which a copy is refused."""
    done = copy(folder)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1), done.err
    assert PASSWORD not in done.err
    return done.err


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@contextmanager
def small_disk(folder: Path, kilobytes: int = 600) -> Iterator[Path]:
    """A small disk, where this user may mount one."""
    disk = folder / "small"
    disk.mkdir()
    size = f"size={kilobytes}k"
    command = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(command, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.mark.parametrize("engine", ["postgres", "redis"])
def test_a_disk_that_gets_full_is_named(
    make_side: MakeSide, tmp_path: Path, engine: str
) -> None:
    source = make_side(engine, "origin")
    write_configs(tmp_path, filled(tmp_path), source)
    assert copy(tmp_path).code == 0
    with small_disk(tmp_path) as disk:
        write_configs(tmp_path, source, Files(tmp_path, "small/second"))
        error = refused(tmp_path)
        assert "the disk is full" in error or "has 0.6 MiB free" in error
        # the KV database may have had room, and is whole then
        left = [path.name for path in disk.iterdir()]
        assert left == (["second.kv.db"] if "(done: " in error else [])
    write_configs(tmp_path, source, Files(tmp_path, "second"))
    assert copy(tmp_path).code == 0


@pytest.mark.parametrize(
    ("kilobytes", "words"),
    [
        (600, "No space left on device; the disk"),
        # half a page of the database fits
        (604, "wrote only 4096 of 8192 bytes at block"),
    ],
)
def test_the_full_disk_of_postgres_is_no_fault_of_a_row(
    tmp_path: Path, kilobytes: int, words: str
) -> None:
    files = filled(tmp_path)
    # the server cannot enter the folders of pytest
    with server() as running, small_disk(running.folder, kilobytes) as disk:
        disk.chmod(0o755)
        space = disk / "space"
        space.mkdir()
        shutil.chown(space, (running.folder / "data").owner())
        with running.connect() as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{space}'")
        target = Postgres(running, "tiny")
        target.empty()
        with running.connect() as connection:
            connection.execute("ALTER DATABASE tiny SET default_tablespace = small")
        write_configs(tmp_path, files, target)
        error = refused(tmp_path)
        assert words in error
        assert "the disk of the database server is full; nothing was written" in error
        assert "HINT" not in error
        assert "does not take the row" not in error
        assert "CONTEXT" not in error
        assert target.contents() == {}
        with running.connect() as connection:
            connection.execute("ALTER DATABASE tiny RESET default_tablespace")
        assert copy(tmp_path).code == 0


def test_a_row_that_postgres_does_not_take_is_still_named(
    make_side: MakeSide, tmp_path: Path
) -> None:
    files, target = filled(tmp_path, 5), make_side("postgres", "strict")
    files.execute("sql", "UPDATE completions SET note = ? WHERE id = 'c3'", "a\0b")
    write_configs(tmp_path, files, target)
    assert "does not take the row 'c3' of table completions: " in refused(tmp_path)


def test_rows_of_another_schema_are_not_seen(
    make_side: MakeSide, tmp_path: Path
) -> None:
    source, target = make_side("postgres", "origin"), make_side("sqlite", "second")
    write_configs(tmp_path, filled(tmp_path, 5), source)
    assert copy(tmp_path).code == 0
    tables = ("llamastack_kvstore", "completions", "conversation_items")
    source.execute("kv", "CREATE SCHEMA elsewhere")
    for table in (*tables, "openai_conversations"):
        source.execute("kv", f"ALTER TABLE {table} SET SCHEMA elsewhere")
    write_configs(tmp_path, source, target)
    assert "none of the old databases has a table of a server" in refused(tmp_path)
    words = ("data", "verify", "old.yaml", "new.yaml", *RELEASES)
    assert run_here(*words, cwd=tmp_path, HOME=str(tmp_path)).code == 3
    assert not target.is_begun()


def test_a_source_that_may_not_be_read_is_refused(
    make_side: MakeSide, tmp_path: Path
) -> None:
    source, target = make_side("postgres", "origin"), make_side("sqlite", "second")
    write_configs(tmp_path, filled(tmp_path, 5), source)
    assert copy(tmp_path).code == 0
    source.execute("kv", "DROP ROLE IF EXISTS poor")
    source.execute("kv", f"CREATE ROLE poor LOGIN PASSWORD '{PASSWORD}'")
    write_configs(tmp_path, source, target)
    replace(tmp_path / "old.yaml", f"user: {USER}", "user: poor")
    assert "permission denied for table llamastack_kvstore; ask" in refused(tmp_path)
    source.execute("kv", "ALTER ROLE poor CONNECTION LIMIT 0")
    assert 'too many connections for role "poor"' in refused(tmp_path)
    assert not target.is_begun()


def test_a_user_of_redis_who_may_only_read_is_refused(tmp_path: Path) -> None:
    rights = ("+@read", "+@connection", "+info", "+client|list")
    with redis_server("--user", "reader", "on", ">x", "~*", *rights) as running:
        target = Redis(running, Files(tmp_path, "second"))
        write_configs(tmp_path, filled(tmp_path, 5), target)
        replace(tmp_path / "new.yaml", "host: 127", "host: 'reader:x@127")
        replace(tmp_path / "new.yaml", "0.0.1, port", "0.0.1', port")
        error = refused(tmp_path)
        assert "this user has no permissions to run the" in error
        assert "ask for the right to read and write these keys" in error
        assert not target.is_begun()


def test_a_redis_server_that_demands_tls_is_explained(tmp_path: Path) -> None:
    """The servers connect to `redis://HOST:PORT`, so there is nothing to set."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    paths = ("-keyout", key, "-out", certificate, "-subj", "/CN=localhost")
    subprocess.run([*command, *paths], capture_output=True, check=True)
    port = str(free_port())
    files = ("--tls-cert-file", str(certificate), "--tls-key-file", str(key))
    options = ("--tls-port", port, "--tls-auth-clients", "no", *files)
    with redis_server(*options) as running:
        target = Redis(running, Files(tmp_path, "second"))
        write_configs(tmp_path, filled(tmp_path, 5), target)
        replace(tmp_path / "new.yaml", str(running.port), port)
        error = refused(tmp_path)
        assert "see whether the server runs, and without TLS" in error
        assert not target.is_begun()
        write_configs(tmp_path, Files(tmp_path, "first"), target)
        assert copy(tmp_path).code == 0


def test_a_redis_server_that_cannot_save_is_explained(tmp_path: Path) -> None:
    with redis_server("--enable-protected-configs", "yes") as running:
        lost = tmp_path / "lost"
        lost.mkdir()
        with running.connect() as client:
            client.config_set("dir", str(lost))
            client.set("a", "b")
            lost.rmdir()
            client.config_set("save", "1 1")
            client.bgsave()
            while client.info("persistence")["rdb_last_bgsave_status"] == "ok":
                time.sleep(0.05)
        target = Redis(running, Files(tmp_path, "second"))
        write_configs(tmp_path, filled(tmp_path, 5), target)
        assert "the server cannot save to its disk: see its log" in refused(tmp_path)
        assert not any(tmp_path.glob("second*"))


@pytest.mark.parametrize("engine", ["postgres", "redis"])
def test_a_variable_that_is_missing_is_named(
    make_side: MakeSide, tmp_path: Path, engine: str
) -> None:
    files, target = filled(tmp_path, 5), make_side(engine, "second")
    write_configs(tmp_path, files, target)
    replace(tmp_path / "new.yaml", "host: 127.0.0.1", "host: '${env.NO_SUCH_HOST}'")
    error = refused(tmp_path)
    assert error.startswith("error: the variable NO_SUCH_HOST is not set, and the ")
    assert not target.is_begun()


@pytest.mark.parametrize(
    ("old", "new"),
    [("postgres", "sqlite"), ("sqlite", "postgres"), ("redis", "sqlite")],
)
def test_a_server_that_goes_away_in_mid_copy_is_one_line(
    tmp_path: Path, old: str, new: str
) -> None:
    """It is stopped as by a crash, and what was written of the database is gone."""
    starts: Any = {"postgres": server, "redis": redis_server}
    engine = new if old == "sqlite" else old
    with starts[engine]() as running:
        sides: dict[str, Any] = {
            "postgres": Postgres(running, "apart"),
            "redis": Redis(running, Files(tmp_path, "beside")),
        }
        files = filled(tmp_path)
        side = sides[engine]
        side.empty()
        source, target = files, side
        if new == "sqlite":
            write_configs(tmp_path, files, side)
            assert copy(tmp_path).code == 0
            source, target = side, Files(tmp_path, "second")
        write_configs(tmp_path, source, target)
        process = start_copy(tmp_path, (*RELEASES, *SLOWLY, "--log-file", "log"))
        wait_for(tmp_path / "log", process)
        running.stop()
        out, err = process.communicate()
        assert (process.returncode, out, err.count("\n")) == (2, "", 1), err
        assert "continue with: stackcfg data copy" in err
        # either a database was finished before, or nothing is there
        assert ("(done: " in err) is any(tmp_path.glob("second*"))
        assert ("(done: " in err) is not ("; nothing was written" in err) or (
            engine == "redis"
        )
        running.start()
        if engine == "postgres":
            assert copy(tmp_path).code == 0


def wait_for(log: Path, process: subprocess.Popen[str]) -> None:
    """Wait until a slow copy has begun."""
    while process.poll() is None:
        if log.exists() and log.read_text():
            break
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    # into its rows, of which it copies 1,000 a second
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(2)
