"""A Redis server of our own: from the system's packages, in a temporary folder, on a free port of this machine.

Where there is none the tests that need it are skipped; in CI that is a failure.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest


def skip_or_fail(message: str) -> None:
    """Skip a test; fail it in CI, where everything must be there."""
    if os.environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(message)
    pytest.skip(message)


def free_port() -> int:
    """Return a port of this machine on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass
class RedisServer:
    """A running server: its data folder, its port, its options."""

    folder: Path
    port: int
    options: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process = subprocess.Popen(
            [
                *("redis-server", "--port", str(self.port), "--bind", "127.0.0.1"),
                *("--dir", str(self.folder), "--save", "", "--daemonize", "no"),
                *self.options,
            ],
            stdout=subprocess.DEVNULL,
        )
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("redis-server does not answer")

    def stop(self) -> None:
        """Stop it at once, as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def connect(self, **options: Any) -> Any:
        """Return a client that reads strings."""
        import redis

        return redis.Redis(port=self.port, decode_responses=True, **options)

    def empty(self) -> Any:
        """Delete everything; return a client."""
        client = self.connect()
        client.flushall()
        return client


@contextmanager
def redis_server(*options: str) -> Iterator[RedisServer]:
    """A new server, for as long as it is needed."""
    pytest.importorskip("redis")
    if shutil.which("redis-server") is None:
        skip_or_fail(
            "no Redis server on this machine (Debian: apt-get install redis-server)"
        )
    with tempfile.TemporaryDirectory(prefix="stackcfg-redis-") as name:
        made = RedisServer(Path(name), free_port(), options)
        try:
            made.start()
            yield made
        finally:
            made.stop()
