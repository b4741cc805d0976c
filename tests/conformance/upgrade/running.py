"""Starts a real server on a run config, and stops it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.conformance.releases import (
    RENAMED_SINCE,
    numbers,
    required,
    serving,
    site_packages,
)
from tests.conformance.upgrade.api import Api
from tests.support.running import environment

START_SECONDS: Final = 120
STOP_SECONDS: Final = 20
TOKENIZER: Final = "litellm/litellm_core_utils/tokenizers"
"""Where a package keeps the tokens that releases from 0.7 on would otherwise download."""

CERTIFICATES: Final = "certifi/cacert.pem"
END: Final = "-----END CERTIFICATE-----\n"


@dataclass(frozen=True)
class Side:
    """A service before or after its upgrade: release, run config, variables; `logins`: it asks who its users are."""

    release: str
    config: Path
    variables: dict[str, str]
    logins: bool


@dataclass(frozen=True)
class Running:
    """A server that answers; `connections` closes those of its users."""

    side: Side
    port: int
    connections: ExitStack

    def api(self, user: int) -> Api:
        """Return the server as a user sees it."""
        known = None
        if self.side.logins:
            known = user
        found = Api(self.port, self.side.release, known)
        self.connections.callback(found.connection.close)
        return found


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(side: Side, log: Path) -> Iterator[Running]:
    """Run the server for as long as it is needed."""
    python = required(side.release, serving)
    port = free_port()
    name = "llama"
    if numbers(side.release) >= RENAMED_SINCE:
        name = "ogx"
    command = [
        str(python.parent / name),
        "stack",
        "run",
        str(side.config),
        "--port",
        str(port),
    ]
    packages = site_packages(python.parent.parent)
    extra = {
        "TIKTOKEN_CACHE_DIR": str(packages / TOKENIZER),
        "SSL_CERT_FILE": str(one_certificate(packages, log.parent)),
    }
    with log.open("wb") as stream, ExitStack() as connections:
        process = subprocess.Popen(
            command,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=environment(**side.variables, **extra),
            cwd=log.parent,
            start_new_session=True,
        )
        try:
            found = Running(side, port, connections)
            wait(process, found, log)
            yield found
        finally:
            stop(process)


def one_certificate(packages: Path, folder: Path) -> Path:
    """Write a file with one certificate.

    A server reads all of them for each login that it asks about, which takes more time than most answers.
    """
    found = folder / "certificate.pem"
    first = (packages / CERTIFICATES).read_text().partition(END)[0]
    found.write_text(first + END)
    return found


def wait(process: subprocess.Popen[bytes], found: Running, log: Path) -> None:
    """Wait until the server answers."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            if found.api(0).get("/v1/health").ok:
                return
        except OSError:
            pass
        time.sleep(0.2)
    text = log.read_text(errors="replace")
    raise AssertionError(f"{found.side.release} did not start:\n{text[-6000:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a server as its operator does."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
