"""Why a text or file cannot be used."""

from __future__ import annotations

from typing import NamedTuple

from stackcfg.errors import StackcfgError
from stackcfg.yamltext.lines import Position


class Problem(NamedTuple):
    """Why a file could not be read or is refused: one line, its place (0 where there is none), and what to do."""

    message: str
    line: int = 0
    column: int = 0
    hint: str = ""


class InputError(StackcfgError):
    """The text cannot be migrated: why, where, and what to do."""

    def __init__(self, message: str, position: Position, hint: str = "") -> None:
        super().__init__(message, position, hint)
        self.position: Position = position


class NotRunConfigError(InputError):
    """The text holds no run config at all."""
