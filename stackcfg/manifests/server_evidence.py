"""What speaks for it that a container runs the server.

Applications that call a server have variables with the same names, so a
name alone proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.manifests.containers import Container
from stackcfg.manifests.file_kinds import SHELLS
from stackcfg.manifests.home_paths import Homes, find_home_paths
from stackcfg.manifests.server_start import (
    Start,
    find_server_run,
    find_start,
    program_of,
)
from stackcfg.manifests.shell_text import find_commands
from stackcfg.releases.server_environment import (
    ENTRYPOINT_CONFIG,
    is_old_image,
    is_server_image,
    renamed_variables,
    start_flags,
)
from stackcfg.releases.server_places import (
    NEW_FOLDER,
    NEW_MOUNTED_CONFIG,
    OLD_FOLDER,
    OLD_MOUNTED_CONFIG,
    SERVER_PORT,
)

_CONFIG_FOLDERS: Final = (OLD_MOUNTED_CONFIG, NEW_MOUNTED_CONFIG)
_SHOWN_SCRIPT: Final = 3


class ServerEvidence(NamedTuple):
    """Why a container is taken for a server.

    `is_old`: what it runs is llama-stack, not ogx. `start` is the
    command that starts it, None if only other things say so;
    `is_proved` tells a command or an image from a sum of signs.
    """

    reason: str
    is_old: bool
    start: Start | None = None
    is_proved: bool = True

    @property
    def proves_old(self) -> bool:
        """Return whether the container certainly runs llama-stack."""
        return self.is_old and self.is_proved


def find_evidence(container: Container) -> ServerEvidence | None:
    """Return why a container runs the server; None if nothing says so."""
    start = find_start_in(container.words)
    if start is not None:
        return ServerEvidence("its command starts the server", start.is_old, start)
    if container.is_init:
        return None
    image = container.image
    if is_server_image(image):
        return ServerEvidence("its image is one of the server", is_old_image(image))
    own = _own_variable(container)
    sign = next(_signs(container), "")
    if not own or not sign:
        return None
    is_old = any(name in renamed_variables() for name in container.variables)
    is_old = is_old or _names_folder(container, OLD_FOLDER)
    return ServerEvidence(
        reason=f"it sets {own} and {sign}",
        is_old=is_old,
        start=None,
        is_proved=False,
    )


def find_start_in(words: Sequence[str]) -> Start | None:
    """Return the start of a server in words or in the shell text among them."""
    start = find_start(words)
    if start is not None:
        return start
    index = script_index(words)
    if index is None:
        return None
    return find_start_in_script(words[index])


def find_start_in_script(text: str) -> Start | None:
    """Return the first start of a server in shell text."""
    starts = (find_start_in(command.values) for command in find_commands(text))
    return next(filter(None, starts), None)


def starts_old_server(words: Sequence[str]) -> bool:
    """Return whether a command starts llama-stack, not ogx."""
    start = find_start_in(words)
    if start is not None:
        return start.is_old
    image = find_server_run(words)
    return image is not None and is_old_image(words[image])


def script_index(words: Sequence[str]) -> int | None:
    """Return which word is shell text: the one behind `sh -c`."""
    for index, word in enumerate(words[:-2]):
        if program_of(word) not in SHELLS:
            continue
        last = min(index + _SHOWN_SCRIPT, len(words) - 1)
        for place in range(index + 1, last):
            if _runs_text(words[place]):
                return place + 1
    return None


def _runs_text(flag: str) -> bool:
    """Return whether a shell takes its next argument for shell text: `-c`, `-ec`."""
    if flag.startswith("--"):
        return False
    return flag.startswith("-") and "c" in flag


def _own_variable(container: Container) -> str:
    """Return a variable that only servers have; empty if there is none."""
    own = {ENTRYPOINT_CONFIG}
    for variable in renamed_variables().values():
        if variable.since and not variable.is_shared:
            own |= {variable.old, variable.new}
    return next((name for name in container.variables if name in own), "")


def _signs(container: Container) -> Iterator[str]:
    """Yield what speaks for a server, each alone too weak."""
    for folder in (OLD_FOLDER, NEW_FOLDER):
        if _names_folder(container, folder):
            yield f"names the folder '{folder}' of a home"
    if str(SERVER_PORT) in container.ports:
        yield f"listens on port {SERVER_PORT}"
    if any(word in _config_flags() for word in container.words):
        yield "names a config as the server takes it"
    if any(mount.rstrip("/") in _CONFIG_FOLDERS for mount in container.mounts):
        yield "mounts the folder of its config"


@cache
def _config_flags() -> frozenset[str]:
    """Return the flags that name a config to the server, and to nobody else."""
    flags = start_flags().values()
    return frozenset(flag.name for flag in flags if flag.becomes == "config")


def _names_folder(container: Container, folder: str) -> bool:
    """Return whether a mount or a variable is in the folder of a home."""
    home = container.variables.get("HOME")
    homes = Homes()
    if home:
        homes = Homes((home.rstrip("/"),))
    values = filter(None, container.variables.values())
    for path in (*container.mounts, *values):
        if f"/{folder}" not in path:
            continue
        if any(find_home_paths(path.replace(folder, OLD_FOLDER), homes)):
            return True
    return False
