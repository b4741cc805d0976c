"""Turns every end of a command into an exit code; no traceback reaches a user."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from stackcfg.errors import StackcfgError

INTERRUPTED = 130
BROKEN_PIPE = 141
FAILED = 2


class RefusalError(StackcfgError):
    """Why a command does nothing, in one line: what it was asked to do makes no sense, or cannot be read."""


def run_guarded(command: Callable[[], int]) -> int:
    """Run a command. `STACKCFG_TRACEBACK=1` lets an unexpected error through with all its details."""
    if (
        sys.stderr is None
    ):  # closed at the start: what is said to nobody must not go into the product
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    try:
        code = command()
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except RefusalError as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    except OSError as error:
        print(f"stackcfg: error: {error.strerror or error}", file=sys.stderr)
        return FAILED
    except Exception as error:
        if os.environ.get("STACKCFG_TRACEBACK"):
            raise
        kind = type(error).__name__
        print(
            f"stackcfg: internal error: {kind}: {error}; STACKCFG_TRACEBACK=1 shows the details",
            file=sys.stderr,
        )
        return FAILED
