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

    It is the nearest entry above if the config has no such entry.
    `span` is a range of offsets in the document instead.
    """

    path: Path = ()
    part: str = KEY
    span: tuple[int, int] | None = None


class Correction(NamedTuple):
    """The new text of a key or value."""

    place: EntryPart
    text: str


class Splice(NamedTuple):
    """New characters for a part of a string, wherever they are in it."""

    path: Path
    old: str
    new: str


class Removal(NamedTuple):
    """The end of an entry of a mapping or an item of a list."""

    path: Path


class Insertion(NamedTuple):
    """A new entry of a mapping, behind another one: a string, or a
    mapping of strings as pairs.
    """

    behind: Path
    key: str
    value: str | tuple[tuple[str, str], ...]


class LostRemoval(NamedTuple):
    """The end of an entry that is lost, since its key comes again behind it.

    `start` is the offset of its key in the document.
    """

    start: int


Change = Correction | Splice | Removal | Insertion | LostRemoval
"""One thing that a fix does to a run config."""


class UnsafeFix(NamedTuple):
    """A fix that changes what the server does, or chooses between what
    may be meant.

    `message` says what it writes. `moved` are the stores that have
    another location then.
    """

    message: str
    changes: tuple[Change, ...]
    moved: tuple[Path, ...] = ()


class RuleFinding(NamedTuple):
    """A finding: `message` says what the server will do, `help` what to
    write instead.

    `also` are related places, each with a few words. `fix` is the new
    text of the key or value at the place; `also_fix` are further places
    that the fix corrects. `severity` is set if it is not the usual one
    of the rule. `unsafe` is what there is in place of a fix that is
    certain; `guess` is the text that was probably meant at the place.
    """

    place: EntryPart
    message: str
    help: str = ""
    also: tuple[tuple[EntryPart, str], ...] = ()
    fix: str | None = None
    severity: str = ""
    also_fix: tuple[Correction, ...] = ()
    unsafe: UnsafeFix | None = None
    guess: str = ""


def key_of(*path: str | int) -> EntryPart:
    """Return the key at a path."""
    return EntryPart(path, KEY)


def value_of(*path: str | int) -> EntryPart:
    """Return the value at a path."""
    return EntryPart(path, VALUE)
