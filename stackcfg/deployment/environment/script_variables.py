"""Files of variables that scripts name: `--env-file` of containers, and
those that a script reads into its own environment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackcfg.deployment.changes import DeploymentChange
from stackcfg.deployment.environment.arguments import NewCommand
from stackcfg.deployment.environment.env_files import (
    EnvFiles,
    EnvFileUser,
    describe_old_names,
)
from stackcfg.deployment.environment.place_changes import PlaceChanges
from stackcfg.deployment.environment.regions import RawRegion
from stackcfg.deployment.environment.server import Server
from stackcfg.deployment.environment.server_change import change_variables
from stackcfg.deployment.environment.server_plan import plan_server
from stackcfg.deployment.environment.variable_sources import VariableSources
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.light_typing import Final, NamedTuple
from stackcfg.manifests.server_start import CONTAINER_ENGINES, find_server_run
from stackcfg.manifests.shell_text import ShellCommand, find_commands
from stackcfg.migration.changes import ACTION_REQUIRED
from stackcfg.releases.server_environment import ENTRYPOINT_CONFIG, is_old_image

_FLAG: Final = "--env-file"
_SOURCES: Final = (".", "source")


class NamedFile(NamedTuple):
    """A file that a command of a script names, and where the command begins.

    `image` is the word with the image of the server that it runs, None
    if it runs none.
    """

    path: str
    offset: int
    command: ShellCommand
    image: int | None


class ScriptVariables:
    """The files of variables that the scripts of a run name."""

    def __init__(self, files: DeploymentFiles, names: Sequence[str]) -> None:
        self._files = files
        self._sources = VariableSources(files.settings.release)
        users = [
            EnvFileUser(name, each.path, each.offset, _runs_old(each))
            for name in names
            for each in _files_of_containers(files.texts[name])
        ]
        self._env_files = EnvFiles(files, self._sources, users)

    def read(self, file: str, changes: PlaceChanges) -> frozenset[str]:
        """Change the files of variables of a script's
        servers; return their paths.
        """
        text = self._files.texts[file]
        found = [each for each in _files_of_containers(text) if _runs_old(each)]
        for each in found:
            self._change(file, each, changes)
        return frozenset(each.path for each in found)

    def changes(self) -> Iterator[DeploymentChange]:
        """Yield what becomes of all files of variables."""
        yield from self._sources.changes()
        yield from self._env_files.changes()

    def note_sourced(self, file: str, changes: PlaceChanges) -> None:
        """Say which lines of files that a script reads set
        what ogx does not read.
        """
        for path, offset in _sourced_files(self._files.texts[file]):
            name = self._files.name_beside(file, path)
            if name is None:
                continue
            for message in describe_old_names(self._files, name):
                changes.note(ACTION_REQUIRED, message, offset)

    def _change(self, file: str, named: NamedFile, changes: PlaceChanges) -> None:
        """Give the variables of one container the names that ogx reads."""
        text = self._files.texts[file]
        server = Server(named.offset, is_old=True, runs_image=True)
        words = named.command.words
        if named.image is not None:
            word = words[named.image]
            server.image = RawRegion(text, word.start, word.end)
            arguments = [each.value for each in words[named.image + 1 :]]
            given = any(ENTRYPOINT_CONFIG in each.value for each in words)
            server.names_unknown_config = bool(arguments) or given
        self._env_files.read(
            file,
            named.path,
            server,
            changes,
            named.offset,
        )
        plan = plan_server(server, changes, self._files.settings.release)
        change_variables(plan, NewCommand(()))


def _runs_old(named: NamedFile) -> bool:
    """Return whether a command runs an image of llama-stack."""
    if named.image is None:
        return False
    return is_old_image(named.command.words[named.image].value)


def _files_of_containers(text: str) -> Iterator[NamedFile]:
    if _FLAG not in text:
        return
    for command in find_commands(text):
        values = command.values
        if not any(engine in values[:3] for engine in CONTAINER_ENGINES):
            continue
        image = find_server_run(values)
        for index, word in enumerate(command.words):
            flag, _, path = word.value.partition("=")
            if flag != _FLAG:
                continue
            if not path:
                path = "".join(values[index + 1 : index + 2])
            yield NamedFile(path, word.start, command, image)


def _sourced_files(text: str) -> Iterator[tuple[str, int]]:
    """Yield the files that a script reads into its own environment."""
    for command in find_commands(text):
        if len(command.words) > 1 and command.words[0].value in _SOURCES:
            yield command.words[1].value, command.words[0].start
