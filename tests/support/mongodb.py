"""A server that speaks the protocol of MongoDB, of our own, in a temporary folder, on a free port of this machine.

It is SecantusDB (a package of PyPI on WiredTiger, the storage engine of MongoDB): the server of MongoDB itself is in no
package registry. Where it is missing the tests that need it are skipped; in CI that is a failure.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.redis import free_port, skip_or_fail

DATABASE = "llamastack"
COLLECTION = "llamastack_kvstore"
USER = "llama"
PASSWORD = "s3cret-w0rd"


@dataclass
class MongoServer:
    """A running server: its data folder and its port."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self, *options: str) -> None:
        """Start it, and wait until it answers."""
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "secantus", "--standalone"),
                *(
                    "--port",
                    str(self.port),
                    "--storage-path",
                    str(self.folder / "data"),
                ),
                *("--log-level", "ERROR", *options),
            ],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(60):
            try:
                with self.connect(serverSelectionTimeoutMS=500) as client:
                    client.admin.command("hello")
                return
            except Exception:
                time.sleep(0.2)
        raise AssertionError("the MongoDB server does not answer")

    def stop(self) -> None:
        """Stop it."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.process = None

    def connect(self, **options: Any) -> Any:
        """Return a client."""
        import pymongo

        return pymongo.MongoClient("127.0.0.1", self.port, tz_aware=True, **options)

    def empty(self) -> Any:
        """Delete everything; return the collection of KV rows."""
        client = self.connect()
        client.drop_database(DATABASE)
        return client[DATABASE][COLLECTION]


@contextmanager
def mongo_server() -> Iterator[MongoServer]:
    """A new server, for as long as it is needed."""
    for name in ("pymongo", "secantus"):
        if importlib.util.find_spec(name) is None:
            skip_or_fail(f"no package {name} (pip install '.[test]')")
    pytest.importorskip("pymongo")
    with tempfile.TemporaryDirectory(prefix="stackcfg-mongodb-") as name:
        made = MongoServer(Path(name), free_port())
        made.start()
        try:
            yield made
        finally:
            made.stop()
