"""A PostgreSQL server of our own: from the system's packages, in a temporary folder, on a free port of this machine.

Where there is none the tests that need it are skipped; in CI that is a failure.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

USER = "llama"
PASSWORD = "s3cret-w0rd"


@dataclass(frozen=True)
class Server:
    """A running server: where its programs and its data are, and its port."""

    programs: Path
    folder: Path
    port: int

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs as its user."""
        _run([str(self.programs / program), *arguments])

    def copy(self, data: Path, name: str) -> None:
        """Copy a folder of the server's user into that of this server."""
        _run(["cp", "-a", str(data), str(self.folder / name)])

    def connect(self, database: str = "postgres") -> Any:
        """A connection as the owner of everything."""
        import psycopg

        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            dbname=database,
            user=USER,
            password=PASSWORD,
            autocommit=True,
        )

    def create(self, database: str, like: str = "template1") -> None:
        """Make a database anew, with all that is in another one."""
        with self.connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {database} TEMPLATE {like}")

    def stop(self) -> None:
        """Stop it at once, as a crash would."""
        self.run("pg_ctl", "stop", "-D", str(self.folder / "data"), "-m", "immediate")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        log = str(self.folder / "log")
        self.run(
            "pg_ctl",
            "start",
            "-w",
            "-D",
            str(self.folder / "data"),
            "-l",
            log,
            "-o",
            options,
        )


def _run(command: list[str]) -> None:
    """Run a command; the server refuses to be run by root, so then as the user of its package."""
    if os.geteuid() == 0:
        command = [
            "setpriv",
            f"--reuid={_owner()}",
            f"--regid={_owner()}",
            "--clear-groups",
            *command,
        ]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
    if done.returncode:
        raise AssertionError(f"{command}: {done.stdout}{done.stderr}")


def _owner() -> str:
    return next((name for name in ("postgres", "nobody") if _known(name)), "nobody")


def _known(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def programs() -> Path | None:
    """Where the server's programs are."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    return next(
        iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None
    )


@cache
def _new_data(where: Path) -> Path:
    """What initdb makes; it is removed at the end of the process."""
    folder = Path(tempfile.mkdtemp(prefix="stackcfg-initdb-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    password = folder / "password"
    password.write_text(PASSWORD)
    _give(folder)
    _give(password)
    data = folder / "data"
    command = [
        "initdb",
        "-D",
        str(data),
        "-U",
        USER,
        "-A",
        "scram-sha-256",
        "--no-sync",
    ]
    Server(where, folder, 0).run(*command, "--pwfile", str(password))
    return data


def _give(path: Path) -> None:
    """Give a path to the user of the server."""
    path.chmod(0o755)
    if os.geteuid() == 0:
        shutil.chown(path, _owner())


@contextmanager
def server(where: Path | None = None) -> Iterator[Server]:
    """A new server, for as long as it is needed; of these programs, or of those that the machine has."""
    where = where or programs()
    if where is None or not (where / "initdb").exists():
        message = (
            "no PostgreSQL server on this machine (Debian: apt-get install postgresql)"
        )
        if os.environ.get("CI", "").lower() in ("true", "1"):
            pytest.fail(message)
        pytest.skip(message)
    with (
        tempfile.TemporaryDirectory(prefix="stackcfg-postgres-") as name,
        socket.socket() as probe,
    ):
        folder = Path(name)
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        _give(folder)
        made = Server(where, folder, port)
        # a copy takes a tenth of the time of initdb
        made.copy(_new_data(where), "data")
        made.start()
        try:
            yield made
        finally:
            made.stop()
