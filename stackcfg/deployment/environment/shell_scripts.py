"""Shell text that starts a server: its commands, variables and folders."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence

from stackcfg.deployment.environment.arguments import Launch, NewCommand, NewWord
from stackcfg.deployment.environment.commands import rewrite_start
from stackcfg.deployment.environment.container_runs import rewrite_run
from stackcfg.deployment.environment.images import rewrite_packages
from stackcfg.deployment.environment.names import Renaming
from stackcfg.deployment.environment.other_commands import rewrite_other
from stackcfg.deployment.environment.words import quote_shell, rewrite_spans
from stackcfg.light_typing import NamedTuple
from stackcfg.loading.here_documents import find_written_configs
from stackcfg.manifests.home_paths import move_absolute_paths
from stackcfg.manifests.server_evidence import script_index
from stackcfg.manifests.server_start import (
    Start,
    find_server_run,
    find_start,
)
from stackcfg.manifests.shell_text import (
    ShellCommand,
    ShellError,
    ShellWord,
    find_commands,
    find_substitutions,
    read_commands,
)
from stackcfg.migration.changes import ACTION_REQUIRED


class ScriptNote(NamedTuple):
    """A note on a shell text; `offset` is where."""

    severity: str
    message: str
    offset: int


class ScriptChange(NamedTuple):
    """The new shell text, and notes on places of the old one."""

    text: str
    notes: tuple[ScriptNote, ...] = ()


class _Segment(NamedTuple):
    """A part of a shell text, and what takes its place."""

    start: int
    end: int
    text: str


def rewrite_script(
    text: str,
    launch: Launch,
    renaming: Renaming,
) -> ScriptChange:
    """Return shell text that starts ogx."""
    try:
        commands = read_commands(text)
    except ShellError as error:
        message = (
            f"this shell text cannot be read ({error.message}); start the server "
            "with 'ogx run' in it"
        )
        return ScriptChange(text, (ScriptNote(ACTION_REQUIRED, message, error.offset),))
    rewriter = _Rewriter(text, launch, renaming)
    rewriter.read_configs()
    for command in commands:
        rewriter.read(command)
    rewriter.read_substitutions()
    return rewriter.result()


class _Rewriter:
    """Rewrites a shell text, command by command."""

    def __init__(
        self,
        text: str,
        launch: Launch,
        renaming: Renaming,
    ) -> None:
        self.text = text
        self.launch = launch
        self.renaming = renaming
        self.segments: list[_Segment] = []
        self.notes: list[ScriptNote] = []

    def read_configs(self) -> None:
        """Give the run configs in here-documents the new names and absolute paths.

        A `~` is left to the migration, which knows where it is
        expanded.
        """
        for each in find_written_configs(self.text):
            config = self.text[each.start : each.end]
            if self.renaming.moves_folder:
                config = move_absolute_paths(config, self.renaming.homes)
            config = self.renaming.rename_variables(config)
            self.segments.append(_Segment(each.start, each.end, config))

    def read(self, command: ShellCommand) -> None:
        """Read one command; keep what it becomes."""
        words = command.words
        values = command.values
        if not words:
            return
        start = find_start(values)
        inner = script_index(values)
        image = find_server_run(values)
        if start is not None:
            self._rewrite_start(words, values, start)
        elif inner is not None:
            self._rewrite_inner(words[inner])
        elif image is not None:
            self._keep(
                words, self._write(words, rewrite_run(values, image, self.launch))
            )
        else:
            self._read_other(words, values)

    def _rewrite_start(
        self, words: Sequence[ShellWord], values: list[str], start: Start
    ) -> None:
        new = rewrite_start(values, start, self.launch)
        text = self.renaming.apply(self._write(words, new))
        pairs = [self._assignment(words, pair) for pair in new.variables]
        if pairs:
            # what is in front of the program stays as it is, letter for letter
            at = words[_program_place(start, values)].start - words[0].start
            prefix = " ".join([*["env"][: bool(at)], *pairs, ""])
            text = text[:at] + prefix + text[at:]
        self._keep(words, text)

    def _assignment(
        self,
        words: Sequence[ShellWord],
        pair: tuple[str, str],
    ) -> str:
        """Return a variable of the command line as one in
        front of the command.
        """
        written = "=".join(pair)
        for word in words:
            if self.text[word.start : word.end].endswith(written):
                return written
        name, value = pair
        return f"{name}={quote_shell(value)}"

    def _write(
        self,
        words: Sequence[ShellWord],
        new: NewCommand,
    ) -> str:
        for note in new.notes:
            offset = words[note.source].start
            self.notes.append(ScriptNote(note.severity, note.message, offset))
        start = words[0].start
        moved = [
            word._replace(start=word.start - start, end=word.end - start)
            for word in words
        ]
        segment = self.text[start : words[-1].end]
        return rewrite_spans(
            segment,
            moved,
            new.words,
            quote_shell,
        )

    def _keep(
        self,
        words: Sequence[ShellWord],
        text: str,
    ) -> None:
        """Remember what takes the place of words."""
        self.segments.append(_Segment(words[0].start, words[-1].end, text))

    def _rewrite_inner(self, word: ShellWord) -> None:
        """Rewrite the shell text that a word is, as behind `sh -c`."""
        change = rewrite_script(word.value, self.launch, self.renaming)
        for note in change.notes:
            offset = word.start
            if word.inner >= 0:
                offset = word.inner + note.offset
            self.notes.append(note._replace(offset=offset))
        if change.text == word.value:
            return
        mark = self.text[word.start]
        if word.inner > word.start and mark not in change.text:
            self._keep([word], mark + change.text + mark)
            return
        message = "the server starts in this text; write 'ogx run' there"
        self.notes.append(ScriptNote(ACTION_REQUIRED, message, word.start))

    def _read_other(
        self,
        words: Sequence[ShellWord],
        values: list[str],
    ) -> None:
        """Read a command that starts no server."""
        packages = rewrite_packages(values, self.launch.target)
        if packages is not None:
            self._rename_packages(words, packages)
            return
        self._rewrite_other(words, values)

    def _rename_packages(
        self,
        words: Sequence[ShellWord],
        packages: NewCommand,
    ) -> None:
        """Write the words that are other ones; the rest may hold commands."""
        for word, new in zip(words, packages.words, strict=True):
            if new.text != word.value:
                change = NewCommand((NewWord(new.text, 0),))
                self._keep([word], self._write([word], change))

    def read_substitutions(self) -> None:
        """Read the commands of llama-stack in substitutions, as `$(…)`."""
        taken = sorted((each.start, each.end) for each in self.segments)
        for start, end in find_substitutions(self.text):
            last = bisect_left(taken, (end, 0)) - 1
            if last >= 0 and taken[last][1] > start:
                # a part of it, or what it is a part of, has been written anew
                continue
            known = len(self.segments)
            self._read_substitution(start, end)
            for each in self.segments[known:]:
                insort(taken, (each.start, each.end))

    def _read_substitution(
        self,
        start: int,
        end: int,
    ) -> None:
        for command in find_commands(self.text[start:end]):
            words = [
                word._replace(start=word.start + start, end=word.end + start)
                for word in command.words
            ]
            self._rewrite_other(words, command.values)

    def _rewrite_other(
        self,
        words: Sequence[ShellWord],
        values: list[str],
    ) -> None:
        new = rewrite_other(values, self.launch)
        if new is not None:
            self._keep(words, self.renaming.apply(self._write(words, new)))

    def result(self) -> ScriptChange:
        """Return the text with what was read."""
        parts: list[str] = []
        at = 0
        for start, end, text in sorted(self.segments):
            parts += [self._apply(self.text[at:start]), text]
            at = end
        parts.append(self._apply(self.text[at:]))
        return ScriptChange("".join(parts), tuple(self.notes))

    def _apply(self, text: str) -> str:
        """Return a text with the new names and folders."""
        return self.renaming.apply(text)


def _program_place(start: Start, values: Sequence[str]) -> int:
    if start.first >= 2 and values[start.first - 1] == "-m":
        return start.first - 2
    return start.first


def assigned_variables(text: str) -> Iterator[str]:
    """Yield the variables that shell text sets."""
    for match in re.finditer(r"(?m)(?:^|[\s;&|(])([A-Za-z_]\w*)=", text):
        yield match[1]
