"""Objects and files that a server gets many variables from at once.

A variable there is changed where only servers that change in this run
read it. Else its line is named, with who reads it, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from stackcfg.deployment.changes import DeploymentChange, FileEdit
from stackcfg.deployment.environment.regions import PlaceChanges
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
            edits = [set(_edits_in(each)) for each in results]
            if any(each != edits[0] for each in edits):
                yield from _refuse(group[0], results)
                continue
            merged = [change for result in results for change in result]
            yield from dict.fromkeys(merged)


def _edits_in(changes: Sequence[DeploymentChange]) -> Iterator[FileEdit]:
    for change in changes:
        if isinstance(change, FileEdit):
            yield change


def _refuse(
    source: PlaceChanges, results: Sequence[Sequence[DeploymentChange]]
) -> Iterator[DeploymentChange]:
    """Yield a note instead of edits that the servers of a source do not share."""
    kept = [
        change
        for result in results
        for change in result
        if not isinstance(change, FileEdit)
    ]
    offset = min(edit.edit.start for result in results for edit in _edits_in(result))
    note = PlaceChanges(source.file, source.name)
    message = (
        "the servers that use these variables need different values; give each "
        "server its own"
    )
    note.note(ACTION_REQUIRED, message, offset)
    yield from dict.fromkeys([*kept, *note.changes()])


def _listed(others: Sequence[str]) -> str:
    """Return a few names in words, and how many others there are."""
    names = list(dict.fromkeys(others))
    if len(names) > _SHOWN:
        rest = len(names) - _SHOWN
        return f"{', '.join(names[:_SHOWN])} and {rest} others"
    return " and ".join(names)
