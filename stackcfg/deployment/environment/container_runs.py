"""`docker run` and `podman run` of a server's image, as words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackcfg.deployment.environment.arguments import (
    CommandNote,
    Launch,
    NewCommand,
    NewWord,
    rewrite_arguments,
)
from stackcfg.deployment.environment.commands import rewrite_start
from stackcfg.deployment.environment.images import change_image
from stackcfg.deployment.environment.server_checks import NEW_OWNER
from stackcfg.deployment.environment.values import BUILT_IN, UNKNOWN, change_value
from stackcfg.light_typing import Final
from stackcfg.manifests.containers import span_of_target
from stackcfg.manifests.home_paths import Homes, move_home_paths, upstream_homes
from stackcfg.manifests.server_start import find_start
from stackcfg.migration.changes import CHECK
from stackcfg.releases.server_environment import (
    ENTRYPOINT_CONFIG,
    is_old_image,
    new_variable,
)

_VOLUME: Final = ("-v", "--volume")
_VARIABLE: Final = ("-e", "--env")
_MOUNT: Final = "--mount"
_ENV_FILE: Final = "--env-file"
_FLAGS: Final = (*_VOLUME, _MOUNT, *_VARIABLE, _ENV_FILE)
_TARGETS: Final = ("target=", "dst=", "destination=")


def rewrite_run(
    words: Sequence[str],
    image: int,
    launch: Launch,
) -> NewCommand:
    """Return the command that runs the image of ogx."""
    run = _Run(words, image, launch)
    return run.rewrite()


class _Run:
    """One `docker run`: its words up to the image, and the arguments behind it."""

    def __init__(
        self,
        words: Sequence[str],
        image: int,
        launch: Launch,
    ) -> None:
        self.words = words
        self.image = image
        self.launch = launch
        self.homes = self._homes()
        self.notes: list[CommandNote] = []

    def _homes(self) -> Homes:
        """Return the home folders in the container."""
        for name, value in self._variables():
            if name == "HOME":
                return Homes((value.rstrip("/"),))
        return upstream_homes(self.launch.target)

    def _variables(self) -> Iterator[tuple[str, str]]:
        """Yield the variables that flags set, each with its value."""
        for index in range(1, self.image):
            flag, _, text = self.words[index].partition("=")
            if flag in _VARIABLE:
                if not text:
                    text = self.words[index + 1]
                name, _, value = text.partition("=")
                yield name, value

    def rewrite(self) -> NewCommand:
        """Return the whole command."""
        arguments = self._arguments()
        named = dict(self._variables())
        variables = dict(arguments.variables)
        config = BUILT_IN
        if ENTRYPOINT_CONFIG in {*named, *variables} or "/" in arguments.config:
            config = UNKNOWN
        flags = list(self._flags(config))
        for name, value in variables.items():
            new = (
                change_value(
                    name,
                    value,
                    config,
                    self.words[self.image],
                ).value
                or value
            )
            if name not in named:
                flags += [NewWord("-e"), NewWord(f"{name}={new}")]
        change = change_image(self.words[self.image], self.launch.target)
        for severity, message in change.notes:
            self.notes.append(CommandNote(severity, message, self.image))
        image = NewWord(change.text, self.image)
        notes = (*self.notes, *arguments.notes)
        return NewCommand((*flags, image, *arguments.words), (), notes)

    def _arguments(self) -> NewCommand:
        """Return what is behind the image, with the places in all words."""
        first = self.image + 1
        rest = self.words[first:]
        start = find_start(rest)
        if start is not None:
            new = rewrite_start(rest, start, self.launch)
        elif is_old_image(self.words[self.image]):
            new = rewrite_arguments(rest, self.launch._replace(has_entrypoint=True))
        else:
            kept = [NewWord(word, index) for index, word in enumerate(rest)]
            new = NewCommand(tuple(kept))
        moved = [self._moved(word, first) for word in new.words]
        notes = [note._replace(source=note.source + first) for note in new.notes]
        variables = [
            (name, move_home_paths(value, self.homes)) for name, value in new.variables
        ]
        return NewCommand(
            words=tuple(moved),
            variables=tuple(variables),
            notes=tuple(notes),
            config=new.config,
        )

    def _moved(
        self,
        word: NewWord,
        first: int,
    ) -> NewWord:
        """Return a word behind the image, with its place in the whole command."""
        text = move_home_paths(word.text, self.homes)
        if word.source is None:
            return NewWord(text)
        return NewWord(text, word.source + first)

    def _flags(self, config: str) -> Iterator[NewWord]:
        """Yield the words in front of the image, changed."""
        for index in range(self.image):
            word = self.words[index]
            before = "".join(self.words[max(index - 1, 0) : index])
            flag, equals, value = word.partition("=")
            if before in _FLAGS:
                yield NewWord(
                    self._value_of(
                        before,
                        word,
                        config,
                        index,
                    ),
                    index,
                )
            elif equals and flag in _FLAGS:
                new = self._value_of(
                    flag,
                    value,
                    config,
                    index,
                )
                yield NewWord(f"{flag}={new}", index)
            else:
                yield NewWord(word, index)

    def _value_of(
        self,
        flag: str,
        value: str,
        config: str,
        index: int,
    ) -> str:
        if flag in _VOLUME:
            new = move_target(value, self.homes)
            if new != value and self.homes.moved:
                self.notes.append(CommandNote(CHECK, NEW_OWNER, index))
            return new
        if flag == _MOUNT:
            parts = [self._mount_part(part) for part in value.split(",")]
            return ",".join(parts)
        if flag == _ENV_FILE:
            self._note_env_file(value, index)
            return value
        return self._variable(value, config, index)

    def _note_env_file(
        self,
        path: str,
        index: int,
    ) -> None:
        """Say that an old server has variables in a file, too."""
        if path in self.launch.env_files:
            return
        if is_old_image(self.words[self.image]):
            message = (
                f"variables of the server in '{path}' have other names, too; rename "
                "them there"
            )
            self.notes.append(CommandNote(CHECK, message, index))

    def _mount_part(self, part: str) -> str:
        if part.startswith(_TARGETS):
            return move_home_paths(part, self.homes)
        return part

    def _variable(
        self,
        text: str,
        config: str,
        index: int,
    ) -> str:
        """Return `NAME=VALUE` with the name and the value for ogx."""
        name, equals, value = text.partition("=")
        new = new_variable(name, self.launch.target) or name
        if not equals:
            # the value is that of the shell, which has the old name
            if new == name:
                return text
            return f"{new}=${name}"
        change = change_value(
            name,
            value,
            config,
            self.words[self.image],
        )
        if change.message:
            self.notes.append(CommandNote(change.severity, change.message, index))
        value = change.value or move_home_paths(value, self.homes)
        return f"{new}={value}"


def move_target(volume: str, homes: Homes) -> str:
    """Return `SOURCE:TARGET:MODE` with the folder in the container moved."""
    start, end = span_of_target(volume)
    moved = move_home_paths(volume[start:end], homes)
    return volume[:start] + moved + volume[end:]
