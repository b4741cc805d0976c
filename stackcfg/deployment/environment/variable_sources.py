"""Objects and files that a server gets many variables from at once.

A variable there is changed where only servers that change in this run
read it. Else its line is named, with who reads it, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from stackcfg.deployment.changes import (
    DeploymentChange,
    FileNote,
    edits_in,
    merge_changes,
)
from stackcfg.deployment.environment.place_changes import PlaceChanges
from stackcfg.deployment.environment.server import Server, Variable, VariableSource
from stackcfg.migration.changes import ACTION_REQUIRED
from stackcfg.releases.server_environment import new_variable
from stackcfg.releases.versions import Release

OthersOf = Callable[[str], Iterable[str]]
"""Returns who else in the run uses a variable, by its name."""

_SHOWN: Final = 3


class VariableSources:
    """The sources of all servers of a run, each of them changed only once."""

    def __init__(self, target: Release) -> None:
        self._target = target
        self._taken: dict[tuple[str, str], list[PlaceChanges]] = {}

    def add(
        self,
        server: Server,
        changes: PlaceChanges,
        variables: Sequence[Variable],
        others_of: OthersOf,
    ) -> None:
        """Let a server have variables of an object or file of the run.

        Those that others use keep their names; `changes` says what to
        write.
        """
        given = {variable.name for variable in variables}
        own: list[Variable] = []
        for variable in variables:
            others = list(others_of(variable.name))
            if others:
                self._note_shared(
                    changes,
                    variable,
                    given,
                    others,
                )
            else:
                own.append(variable)
        server.sources.append(VariableSource(changes, own))
        self.add_place(changes)

    def add_place(self, changes: PlaceChanges) -> None:
        """Take what becomes of a place that several servers can have."""
        self._taken.setdefault((changes.file, changes.name), []).append(changes)

    def _note_shared(
        self,
        changes: PlaceChanges,
        variable: Variable,
        given: set[str],
        others: Sequence[str],
    ) -> None:
        """Say that a variable needs a second name, since others use the old one."""
        new = new_variable(variable.name, self._target)
        if not new or new in given:
            return
        message = (
            f"ogx reads '{new}', not '{variable.name}', which {_listed(others)} "
            f"uses, too; set '{new}' as well"
        )
        changes.note(ACTION_REQUIRED, message, variable.place)

    def changes(self) -> Iterator[DeploymentChange]:
        """Yield what becomes of all sources.

        Raises `ParseError` for a scalar that must stay.
        """
        for group in self._taken.values():
            results = [list(each.changes()) for each in group]
            merged = merge_changes(results)
            yield from merged.changes
            if not merged.is_agreed:
                yield _note_disagreement(group[0], results)


def _note_disagreement(
    source: PlaceChanges, results: Sequence[Sequence[DeploymentChange]]
) -> FileNote:
    """Return the note in place of edits that the servers of a source do not share."""
    edits = edits_in(chain.from_iterable(results))
    message = (
        "the servers that use these variables need different values; give each "
        "server its own"
    )
    return FileNote(
        file=source.file,
        place=source.name,
        severity=ACTION_REQUIRED,
        message=message,
        offset=min(each.edit.start for each in edits),
    )


def _listed(others: Sequence[str]) -> str:
    """Return a few names in words, and how many others there are."""
    names = list(dict.fromkeys(others))
    if len(names) > _SHOWN:
        rest = len(names) - _SHOWN
        return f"{', '.join(names[:_SHOWN])} and {rest} others"
    return " and ".join(names)
