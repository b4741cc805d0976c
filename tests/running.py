"""Runs the installed command as a user does, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STARTER = ROOT / "fixtures" / "migrate" / "starter"

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
    """What a command left behind."""

    code: int
    out: str
    err: str


def environment(**extra: str) -> dict[str, str]:
    """The environment without what changes the output."""
    dropped = {"NO_COLOR", "FORCE_COLOR", "CI", "STACKCFG_TRACEBACK", "COLUMNS", "TERM"}
    return {name: value for name, value in os.environ.items() if name not in dropped} | extra


def stackcfg(*arguments: str | Path, stdin: str | bytes = b"", cwd: Path | None = None, **extra: str) -> Done:
    """Run `stackcfg` with these arguments."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    command = [sys.executable, "-m", "stackcfg", *map(str, arguments)]
    done = subprocess.run(command, input=data, capture_output=True, cwd=cwd, env=environment(**extra), check=False)
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())
