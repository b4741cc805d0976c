"""What a rule yields: findings at symbolic places, made concrete only when they are reported."""

from __future__ import annotations

from typing import Final, NamedTuple

from stackcfg.paths import Path

KEY: Final = "key"
VALUE: Final = "value"


class EntryPart(NamedTuple):
    """A place in a config: the key or the value at a path; the nearest entry above it where there is none.

    `span` names a stretch of the text by offsets instead.
    """

    path: Path = ()
    part: str = KEY
    span: tuple[int, int] | None = None


class RuleFinding(NamedTuple):
    """One finding: `message` says what the server will do, `help` what to write instead.

    `also` are other places that it speaks of, each with a few words. `rewrite` gives keys or values another text,
    which would mend it. `severity` differs from the rule's usual one where it is set.
    """

    place: EntryPart
    message: str
    help: str = ""
    also: tuple[tuple[EntryPart, str], ...] = ()
    rewrite: tuple[tuple[EntryPart, str], ...] = ()
    severity: str = ""


def key_of(*path: str | int) -> EntryPart:
    """The key at a path."""
    return EntryPart(path, KEY)


def value_of(*path: str | int) -> EntryPart:
    """The value at a path."""
    return EntryPart(path, VALUE)
