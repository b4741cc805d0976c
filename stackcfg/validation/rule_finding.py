"""What a rule yields: findings at an entry of the config, located when
reported.
"""

from __future__ import annotations

from stackcfg.light_typing import NamedTuple
from stackcfg.paths import Path

KEY = "key"
VALUE = "value"


class EntryPart(NamedTuple):
    """The key or the value of the entry at a path.

    It is the nearest entry above if the config has no such entry. `span` is a
    range of offsets in the document instead.
    """

    path: Path = ()
    part: str = KEY
    span: tuple[int, int] | None = None


class Correction(NamedTuple):
    """The new text of a key or value."""

    place: EntryPart
    text: str


class RuleFinding(NamedTuple):
    """A finding: `message` says what the server will do, `help` what to write
    instead.

    `also` are related places, each with a few words. `fix` is the new text of
    the key or value at the place; `also_fix` are further places that the fix
    corrects. `severity` is set if it is not the usual one of the rule.
    """

    place: EntryPart
    message: str
    help: str = ""
    also: tuple[tuple[EntryPart, str], ...] = ()
    fix: str | None = None
    severity: str = ""
    also_fix: tuple[Correction, ...] = ()


def key_of(*path: str | int) -> EntryPart:
    """Return the key at a path."""
    return EntryPart(path, KEY)


def value_of(*path: str | int) -> EntryPart:
    """Return the value at a path."""
    return EntryPart(path, VALUE)
