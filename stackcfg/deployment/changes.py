"""What a part of the deployment migration yields, for the engine to make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from stackcfg.errors import StackcfgError
from stackcfg.light_typing import NamedTuple
from stackcfg.yamltext.edits import Edit


class FileEdit(NamedTuple):
    """An edit on the text of a file; `place` names what it changes there."""

    file: str
    place: str
    edit: Edit


class FileNote(NamedTuple):
    """A note on the text of a file; `severity` is one of `migration.changes`."""

    file: str
    place: str
    severity: str
    message: str
    offset: int


class Seen(NamedTuple):
    """A file has something that needs no change; `place` names it."""

    file: str
    place: str


class RenamedVariables(NamedTuple):
    """Variables that the run configs of a file read have other names now."""

    file: str
    names: tuple[tuple[str, str], ...]


class ReadByOldServer(NamedTuple):
    """Only servers of llama-stack read the run configs of a file."""

    file: str


class HoldsNoConfig(NamedTuple):
    """A file is of a kind in which no run config can be."""

    file: str


class KeepOldFile(NamedTuple):
    """The old file must stay as it is: its result goes to a new file."""

    file: str


class Refusal(NamedTuple):
    """A file cannot be migrated, and why."""

    file: str
    error: StackcfgError


class RunbookStep(NamedTuple):
    """A step for the person who rolls the result of a file out, in order."""

    file: str
    text: str


DeploymentChange = (
    FileEdit
    | FileNote
    | Seen
    | RenamedVariables
    | ReadByOldServer
    | HoldsNoConfig
    | KeepOldFile
    | Refusal
    | RunbookStep
)

DeploymentChanges = Iterator[DeploymentChange]
"""What a part yields."""


class MergedChanges(NamedTuple):
    """What several servers want at one place, each change once.

    Where `is_agreed` is false, they want different edits, and no edit
    is among the changes.
    """

    changes: Sequence[DeploymentChange]
    is_agreed: bool


def merge_changes(results: Sequence[Sequence[DeploymentChange]]) -> MergedChanges:
    """Return what several servers want at one place, one result for each."""
    merged = dict.fromkeys(chain.from_iterable(results))
    edits = [set(edits_in(each)) for each in results]
    if all(each == edits[0] for each in edits):
        return MergedChanges(list(merged), True)
    kept = [each for each in merged if not isinstance(each, FileEdit)]
    return MergedChanges(kept, False)


def edits_in(changes: Iterable[DeploymentChange]) -> list[FileEdit]:
    """Return those of some changes that are edits."""
    return [each for each in changes if isinstance(each, FileEdit)]
