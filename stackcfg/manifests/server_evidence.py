"""What speaks for it that a container runs the server.

Applications that call a server have variables with the same names, so a name
alone proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from stackcfg.manifests.containers import Container
from stackcfg.manifests.home_paths import Homes, find_home_paths
from stackcfg.manifests.server_start import Start, find_start
from stackcfg.manifests.shell_text import ShellError, read_commands
from stackcfg.releases.server_environment import (
    DEFAULT_PORT,
    NEW_FOLDER,
    OLD_FOLDER,
    is_old_image,
    is_server_image,
    renamed_variables,
    start_flags,
)

SHELLS: Final = frozenset(("sh", "bash", "ash", "dash", "zsh", "ksh"))
_ENOUGH: Final = 2
_SHOWN_SCRIPT: Final = 3


class ServerEvidence(NamedTuple):
    """Why a container is taken for a server.

    `is_old`: what it runs is llama-stack, not ogx. `start` is the command that
    starts it, None if only other things say so; `is_proved` tells a command or
    an image from a sum of signs.
    """

    reason: str
    is_old: bool
    start: Start | None = None
    is_proved: bool = True


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
    signs = list(_signs(container))
    own = _own_variable(container)
    if own and len(signs) >= _ENOUGH - 1:
        is_old = own in renamed_variables()
        return ServerEvidence(f"it sets {own} and {signs[0]}", is_old, None, False)
    return None


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
    try:
        commands = read_commands(text)
    except ShellError:
        return None
    for command in commands:
        start = find_start_in(command.values)
        if start is not None:
            return start
    return None


def script_index(words: Sequence[str]) -> int | None:
    """Return which word is shell text: the one behind `sh -c`."""
    for index, word in enumerate(words[:-2]):
        if word.rsplit("/", 1)[-1] not in SHELLS:
            continue
        for place in range(index + 1, min(index + _SHOWN_SCRIPT, len(words) - 1)):
            flag = words[place]
            if flag.startswith("-") and not flag.startswith("--") and "c" in flag:
                return place + 1
    return None


def _own_variable(container: Container) -> str:
    """Return a variable that only servers have; empty if there is none."""
    for name in container.variables:
        for variable in renamed_variables().values():
            is_own = variable.since and not variable.is_shared
            if is_own and name in (variable.old, variable.new):
                return name
    return ""


def _signs(container: Container) -> Iterator[str]:
    home = container.variables.get("HOME") or ""
    homes = Homes(tuple(filter(None, [home.rstrip("/")])))
    for folder in (OLD_FOLDER, NEW_FOLDER):
        paths = [path.replace(folder, OLD_FOLDER) for path in container.mounts]
        named = [path for path in container.mounts if f"/{folder}" in path]
        if named and any(any(find_home_paths(path, homes)) for path in paths):
            yield f"mounts a volume at the folder '{folder}'"
    if DEFAULT_PORT in container.ports:
        yield f"listens on port {DEFAULT_PORT}"
    gone = [name for name, flag in start_flags().items() if flag.becomes == "config"]
    if any(word in gone for word in container.words):
        yield "names a config as the server takes it"
