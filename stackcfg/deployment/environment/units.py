"""Units of systemd and quadlets of podman that start the server."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.deployment.changes import DeploymentChanges
from stackcfg.deployment.environment.env_files import EnvFiles, EnvFileUser
from stackcfg.deployment.environment.place_changes import PlaceChanges
from stackcfg.deployment.environment.plain_files import (
    PlainText,
    add_lines,
    change_plain_file,
    files_of_kind,
)
from stackcfg.deployment.environment.regions import RawRegion
from stackcfg.deployment.environment.server import (
    PairVariable,
    Server,
    Variable,
    VariableSource,
    fixed_variable,
)
from stackcfg.deployment.environment.server_change import change_server
from stackcfg.deployment.environment.variable_sources import VariableSources
from stackcfg.deployment.environment.words import CommandLine, SpanWords, quote_shell
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.manifests.containers import span_of_target
from stackcfg.manifests.file_kinds import UNIT, kind_of
from stackcfg.manifests.file_names import DROP_INS
from stackcfg.manifests.server_evidence import ServerEvidence, find_start_in
from stackcfg.manifests.shell_text import ShellError, find_words, read_commands
from stackcfg.manifests.unit_text import (
    COMMANDS,
    Setting,
    read_settings,
    start_of_command,
)
from stackcfg.migration.changes import ACTION_REQUIRED
from stackcfg.releases.server_environment import (
    is_old_image,
    is_server_image,
    new_variable,
)
from stackcfg.yamltext.edits import Edit

_PATHS: Final = (
    "WorkingDirectory",
    "ReadWritePaths",
    "ReadOnlyPaths",
    "BindPaths",
    "ExecStartPre",
    "ExecStartPost",
    "ConditionPathExists",
)


def run(files: DeploymentFiles) -> DeploymentChanges:
    """Yield what changes in units that start the server."""
    units = _Units(files)
    for name in files_of_kind(files, UNIT):
        yield from change_plain_file(files, name, units.change)
    yield from units.sources.changes()
    yield from units.env_files.changes()


class _Units:
    """The units of a run, and the files of variables that they name."""

    def __init__(self, files: DeploymentFiles) -> None:
        self.sources = VariableSources(files.settings.release)
        self._files = files
        users: list[EnvFileUser] = []
        for name in files_of_kind(files, UNIT):
            text = files.texts[name]
            settings = list(read_settings(text))
            _, evidence = self._read(name, text)
            changes = evidence is not None and evidence.is_old
            for setting in _env_files_in(settings):
                path = _path_of(text, setting)
                users.append(EnvFileUser(name, path, setting.start, changes))
        self.env_files = EnvFiles(files, self.sources, users)

    def _read(self, file: str, text: str) -> tuple[Server, ServerEvidence | None]:
        """Return a unit as a server; a drop-in has what its unit says beside it."""
        server, evidence = _read_server(text, list(read_settings(text)))
        unit = self._unit_of(file)
        if unit is None:
            self._add_names(file, server)
            return server, evidence
        body = self._files.texts[unit]
        base, found = _read_server(body, list(read_settings(body)))
        evidence = evidence or found
        if evidence is not None:
            _inherit(server, base, evidence)
        return server, evidence

    def _add_names(self, unit: str, server: Server) -> None:
        """Let a unit know which old names its drop-ins set: its command can use them."""
        for name in self._files.names_below(unit, f"{posixpath.basename(unit)}.d"):
            settings = list(read_settings(self._files.texts[name]))
            found, _ = _read_server(self._files.texts[name], settings)
            server.add_old_names(each.name for each in found.variables)

    def _unit_of(self, file: str) -> str | None:
        """Return the unit that a drop-in changes: `a.service.d/b.conf`
        is one of `a.service`.
        """
        folder = posixpath.dirname(file)
        if not folder.endswith(DROP_INS):
            return None
        name = self._files.name_beside(folder, posixpath.basename(folder)[:-2])
        if name is None or kind_of(name, self._files.texts[name]) != UNIT:
            return None
        return name

    def change(self, text: PlainText) -> Iterator[PlaceChanges]:
        """Yield what changes in a unit, if it starts the server."""
        settings = list(read_settings(text.body))
        server, evidence = self._read(text.file, text.body)
        if evidence is None:
            return
        changes = PlaceChanges(text.file, "unit")
        if evidence.is_old:
            for setting in _env_files_in(settings):
                path = _path_of(text.body, setting)
                self.env_files.read(
                    text.file,
                    path,
                    server,
                    changes,
                    setting.start,
                )
            _note_passed(text, settings, changes)
        change_server(server, changes, text.target)
        changes.add_regions(*server.regions)
        changes.add_evidence(evidence, server.offset)
        yield changes


def _inherit(server: Server, base: Server, evidence: ServerEvidence) -> None:
    """Let the server of a drop-in have what its unit says."""
    own = server.own
    variables: list[Variable] = [
        fixed_variable(each.name, each.value, 0)
        for each in base.variables
        if each.name not in own
    ]
    elsewhere = PlaceChanges("", "")
    server.sources.append(VariableSource(elsewhere, variables))
    server.is_old = evidence.is_old
    server.is_host = base.is_host and server.image is None
    server.inherited_image = base.image_name
    server.is_patch = True


def _env_files_in(settings: Sequence[Setting]) -> Iterator[Setting]:
    for setting in settings:
        if setting.key == "EnvironmentFile":
            yield setting


def _note_passed(
    text: PlainText, settings: Sequence[Setting], changes: PlaceChanges
) -> None:
    """Say which variables of the service manager have other names."""
    for setting in settings:
        if setting.key != "PassEnvironment":
            continue
        for name in text.body[setting.start : setting.end].split():
            new = new_variable(name, text.target)
            if new:
                message = (
                    f"'{name}' comes from the service manager, and ogx reads '{new}'; "
                    "set that there, and pass it here"
                )
                changes.note(ACTION_REQUIRED, message, setting.start)


def _path_of(text: str, setting: Setting) -> str:
    """Return the file that a setting names; one with `-` may be absent."""
    return text[setting.start : setting.end].removeprefix("-")


def _read_server(
    text: str, settings: Sequence[Setting]
) -> tuple[Server, ServerEvidence | None]:
    """Return a unit as a server, and why it is one; None if nothing says so."""
    server = Server(0, is_old=False, is_host=True)
    for setting in settings:
        _read_setting(text, setting, server)
    evidence = _find_evidence(server)
    if evidence is not None:
        server.is_old = evidence.is_old
    if server.image is not None and evidence is not None:
        server.runs_image = evidence.start is None
        server.is_host = False
    server.add_variables = lambda pairs: _add_variables(text, server.offset, pairs)
    return server, evidence


def _read_setting(
    text: str,
    setting: Setting,
    server: Server,
) -> None:
    region = RawRegion(text, setting.start, setting.end)
    if setting.key == "Environment":
        server.variables += _read_variables(region)
    elif setting.key in COMMANDS:
        words = _read_command(text, setting)
        if words is not None:
            server.command = CommandLine(words)
            server.offset = setting.line
    elif setting.key == "Image" and is_server_image(region.old):
        server.image = region
    elif setting.key == "Volume":
        server.mounts.append(region.part(*span_of_target(region.old)))
    elif setting.key in _PATHS:
        server.others.append(region)


def _find_evidence(server: Server) -> ServerEvidence | None:
    """Return why a unit runs the server, by its command or its image."""
    words: list[str] = []
    if server.command is not None:
        words = server.command.values
    start = find_start_in(words)
    if start is not None:
        return ServerEvidence("it starts the server", start.is_old, start)
    if server.image is None:
        return None
    return ServerEvidence("it runs the server's image", is_old_image(server.image.old))


def _read_command(text: str, setting: Setting) -> SpanWords | None:
    region = RawRegion(text, start_of_command(text, setting), setting.end)
    try:
        commands = read_commands(region.old)
    except ShellError:
        return None
    words = [word for command in commands for word in command.all_words]
    return SpanWords(region, words, quote_shell)


def _read_variables(region: RawRegion) -> Iterator[PairVariable]:
    for word in find_words(region.old):
        start, end = word.start, word.end
        if region.old[start] in "\"'":
            start, end = start + 1, end - 1
        yield PairVariable(region.part(start, end))


def _add_variables(
    text: str, place: int, pairs: Sequence[tuple[str, str]]
) -> list[Edit]:
    """Return the edit that sets more variables in front of the command."""
    lines = [f"Environment={_quote('='.join(pair))}" for pair in pairs]
    return add_lines(text, place, lines)


def _quote(pair: str) -> str:
    """Return a pair as systemd reads it: in quotes if there are spaces in it."""
    if re.search(r"\s", pair):
        return f'"{pair}"'
    return pair
