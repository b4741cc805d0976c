"""Units of systemd and quadlets of podman as settings with spans."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_SETTING: Final = re.compile(r"(?m)^[ \t]*(\w+)[ \t]*=[ \t]*((?:[^\n\\]|\\\r?\n|\\.)*)")


class Setting(NamedTuple):
    """A line of a unit: its key, where it begins, and the span of its value."""

    key: str
    line: int
    start: int
    end: int


def read_settings(text: str) -> Iterator[Setting]:
    """Yield the settings of a unit; a continued line is one."""
    for match in _SETTING.finditer(text):
        end = match.end() - len(match[2]) + len(match[2].rstrip())
        yield Setting(match[1], match.start(), match.start(2), end)
