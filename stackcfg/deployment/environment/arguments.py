"""The arguments of a start command: flags that are gone, and what names the config.

Words keep where they come from, so that only what differs is written.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.light_typing import NamedTuple
from stackcfg.migration.changes import ACTION_REQUIRED, CHECK
from stackcfg.releases.changes import TLS_DEMANDED_SINCE
from stackcfg.releases.server_environment import (
    ENTRYPOINT_CONFIG,
    ENTRYPOINT_DISTRIBUTION,
    new_distribution,
    start_flags,
)
from stackcfg.releases.versions import Release


class NewWord(NamedTuple):
    """A word of the new command, and the index of the one it comes from.

    A word without one is inserted.
    """

    text: str
    source: int | None = None


class CommandNote(NamedTuple):
    """A note on a word of the old command; `source` is its index."""

    severity: str
    message: str
    source: int


class NewCommand(NamedTuple):
    """A command for ogx: its words, variables to set, and notes.

    `config` is the word that names the run config or the distribution,
    empty if none does.
    """

    words: tuple[NewWord, ...]
    variables: tuple[tuple[str, str], ...] = ()
    notes: tuple[CommandNote, ...] = ()
    config: str = ""


class Launch(NamedTuple):
    """What is known of the server that a command starts.

    `serves_tls`: its config has a certificate, so that it needs no
    flag. `has_entrypoint`: the words are arguments of an image's
    entrypoint; `distribution` is what the new image starts without any.
    `env_files` are files of variables that are changed, or named, in
    this run.
    """

    target: Release
    serves_tls: bool = False
    has_entrypoint: bool = False
    distribution: str = ""
    env_files: frozenset[str] = frozenset()

    @property
    def demands_flag(self) -> bool:
        """Return whether ogx exits without `--insecure`."""
        return self.target >= TLS_DEMANDED_SINCE and not self.serves_tls


def rewrite_arguments(
    words: Sequence[str], launch: Launch, first: int = 0
) -> NewCommand:
    """Return the arguments from an index on as `ogx run` takes them.

    The entrypoint of an image names the config itself, so for one, what
    said which becomes a variable that it reads.
    """
    rewriter = _ArgumentRewriter(words, launch)
    while first < len(words):
        first = rewriter.read(first)
    return rewriter.result()


class _ArgumentRewriter:
    """The arguments of a start command, read one after the other."""

    def __init__(
        self,
        words: Sequence[str],
        launch: Launch,
    ) -> None:
        self.words = words
        self.launch = launch
        self.kept: list[NewWord] = []
        self.config: NewWord | None = None
        self.variables: dict[str, str] = {}
        self.notes: list[CommandNote] = []

    def read(self, index: int) -> int:
        """Read one argument; return the index of the next."""
        word = self.words[index]
        name, has_equals, value = word.partition("=")
        flag = start_flags().get(name)
        if flag is None:
            self._read_other(index)
            return index + 1
        source = index
        after = index + 1
        if flag.takes_value and not has_equals:
            if after == len(self.words):
                # its value is missing: nothing is known of what was meant
                self.kept.append(NewWord(word, index))
                return after
            source, after = after, after + 1
            value = self.words[source]
        if flag.is_gone:
            self._replace(
                name,
                flag.becomes,
                value,
                source,
            )
        else:
            self.kept += [
                NewWord(self.words[each], each) for each in range(index, after)
            ]
        return after

    def _read_other(self, index: int) -> None:
        """Read a word that is no known flag: the config, or one that is kept."""
        word = self.words[index]
        if word.startswith("--"):
            message = f"'{word}' is no flag of 'ogx run', which exits at it; remove it"
            self.notes.append(CommandNote(ACTION_REQUIRED, message, index))
        elif self.config is None and not word.startswith("-"):
            self._take_config(word, index)
            return
        self.kept.append(NewWord(word, index))

    def _take_config(
        self,
        word: str,
        index: int,
    ) -> None:
        """Keep the word that names the config, in its place or at the end."""
        if new_distribution(word) == self.launch.distribution != "":
            # the new image starts it by itself
            return
        new, notes = replace_distribution(word, index)
        self.notes += notes
        self.config = NewWord(new, index)
        if not self.launch.has_entrypoint:
            self.kept.append(self.config)
            return
        variable = ENTRYPOINT_DISTRIBUTION
        if is_config_path(word):
            variable = ENTRYPOINT_CONFIG
        self.variables[variable] = new

    def _replace(
        self,
        name: str,
        becomes: str,
        value: str,
        index: int,
    ) -> None:
        """Take what ogx has in place of a flag, or say what to do."""
        if becomes in ("config", "distribution"):
            self._take_config(value, index)
        elif becomes == "variable":
            key, _, text = value.partition("=")
            self.variables[key] = text
        elif becomes:
            message = (
                f"'{name}' is no flag of 'ogx run'; write '{becomes}: {value}' "
                "into the run config"
            )
            self.notes.append(CommandNote(ACTION_REQUIRED, message, index))
        else:
            message = f"'{name}' has no effect any more and is removed"
            self.notes.append(CommandNote(CHECK, message, index))

    def result(self) -> NewCommand:
        """Return what was read."""
        config = ""
        if self.config is not None:
            config = self.config.text
        variables = tuple(self.variables.items())
        return NewCommand(
            words=tuple(self.kept),
            variables=variables,
            notes=tuple(self.notes),
            config=config,
        )


def replace_distribution(word: str, index: int) -> tuple[str, list[CommandNote]]:
    """Return the name of a distribution in ogx, or a path as it is, and
    what there is to say.
    """
    if is_config_path(word):
        return word, []
    new = new_distribution(word)
    if new == word:
        return word, []
    if new:
        message = (
            f"ogx has no distribution '{word}'; '{new}' has its providers, "
            "which variables switch on; models are no longer registered by name"
        )
        return new, [CommandNote(CHECK, message, index)]
    message = f"ogx has no distribution '{word}'; name a run config"
    if new is None:
        path = f"~/.ogx/distributions/llamastack-{word}/{word}-run.yaml"
        message = (
            f"ogx does not find a distribution '{word}' that 'llama stack build' "
            f"has made; name its file, such as {path}"
        )
    return word, [CommandNote(ACTION_REQUIRED, message, index)]


def is_config_path(word: str) -> bool:
    """Return whether a word names a file, not a distribution.

    A variable can hold either, and is taken for a file.
    """
    return "/" in word or word.endswith((".yaml", ".yml")) or "$" in word
