"""Units of systemd and quadlets of podman as settings with spans."""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.patterns import lazy_pattern

_SETTING: Final = lazy_pattern(
    r"(?m)^[ \t]*(\w+)[ \t]*=[ \t]*((?:[^\n\\]|\\\r?\n|\\.)*)"
)


COMMANDS: Final = ("ExecStart", "Exec")
"""The settings with the command that starts a unit, of systemd and of podman."""

_MARKS: Final = "-@:+!|"
"""What systemd allows in front of a command."""


class Setting(NamedTuple):
    """A line of a unit: its key, where it begins, and the span of its value."""

    key: str
    line: int
    start: int
    end: int


def read_settings(text: str) -> Iterator[Setting]:
    """Yield the settings of a unit; a continued line is one."""
    for match in _SETTING.finditer(text):
        value = match[2].rstrip()
        start = match.start(2)
        yield Setting(
            key=match[1],
            line=match.start(),
            start=start,
            end=start + len(value),
        )


def start_of_command(text: str, setting: Setting) -> int:
    """Return where the command of a setting begins, behind the marks of systemd."""
    if setting.key != "ExecStart":
        return setting.start
    written = text[setting.start : setting.end]
    return setting.end - len(written.lstrip(_MARKS))
