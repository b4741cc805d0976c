"""Errors as users see them: one line on standard error and an exit code.

No traceback reaches a user, unless `STACKCFG_TRACEBACK` is set.
"""

from __future__ import annotations

import errno
import os
import sys

from stackcfg.cli.exit_codes import FAILED, INTERRUPTED, OUTPUT_CLOSED
from stackcfg.errors import StackcfgError, join_hint

# `--version` needs this module: nothing more may be imported here.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from stackcfg.loading.errors import Problem

TRACEBACK = "STACKCFG_TRACEBACK"
"""The variable that lets unexpected errors through with all their details."""

DETAILS = f"{TRACEBACK}=1 shows the details"


def run_guarded(command: Callable[[], int]) -> int:
    """Run a command and return its exit code, whatever it raises."""
    if sys.stderr is None:
        # Closed before the start. `print` to None would write to standard output.
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    try:
        code = command()
        # the language server closes it when its editor goes away
        if sys.stdout is not None and not sys.stdout.closed:
            sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _discard(sys.stdout)
        return OUTPUT_CLOSED
    except Exception as error:
        try:
            _print_failure(error)
        except OSError:
            _discard(sys.stderr)
        return FAILED


def _print_failure(error: Exception) -> None:
    if isinstance(error, StackcfgError):
        print_error(error)
    elif isinstance(error, OSError):
        _discard(sys.stdout)
        print(f"stackcfg: error: {_describe_output_error(error)}", file=sys.stderr)
    elif os.environ.get(TRACEBACK):
        raise error
    else:
        print(f"stackcfg: {_describe_bug(error)}; {DETAILS}", file=sys.stderr)


def _describe_output_error(error: OSError) -> str:
    """Return what the system refused; the errors of files say so themselves."""
    reason = error.strerror or str(error)
    if error.errno == errno.ENOSPC and not error.filename:
        return f"the output cannot be written: {reason}"
    return reason


def _discard(stream: TextIO | None) -> None:
    """Send what an output stream still holds to nowhere.

    Python flushes it at exit. If that failed once more, Python would
    print its own words and exit with 120.
    """
    if stream is not None:
        from contextlib import suppress

        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def print_error(error: StackcfgError) -> None:
    """Print an error to standard error, at its place if it names a file."""
    line = f"error: {join_hint(error.message, error.hint)}"
    if error.file:
        line = f"{describe_place(error.file, *error.position)}: {line}"
    print(line, file=sys.stderr)


def describe_place(file: str, line: int, column: int) -> str:
    """Return FILE:LINE:COLUMN, as far as the parts are known."""
    numbers = [str(number) for number in (line, column) if number]
    return ":".join([file, *numbers])


def problem_from_error(error: Exception) -> Problem:
    """Return what kept a file from being processed, so that the next file is.

    Raises the error again if it is about no file that was read or
    written (standard output is closed), and any unexpected one if
    `STACKCFG_TRACEBACK` is set.
    """
    from stackcfg.loading.errors import Problem
    from stackcfg.redaction.secrets import mask_secrets

    if isinstance(error, StackcfgError):
        line, column = error.position
        # it may quote what the file has there
        return Problem(mask_secrets(error.message), line, column, error.hint)
    if isinstance(error, OSError | MemoryError) or os.environ.get(TRACEBACK):
        raise error
    return Problem(mask_secrets(_describe_bug(error)), hint=DETAILS)


def _describe_bug(error: Exception) -> str:
    return f"internal error: {type(error).__name__}: {error}"
