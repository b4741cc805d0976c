"""What must hold for every input: checked with PyYAML alone, not with our own parser."""

from __future__ import annotations

import signal
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from types import FrameType
from typing import Any

import yaml

from stackcfg.errors import StackcfgError
from stackcfg.loading.errors import InputError
from stackcfg.migration.engine import ProofError, migrate
from stackcfg.migration.planning.layouts import LAYOUTS
from stackcfg.migration.settings import Settings
from stackcfg.migration.settings import settings_for as migrate_settings
from stackcfg.releases.families import families
from stackcfg.show.overview import read_overviews
from stackcfg.validation.engine import validate
from stackcfg.validation.settings import settings_for as validate_settings

SLOW = 2.0
"""Seconds of computing after which an input is a hang."""

SMALL = 100_000
"""The length up to which an input has to be done in that time."""

DEADLINE = 20
"""Seconds of computing after which an input is given up."""

TARGETS = (None, *(family.name for family in families()))


@dataclass(frozen=True)
class Failure:
    """What is wrong: the kind, and words that are the same for the same fault."""

    kind: str
    detail: str


@dataclass(frozen=True)
class Case:
    """An input: a text, and how it is migrated and validated."""

    text: str
    target: str | None
    layout: str

    def settings(self) -> Settings:
        return migrate_settings(self.target, self.layout)


def choose_case(text: str, rng: Random) -> Case:
    """Return a text with a target and a layout."""
    return Case(text, rng.choice(TARGETS), rng.choice(LAYOUTS))


class _TimeoutError(BaseException):
    """Raised by the alarm; no `except Exception` catches it."""


def check(case: Case) -> Failure | None:
    """Return the first thing that is wrong with what the engines make of a text."""
    started = time.process_time()
    try:
        with _deadline():
            failure = _check_all(case)
    except _TimeoutError:
        return Failure("hang", f"over {DEADLINE} s")
    except ProofError as error:
        return Failure("proof", _shape(error.message))
    except MemoryError:
        return Failure("crash", "MemoryError")
    except Exception as error:
        return Failure("crash", _place_of(error))
    seconds = time.process_time() - started
    if failure is None and seconds > SLOW and len(case.text) < SMALL:
        return Failure("hang", f"over {SLOW} s")
    return failure


def _check_all(case: Case) -> Failure | None:
    failure = _check_migration(case)
    # a refusal is an answer
    for command in (_validate, _show):
        try:
            command(case.text, case.target)
        except StackcfgError as error:
            if isinstance(error, ProofError):
                raise
    return failure


def _validate(text: str, target: str | None) -> None:
    validate(text, validate_settings(target))


def _show(text: str, target: str | None) -> None:
    named = migrate_settings(target).target
    read_overviews(text, named.last if named else None)


def _check_migration(case: Case) -> Failure | None:
    try:
        result = migrate(case.text, case.settings())
    except InputError:
        return None
    if not result.changed:
        if result.text != case.text:
            return Failure(
                "touched", "the text changed, and the result says it did not"
            )
        return None
    failure = _check_reading(result.text) or _check_comments(case.text, result.text)
    if failure is not None:
        return failure
    try:
        again = migrate(result.text, case.settings())
    except InputError as error:
        return Failure("second run", f"refused: {_shape(error.message)}")
    if again.text != result.text:
        return Failure(
            "second run", f"changes {_first_change(result.text, again.text)}"
        )
    return None


def _check_reading(text: str) -> Failure | None:
    """Return what is wrong if PyYAML cannot read a new text."""
    if "{{" in text:
        return None
    try:
        list(yaml.safe_load_all(text))
    except (yaml.YAMLError, ValueError) as error:
        return Failure("unreadable", type(error).__name__)
    return None


def _check_comments(old: str, new: str) -> Failure | None:
    """Return what is wrong if a comment of the old text is not in the new one."""
    if "{{" in old:
        return None
    try:
        before, after = _comments_of(old), _comments_of(new)
    except yaml.YAMLError:
        return Failure("unreadable", "scanner")
    kept = "\n".join(after)
    for comment, count in Counter(before).items():
        if kept.count(comment) < count:
            return Failure("lost comment", "a comment")
    return None


def _comments_of(text: str) -> list[str]:
    """Return the comments between the tokens of a text, and those in its texts."""
    found: list[str] = []
    end = 0
    for token in yaml.scan(text):
        start = token.start_mark.index
        found += _comments_in(text[end:start])
        end = max(end, token.end_mark.index)
        if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">"):
            written = text[start:end]
            header, _, body = written.partition("\n")
            found += _comments_in(header[1:])
            if token.style == "|" and "kind:" in text:
                found += _comments_in_literal(token.value, body)
    return [comment.strip() for comment in found] + _comments_in(text[end:])


def _comments_in_literal(value: str, body: str) -> list[str]:
    """Return the comments of a text in a literal block, which may be no YAML."""
    try:
        return _comments_of(value)
    except yaml.YAMLError:
        return [line for line in body.splitlines() if _is_comment(line)]


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("# ")


def _comments_in(gap: str) -> list[str]:
    return [line[line.index("#") :].strip() for line in gap.splitlines() if "#" in line]


def _first_change(one: str, other: str) -> str:
    pairs = zip(one.splitlines(), other.splitlines(), strict=False)
    for before, after in pairs:
        if before != after:
            return _shape(after.strip())[:40]
    return "the end"


def _shape(message: str) -> str:
    """Return a message without what is in quotes and without numbers."""
    parts = message.split("'")
    plain = "''".join(parts[::2])
    return "".join(char for char in plain if not char.isdigit())


def _place_of(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/stackcfg/" in frame.filename]
    frame = (ours or list(frames))[-1]
    name = frame.filename.rpartition("/stackcfg/")[2]
    return f"{type(error).__name__} in {name}:{frame.name}"


@contextmanager
def _deadline() -> Iterator[None]:
    def stop(_signal: int, _frame: FrameType | None) -> Any:
        raise _TimeoutError

    # of computing: other processes must not make a hang
    previous = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, DEADLINE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, previous)
