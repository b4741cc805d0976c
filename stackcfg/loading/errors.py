"""Why a text or a file cannot be used."""

from __future__ import annotations

from stackcfg.errors import StackcfgError
from stackcfg.light_typing import NamedTuple, Self
from stackcfg.yamltext.lines import Position


class Problem(NamedTuple):
    """Why a file is refused: what is wrong, where (0 for no place),
    what to do.
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
    """A template decides about the structure of a run config.

    `what` is decided: the file, or the run config in it. `expression`
    decides.
    """

    def __init__(
        self, what: str, expression: str, position: Position, hint: str
    ) -> None:
        message = f"a template decides about the structure of {what} ({expression})"
        super().__init__(message, position, hint)
        self.expression = expression

    def blame(self, expression: str, position: Position) -> Self:
        """Return the error for another expression of the same template."""
        told = self.message.removesuffix(f"({self.expression})")
        other = self.replace(message=f"{told}({expression})", position=position)
        other.expression = expression
        return other
