"""What becomes of a server on the way to ogx, whatever kind of file starts it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.deployment.environment.arguments import (
    Launch,
    NewCommand,
    NewWord,
    rewrite_arguments,
)
from stackcfg.deployment.environment.commands import rewrite_start
from stackcfg.deployment.environment.images import change_image
from stackcfg.deployment.environment.names import Renaming
from stackcfg.deployment.environment.regions import PartRegion, PlaceChanges, Region
from stackcfg.deployment.environment.server import Server, Variable
from stackcfg.deployment.environment.shell_scripts import rewrite_script
from stackcfg.deployment.environment.values import (
    BUILT_IN,
    KNOWN,
    UNKNOWN,
    change_value,
)
from stackcfg.deployment.environment.words import CommandLine
from stackcfg.manifests.home_paths import Homes, is_old_home, upstream_homes
from stackcfg.manifests.server_evidence import script_index
from stackcfg.manifests.server_start import find_start
from stackcfg.migration.changes import ACTION_REQUIRED, CHECK
from stackcfg.releases.server_environment import (
    ENTRYPOINT_CONFIG,
    OLD_FOLDER,
    distribution_of,
    is_server_image,
    new_distribution,
    new_variable,
    renamed_variables,
    start_flags,
)
from stackcfg.releases.versions import Release

CONFIG_DIRS: Final = ("LLAMA_STACK_CONFIG_DIR", "OGX_CONFIG_DIR")
_CERTIFICATE: Final = re.compile(r"(?m)^[ \t]*tls_certfile:[ \t]*[^\s#]")
_UNKNOWN_PATH: Final = re.compile(r"\{\{|\$\{|[\ue000-\uf8ff]")


def change_server(server: Server, changes: PlaceChanges, target: Release) -> Renaming:
    """Change the strings of a server for a release; add notes to the changes.

    Returns the names and folders that have changed, for the texts that belong
    to it.
    """
    change = _ServerChange(server, changes, target)
    return change.run()


class _ServerChange:
    def __init__(self, server: Server, changes: PlaceChanges, target: Release) -> None:
        self.server = server
        self.changes = changes
        self.target = target
        self.launch = Launch(target, serves_tls=self._serves_tls())
        self.config = UNKNOWN
        if server.configs:
            self.config = KNOWN
        self.renaming = Renaming(
            names=dict(self._renamed()),
            homes=self._homes(),
            moves_folder=self._moves_folder(),
            is_interpolated=server.is_interpolated,
        )
        self.added: list[tuple[str, str]] = []

    def _serves_tls(self) -> bool:
        return any(_CERTIFICATE.search(text) for text in self.server.configs)

    def _homes(self) -> Homes:
        home = self.server.known.get("HOME")
        if home is not None and home.value:
            return Homes((home.value.rstrip("/"),))
        image = self.server.image
        if image is not None and is_server_image(image.old):
            return upstream_homes(self.target)
        return Homes()

    def _moves_folder(self) -> bool:
        """Return whether the folder of the server has another name afterwards.

        With a folder of its own, ogx moves nothing; a container's is moved all
        the same, with the mount.
        """
        named = [name for name in CONFIG_DIRS if name in self.server.known]
        if self.server.is_host:
            return not named
        return self.server.is_old or not named

    def _renamed(self) -> Iterator[tuple[str, str]]:
        known = self.server.known
        for name in known:
            new = new_variable(name, self.target)
            if self.server.is_old and new and new not in known:
                yield name, new

    def run(self) -> Renaming:
        """Change everything."""
        new = self._change_command()
        self._choose_config(new)
        if self.server.image is not None:
            self._change_image(self.server.image)
        self._add_variables(new)
        for variable in self.server.variables:
            self._change_variable(variable)
        for script in self.server.scripts:
            self._change_script(script)
        for region in (*self.server.mounts, *self.server.others):
            region.new = self.renaming.apply(region.new)
        self._note_names()
        self._check_mounts()
        self._check_host()
        return self.renaming

    def _change_command(self) -> NewCommand:
        """Write the command for ogx; return what it says now."""
        command = self.server.command
        if command is None:
            return NewCommand(())
        index = script_index(command.values)
        if index is not None:
            self._take_script(command, index)
            return NewCommand(())
        start = find_start(command.values)
        if start is not None:
            new = rewrite_start(command.values, start, self.launch)
        elif self.server.runs_image:
            image = self.server.image
            launch = self.launch._replace(has_entrypoint=True)
            if image is not None and self.server.is_old:
                distribution = new_distribution(distribution_of(image.old)) or ""
                launch = launch._replace(distribution=distribution)
            new = rewrite_arguments(command.values, launch)
        else:
            self._note_arguments(command.values)
            words = [NewWord(word, index) for index, word in enumerate(command.values)]
            new = NewCommand(tuple(words))
        for note in new.notes:
            self.changes.note(note.severity, note.message, command.place(note.source))
        command.write(new.words, self.renaming.apply)
        if not new.words and command.values and self.server.drop_arguments is not None:
            self.changes.add_edits(*self.server.drop_arguments())
        return new

    def _take_script(self, command: CommandLine, index: int) -> None:
        script = command.item(index)
        if script is not None:
            self.server.scripts.append(script)
            return
        message = (
            "this shell text has escapes in it and stays; start the server with "
            "'ogx run' in it"
        )
        self.changes.note(ACTION_REQUIRED, message, command.place(index))

    def _note_arguments(self, words: Sequence[str]) -> None:
        command = self.server.command
        for index, word in enumerate(words):
            flag = start_flags().get(word.partition("=")[0])
            if flag is not None and flag.is_gone and command is not None:
                message = (
                    f"'{word}' is no flag of 'ogx run', which names its config "
                    "without one; say it as the program of the new image takes it"
                )
                self.changes.note(ACTION_REQUIRED, message, command.place(index))

    def _choose_config(self, new: NewCommand) -> None:
        """Find out which config the server reads."""
        if self.config == KNOWN or self.server.names_unknown_config:
            return
        named = ENTRYPOINT_CONFIG in {*self.server.known, *dict(new.variables)}
        is_image = self.server.runs_image and not named
        if "/" not in new.config and "." not in new.config:
            is_named = bool(new.config) and "$" not in new.config
            if is_named or is_image:
                self.config = BUILT_IN

    def _change_image(self, region: Region) -> None:
        if not self.server.is_old:
            return
        change = change_image(region.old, self.target, self.server.is_built)
        region.new = change.text
        for severity, message in change.notes:
            self.changes.note(severity, message, region.place(0))

    def _add_variables(self, new: NewCommand) -> None:
        """Set the variables that were flags of the command."""
        missing: list[tuple[str, str]] = []
        for name, value in new.variables:
            variable = self.server.known.get(name)
            value = self.renaming.apply(value)
            if variable is None:
                changed = change_value(name, value, self.config)
                missing.append((name, changed.value or value))
            elif variable.value is None:
                message = f"'--env {name}' set another value than this variable has"
                self.changes.note(CHECK, message, variable.place)
            elif variable.value != value:
                variable.set_value(value)
        if not missing:
            return
        if self.server.add_variables is not None:
            self.changes.add_edits(*self.server.add_variables(missing))
            return
        pairs = ", ".join(f"{name}={value}" for name, value in missing)
        message = f"the flags that were here are variables now; set {pairs}"
        self.changes.note(ACTION_REQUIRED, message, self.server.offset)

    def _change_variable(self, variable: Variable) -> None:
        old = variable.name
        if variable.value is not None:
            self._change_value(variable, variable.value)
        else:
            change = change_value(old, None, self.config)
            if self.server.is_old:
                self._note_value(change.severity, change.message, variable)
        if old in self.renaming.names:
            variable.rename(self.renaming.names[old])
        elif old in renamed_variables() and not self._is_private(old):
            self._note_unread(variable)

    def _change_value(self, variable: Variable, value: str) -> None:
        change = change_value(variable.name, value, self.config)
        if self.server.is_old:
            self._note_value(change.severity, change.message, variable)
        names = dict(self.renaming.names)
        if self.server.foreign:
            own = {
                old: new for old, new in names.items() if old not in self.server.foreign
            }
            names = own
        new = self.renaming._replace(names=names).apply(change.value or value)
        if new != value:
            variable.set_value(new)

    def _note_value(self, severity: str, message: str, variable: Variable) -> None:
        if message:
            self.changes.note(severity, message, variable.place)

    def _is_private(self, name: str) -> bool:
        """Return whether a script of the server uses a variable for itself."""
        scripts = [region.old for region in self.server.scripts]
        used = any(f"${name}" in text or f"${{{name}" in text for text in scripts)
        return used or not new_variable(name, self.target)

    def _note_unread(self, variable: Variable) -> None:
        new = new_variable(variable.name, self.target)
        message = f"ogx does not read '{variable.name}'; it reads '{new}'"
        if new in self.server.known:
            message += ", which is set, too"
        self.changes.note(CHECK, message, variable.place)

    def _change_script(self, region: Region) -> None:
        renaming = self.renaming
        if not self.server.is_old:
            renaming = renaming._replace(moves_folder=False)
        change = rewrite_script(region.old, self.launch, renaming)
        mark = region.mark if isinstance(region, PartRegion) else ""
        if mark and change.text.count(mark) > region.old.count(mark):
            message = "the new shell text has quotes in it; write it yourself"
            self.changes.note(ACTION_REQUIRED, message, region.place(0))
            return
        region.new = change.text
        for note in change.notes:
            place = region.place(note.offset)
            self.changes.note(note.severity, note.message, place)

    def _note_names(self) -> None:
        """Say what a run config that is not in this run must read now."""
        if self.config != UNKNOWN or not self.renaming.names:
            return
        pairs = [f"{old} (now {new})" for old, new in self.renaming.names.items()]
        message = (
            f"a run config that reads {', '.join(pairs)} finds the old name unset; "
            "let it read the new one"
        )
        self.changes.note(CHECK, message, self.server.offset)

    def _check_mounts(self) -> None:
        """Say what no mount may be: the folder that ogx empties at its start."""
        self._check_owner()
        if not self.renaming.moves_folder:
            return
        for region in self.server.mounts:
            if is_old_home(region.new, self.renaming.homes):
                message = (
                    "ogx copies the files out of a volume at this folder and deletes "
                    f"them there; mount it at '{region.new.replace('llama', 'ogx')}'"
                )
                self.changes.note(ACTION_REQUIRED, message, region.place(0))
            elif _UNKNOWN_PATH.search(region.new) and self._names_folder():
                message = (
                    f"if this path is in a folder '{OLD_FOLDER}', its value must be "
                    "changed to '.ogx' in the same step: ogx copies the files out of "
                    "a volume at '~/.llama' and deletes them there"
                )
                self.changes.note(ACTION_REQUIRED, message, region.place(0))

    def _check_owner(self) -> None:
        """Say what the user of upstream images since 1.3 cannot read or write."""
        if not self.renaming.homes.moved or not self.server.is_old:
            return
        for region in self.server.mounts:
            if region.new.startswith("/root/"):
                message = (
                    f"the server runs as user 1001 and cannot read '{region.new}'; "
                    "mount it elsewhere"
                )
                self.changes.note(ACTION_REQUIRED, message, region.place(0))
            elif region.new != region.old:
                message = (
                    "the server runs as user 1001, not as root; it must be allowed "
                    "to write to this volume"
                )
                self.changes.note(CHECK, message, region.place(0))

    def _check_host(self) -> None:
        """Say who moves the folder of a server that runs in no container."""
        if not self.server.is_host or not self.renaming.moves_folder:
            return
        for region in self.server.regions:
            if f"/{OLD_FOLDER}" in region.old and region.new != region.old:
                message = (
                    "paths in '~/.llama' are in '~/.ogx' now: ogx renames the folder "
                    "when it starts first, unless '~/.ogx' exists"
                )
                self.changes.note(CHECK, message, region.place(0))
                return

    def _names_folder(self) -> bool:
        """Return whether any string of the server names the old folder."""
        values = [variable.regions for variable in self.server.variables]
        regions = [region for each in values for region in each]
        return any(f"/{OLD_FOLDER}" in region.old for region in regions)
