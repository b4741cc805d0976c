"""Signs of a running server, which holds rows in memory and would miss
or overwrite a copy.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Iterator
from typing import Any, Final

from stackcfg.data.engines.opening import list_other_connections
from stackcfg.data.locations import Database
from stackcfg.data.stored_rows import ConfigSide
from stackcfg.paths import value_at
from stackcfg.releases.server_places import SERVER_PORT

SERVERS: Final = frozenset({"llama_stack", "llama-stack", "llama", "ogx"})
"""The programs and modules by which a server is started."""


def running_servers(
    sides: Iterable[ConfigSide],
    databases: Iterable[Database],
    paths: Iterable[str] = (),
) -> list[str]:
    """Return signs of a running server, one line each.

    `paths` are further files, and folders with such. Raises
    `DatabaseError`.
    """
    sides, databases = list(sides), list(databases)
    files = {each.file for each in databases if each.file} | set(paths)
    configs = {os.path.realpath(each.name) for each in sides}
    found = [*_find_processes(files, configs)]
    # a process says more than a port
    if not found:
        found += [
            f"something answers on port {port} of this machine, the port of the config"
            for port in _open_ports(sides)
        ]
    for database in databases:
        found += [
            f"{program} is connected to {database.describe()}"
            for program in list_other_connections(database)
        ]
    return list(dict.fromkeys(found))


def _find_processes(files: set[str], configs: set[str]) -> Iterator[str]:
    import psutil

    for process in psutil.process_iter(["cmdline"]):
        # this program itself can have files open
        if process.pid == os.getpid():
            continue
        try:
            use = _describe_use(process, files, configs)
        except (psutil.Error, OSError):
            continue  # it has ended, or belongs to another user
        if use:
            command = " ".join(process.info["cmdline"] or ())
            yield f"process {process.pid} ({command[:60].strip() or 'no name'}) {use}"


def _describe_use(process: Any, files: set[str], configs: set[str]) -> str:
    opened = [each.path for each in process.open_files()]
    held = sorted(each for each in map(os.path.realpath, opened) if _is_in(each, files))
    if held:
        return f"has {held[0]} open"
    command: list[str] = process.info["cmdline"] or []
    if not _is_server(command):
        return ""
    folder = process.cwd()
    for word in command:
        # a relative path is one from the folder of the server
        path = os.path.join(folder, word)
        if os.path.realpath(path) in configs:
            return "runs one of the configs"
    return ""


def _is_in(path: str, places: set[str]) -> bool:
    if path in places:
        return True
    return any(path.startswith(each + os.sep) for each in places)


def _is_server(command: list[str]) -> bool:
    programs = {os.path.basename(each).partition(".")[0] for each in command}
    return "run" in command and not programs.isdisjoint(SERVERS)


def _open_ports(sides: Iterable[ConfigSide]) -> Iterator[int]:
    for port in {_port_of(each) for each in sides}:
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                yield port


def _port_of(side: ConfigSide) -> int:
    port = value_at(side.data, ("server", "port"))
    if isinstance(port, int) and 0 < port < 65536:
        return port
    return SERVER_PORT
