"""Why a text or a file cannot be used."""

from __future__ import annotations

from stackcfg.errors import StackcfgError
from stackcfg.light_typing import NamedTuple
from stackcfg.yamltext.lines import Position


class Problem(NamedTuple):
    """Why a file is refused: what is wrong, where (0 for no place), what to
    do.
    """

    message: str
    line: int = 0
    column: int = 0
    hint: str = ""


class InputError(StackcfgError):
    """A text cannot be read, or is refused: why, where, and what to do."""

    def __init__(
        self,
        message: str,
        position: Position,
        hint: str = "",
    ) -> None:
        super().__init__(message, position, hint)
        self.position: Position = position


class NotRunConfigError(InputError):
    """A text is no run config."""


class StructureError(InputError):
    """A template decides about the structure of a run config."""
