"""The command in this process: as users call it, without the start of an interpreter."""

from __future__ import annotations

import gc
import io
import os
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from stackcfg.__main__ import main
from tests.support.running import Done, environment


def run_here(
    *arguments: str | Path,
    stdin: str | bytes = b"",
    cwd: Path | None = None,
    **variables: str,
) -> Done:
    """Run `stackcfg` with these arguments; an exception of it is raised."""
    out, err = _stream(), _stream()
    given = stdin.encode() if isinstance(stdin, str) else stdin
    command = ["stackcfg", *map(str, arguments)]
    code = 0
    with (
        redirect_stdout(out),
        redirect_stderr(err),
        patch.object(sys, "stdin", _stream(given)),
        chdir(cwd or os.curdir),
        patch.object(sys, "argv", command),
        patch.dict(os.environ, environment(**variables), clear=True),
        patch.dict(os.environ, {"STACKCFG_TRACEBACK": "1"}),
    ):
        threshold = gc.get_threshold()
        try:
            main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        finally:
            gc.set_threshold(*threshold)
            gc.unfreeze()
    return Done(code, _text(out), _text(err))


def _stream(data: bytes = b"") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), "utf-8", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    data = stream.buffer
    assert isinstance(data, io.BytesIO)
    return data.getvalue().decode("utf-8", "replace")
