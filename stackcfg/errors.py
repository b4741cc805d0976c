"""The base class of every error that stackcfg raises on purpose."""

from __future__ import annotations

from stackcfg.light_typing import Self


class StackcfgError(Exception):
    """Why something cannot be done: what is wrong, where, and what to write.

    `position` is a 1-based line and column, (0, 0) where there is no
    place to name. `file` is set only where the caller cannot know which
    file is meant.
    """

    def __init__(
        self,
        message: str,
        position: tuple[int, int] = (0, 0),
        hint: str = "",
        file: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.hint = hint
        self.file = file

    def replace(
        self,
        *,
        message: str | None = None,
        position: tuple[int, int] | None = None,
        hint: str | None = None,
    ) -> Self:
        """Return the same error with another message, position or hint."""
        other = type(self).__new__(type(self))
        vars(other).update(vars(self))
        if message is not None:
            other.message = message
        if position is not None:
            other.position = position
        if hint is not None:
            other.hint = hint
        return other

    def __str__(self) -> str:
        """Return the file, the message and the hint as one line."""
        line = join_hint(self.message, self.hint)
        return f"{self.file}: {line}" if self.file else line


def join_hint(message: str, hint: str) -> str:
    """Return a message and what to write as one line."""
    return f"{message}; {hint}" if hint else message
