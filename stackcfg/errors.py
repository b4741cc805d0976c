"""The base class of every error that stackcfg raises on purpose."""

from __future__ import annotations


class StackcfgError(Exception):
    """Why something cannot be done: what is wrong, where, and what to write.

    `position` is a 1-based line and column, (0, 0) where there is no place to name.
    """

    def __init__(
        self, message: str, position: tuple[int, int] = (0, 0), hint: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.hint = hint

    def __str__(self) -> str:
        """Return the message and the hint as one line."""
        return f"{self.message}; {self.hint}" if self.hint else self.message
