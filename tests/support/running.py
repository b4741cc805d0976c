"""Run the installed command as a user does, in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).resolve().parents[2]
STARTER = ROOT / "fixtures" / "migrate" / "situations" / "starter"

OLD = """\
metadata_store:
  type: sqlite
  db_path: /data/registry.db
inference_store:
  type: postgres
  host: db.example
  user: llama
  password: hunter2
"""


@dataclass(frozen=True)
class Done:
    """The exit code and the output of a command."""

    code: int
    out: str
    err: str


KEPT_VARIABLES = (
    "PATH",
    "HOME",
    "TMPDIR",
    "LANG",
    "SYSTEMROOT",
    "PYTHONPATH",
    "PYTHONDONTWRITEBYTECODE",
    "VIRTUAL_ENV",
    "COVERAGE_PROCESS_START",
)
"""What a command needs of the environment; any other variable could change its output."""


BYTECODE_FOLDER = "STACKCFG_TEST_BYTECODE"
"""Names a folder in which commands keep bytecode, in a run that writes none into the tree."""


CERTIFICATES = (
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
)


def environment(**extra: str) -> dict[str, str]:
    """Return the environment of a command: a few variables of this process, and `extra`."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    folder = os.environ.get(BYTECODE_FOLDER)
    if folder is not None:
        kept.pop("PYTHONDONTWRITEBYTECODE", None)
        kept["PYTHONPYCACHEPREFIX"] = folder
    return kept | extra


def download_environment(**extra: str) -> dict[str, str]:
    """Return `environment`, with what pip needs to reach a package index.

    What it installs is compiled when it is imported: most modules never are.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.startswith("PIP_")
        or name.endswith(("_PROXY", "_proxy"))
        or name in CERTIFICATES
    }
    return environment() | kept | {"PIP_NO_COMPILE": "1"} | extra


NO_SERVER_PORT: Final = 1
"""A port on which nothing listens, in place of the one that servers have by default."""

WITHOUT_SERVER: Final = f"""\
import sys
from stackcfg.__main__ import start
if sys.argv[1] == "data":
    from stackcfg.data import running_servers
    running_servers.SERVER_PORT = {NO_SERVER_PORT}
start()
"""
"""The command where no server seems to run: one may run on the machine of the tests."""


def stackcfg(
    *arguments: str | Path,
    stdin: str | bytes = b"",
    cwd: Path | None = None,
    **extra: str,
) -> Done:
    """Run `stackcfg` with these arguments."""
    return _run(_COMMAND, arguments, stdin, cwd, extra)


def held_back(*arguments: str | Path, cwd: Path | None = None, **extra: str) -> Done:
    """Run `stackcfg` as a user who lacks permissions, unlike root."""
    held = _HELD if os.geteuid() == 0 else []
    if held and shutil.which(held[0]) is None:
        pytest.skip("root may read and write everything")
    return _run([*held, *_COMMAND], arguments, b"", cwd, extra)


_COMMAND = [sys.executable, "-m", "stackcfg"]

_HELD = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
"""Root without the two capabilities that override the permissions of files."""


def _run(
    command: list[str],
    arguments: tuple[str | Path, ...],
    stdin: str | bytes,
    cwd: Path | None,
    extra: dict[str, str],
) -> Done:
    data = stdin.encode() if isinstance(stdin, str) else stdin
    command = [*command, *map(str, arguments)]
    done = subprocess.run(
        command,
        input=data,
        capture_output=True,
        cwd=cwd,
        env=environment(**extra),
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())
