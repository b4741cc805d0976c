"""Commands of llama-stack that start no server: they list, or ogx lacks them."""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.deployment.environment.arguments import (
    CommandNote,
    Launch,
    NewCommand,
    NewWord,
    replace_distribution,
)
from stackcfg.deployment.environment.commands import new_program, words_before
from stackcfg.light_typing import Final
from stackcfg.manifests.server_start import find_old_command
from stackcfg.migration.changes import ACTION_REQUIRED

_LISTS: Final = ("list", "list-apis", "list-deps", "list-providers")
"""Subcommands that ogx has, too."""

_NAMES_CONFIG: Final = "list-deps"
"""The one of them that takes a run config, or a distribution."""

_VALUED: Final = ("--format", "--providers")
"""Its options with a value (`StackListDeps` of 0.3.0 and ogx 1.5.0)."""


def rewrite_other(words: Sequence[str], launch: Launch) -> NewCommand | None:
    """Return a command of llama-stack as one of ogx, or with a note that
    there is none; None if it is no such command.
    """
    found = find_old_command(words)
    if found is None:
        return None
    subcommand = words[found.end : found.end + 2]
    if not subcommand[1:] or subcommand[0] != "stack" or subcommand[1] not in _LISTS:
        kept = [NewWord(word, index) for index, word in enumerate(words)]
        message = (
            f"ogx has no 'llama {' '.join(subcommand)}'; 'ogx stack list-deps CONFIG' "
            "lists the packages to install"
        )
        note = CommandNote(ACTION_REQUIRED, message, found.first)
        return NewCommand(tuple(kept), notes=(note,))
    before = words_before(words, found, launch)
    program = new_program(words, found, before)
    rest = [
        NewWord(word, index) for index, word in enumerate(words) if index >= found.end
    ]
    notes: list[CommandNote] = []
    place = _find_distribution(words, found.end)
    if place is not None:
        new, notes = replace_distribution(words[place], place)
        rest[place - found.end] = NewWord(new, place)
    return NewCommand((*before, program, *rest), notes=tuple(notes))


def _find_distribution(words: Sequence[str], end: int) -> int | None:
    """Return which word names the distribution whose packages are listed."""
    if words[end + 1] != _NAMES_CONFIG:
        return None
    for index in range(end + 2, len(words)):
        is_value = words[index - 1] in _VALUED
        if not is_value and not words[index].startswith("-"):
            return index
    return None
