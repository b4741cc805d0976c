"""Shell scripts that start the server, as a process or in a container."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial

from stackcfg.deployment.changes import (
    DeploymentChanges,
    ReadByOldServer,
)
from stackcfg.deployment.environment.arguments import Launch
from stackcfg.deployment.environment.names import Renaming
from stackcfg.deployment.environment.place_changes import PlaceChanges
from stackcfg.deployment.environment.plain_files import (
    PlainText,
    change_plain_file,
    files_of_kind,
)
from stackcfg.deployment.environment.regions import RawRegion
from stackcfg.deployment.environment.script_variables import ScriptVariables
from stackcfg.deployment.environment.server_checks import HOST_FOLDER
from stackcfg.deployment.environment.server_plan import (
    CERTIFICATE,
    CONFIG_DIRS,
)
from stackcfg.deployment.environment.shell_scripts import (
    assigned_variables,
    rewrite_script,
)
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.light_typing import Final
from stackcfg.loading.here_documents import find_written_configs
from stackcfg.manifests.file_kinds import SCRIPT
from stackcfg.manifests.home_paths import find_home_paths
from stackcfg.manifests.server_evidence import find_start_in, starts_old_server
from stackcfg.manifests.server_start import (
    Start,
    find_server_run,
    program_of,
)
from stackcfg.manifests.shell_text import ShellCommand, find_commands
from stackcfg.migration.changes import ACTION_REQUIRED, CHECK
from stackcfg.releases.server_environment import (
    new_variable,
    renamed_variables,
)

_MAKERS: Final = ("mkdir", "cp", "mv", "rsync", "install", "tar")


def run(files: DeploymentFiles) -> DeploymentChanges:
    """Yield what changes in scripts that start the server."""
    names = list(files_of_kind(files, SCRIPT))
    variables = ScriptVariables(files, names)
    for name in names:
        yield from change_plain_file(files, name, partial(_change_file, variables))
        if _writes_for_old_server(files.texts[name]):
            yield ReadByOldServer(name)
    yield from variables.changes()


def _writes_for_old_server(text: str) -> bool:
    """Return whether a script writes run configs, and starts llama-stack."""
    if not find_written_configs(text):
        return False
    return any(starts_old_server(command.values) for command in find_commands(text))


def _change_file(variables: ScriptVariables, text: PlainText) -> Iterator[PlaceChanges]:
    commands = find_commands(text.body)
    found = list(_starts_in(commands))
    images = [find_server_run(each.values) for each in commands]
    if not found and not any(image is not None for image in images):
        return
    is_old = any(start.is_old for start in found)
    changes = PlaceChanges(text.file, "script")
    region = RawRegion(text.body, 0, len(text.body))
    renaming = _renaming(text, is_old)
    launch = Launch(
        text.target,
        serves_tls=_writes_certificate(text.body),
        env_files=variables.read(text.file, changes),
    )
    change = rewrite_script(region.old, launch, renaming)
    region.new = change.text
    for note in change.notes:
        changes.note(note.severity, note.message, note.offset)
    if is_old:
        variables.note_sourced(text.file, changes)
        _note_outside_variables(text, renaming, changes)
        _note_folder(
            text.body,
            commands,
            renaming,
            changes,
        )
    changes.add_regions(region)
    yield changes


def _writes_certificate(text: str) -> bool:
    """Return whether a run config that a script writes has a certificate."""
    return any(
        CERTIFICATE.search(text, each.start, each.end)
        for each in find_written_configs(text)
    )


def _starts_in(commands: Sequence[ShellCommand]) -> Iterator[Start]:
    for command in commands:
        start = find_start_in(command.values)
        if start is not None:
            yield start


def _renaming(text: PlainText, is_old: bool) -> Renaming:
    """Return which of the variables that a script sets have other names."""
    assigned = set(assigned_variables(text.body))
    names: dict[str, str] = {}
    for name in assigned:
        new = new_variable(name, text.target)
        if is_old and new and new not in assigned:
            names[name] = new
    has_folder = any(name in assigned for name in CONFIG_DIRS)
    return Renaming(names, moves_folder=is_old and not has_folder)


def _note_outside_variables(
    text: PlainText, renaming: Renaming, changes: PlaceChanges
) -> None:
    """Say which old variables come from whoever runs the script."""
    for name in renamed_variables():
        new = new_variable(name, text.target)
        found = re.search(rf"\$\{{?{name}(?!\w)", text.body)
        if found is None or name in renaming.names or not new:
            continue
        message = (
            f"'{name}' is set outside of this script, which uses it; ogx itself reads "
            f"'{new}'; set both"
        )
        changes.note(CHECK, message, found.start())


def _note_folder(
    text: str,
    commands: Sequence[ShellCommand],
    renaming: Renaming,
    changes: PlaceChanges,
) -> None:
    """Say what becomes of the folder in the home, which ogx moves once."""
    if not renaming.moves_folder:
        return
    paths = list(find_home_paths(text))
    if not paths:
        return
    for command in commands:
        for word in command.words[1:]:
            is_path = any(find_home_paths(word.value))
            if is_path and program_of(command.words[0].value) in _MAKERS:
                message = (
                    "this creates '~/.ogx' before ogx starts, so that ogx does not move "
                    "'~/.llama' there; rename the folder yourself first"
                )
                changes.note(ACTION_REQUIRED, message, word.start)
                return
    changes.note(CHECK, HOST_FOLDER, paths[0].start)
