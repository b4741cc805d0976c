"""Turns what kept a file from being read into the problem that is reported, so that others have their turn."""

from __future__ import annotations

import os

from stackcfg.loading.errors import InputError, Problem
from stackcfg.system.files import FileError


def problem_from_error(error: Exception) -> Problem:
    """What is said of an error. One that nobody expected is raised again where `STACKCFG_TRACEBACK` is set.

    So is one of the system that is about no file that was read or written: output that nobody takes ends the command.
    """
    if isinstance(error, InputError):
        return Problem(
            error.message, error.position.line, error.position.column, error.hint
        )
    if isinstance(error, FileError):
        return Problem(error.message, *error.position)
    if isinstance(error, OSError | MemoryError) or os.environ.get("STACKCFG_TRACEBACK"):
        raise error
    message = f"internal error: {type(error).__name__}: {error}"
    return Problem(message, hint="STACKCFG_TRACEBACK=1 shows the details")
