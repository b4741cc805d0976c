"""The base class of every error that stackcfg raises on purpose."""

from __future__ import annotations


class StackcfgError(Exception):
    """Why something cannot be done: what is wrong, where, and what to write.

    `position` is a 1-based line and column, (0, 0) where there is no place to
    name. `file` is set only where the caller cannot know which file is meant.
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

    def __str__(self) -> str:
        """Return the file, the message and the hint as one line."""
        line = join_hint(self.message, self.hint)
        return f"{self.file}: {line}" if self.file else line


def join_hint(message: str, hint: str) -> str:
    """Return a message and what to write as one line."""
    return f"{message}; {hint}" if hint else message
