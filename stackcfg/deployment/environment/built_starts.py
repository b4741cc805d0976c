"""The arguments of `llama stack build --run` as those of `ogx run`.

It installed the packages of a distribution, and started its server
(`cli/stack/build.py` of 0.1.4 to 0.2.24).
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.deployment.environment.arguments import (
    CommandNote,
    NewCommand,
    NewWord,
    replace_distribution,
)
from stackcfg.light_typing import Final
from stackcfg.migration.changes import ACTION_REQUIRED, CHECK

_DISTRIBUTION: Final = ("--template", "--distro", "--distribution")
_BUILD_CONFIG: Final = "--config"
_VALUED: Final = (*_DISTRIBUTION, _BUILD_CONFIG, "--image-type", "--image-name")


def rewrite_built(words: Sequence[str], first: int) -> NewCommand:
    """Return the arguments from an index on as `ogx run` takes them."""
    kept: list[NewWord] = []
    notes: list[CommandNote] = []
    index = first
    while index < len(words):
        name, equals, value = words[index].partition("=")
        if name in _VALUED and not equals and words[index + 1 :]:
            index += 1
            value = words[index]
        if name in _DISTRIBUTION:
            new, found = replace_distribution(value, index)
            kept.append(NewWord(new, index))
            notes += found
        elif name == _BUILD_CONFIG:
            message = (
                f"'{value}' is no run config, but names packages to install; name the "
                "run config of the server"
            )
            notes.append(CommandNote(ACTION_REQUIRED, message, index))
        elif name not in (*_VALUED, "--run"):
            kept.append(NewWord(words[index], index))
        index += 1
    named = " ".join(word.text for word in kept) or "CONFIG"
    message = (
        "'llama stack build' also installed the packages of the server; 'ogx stack "
        f"list-deps {named}' lists them"
    )
    notes.append(CommandNote(CHECK, message, first - 1))
    return NewCommand(tuple(kept), notes=tuple(notes))
