"""Who uses the databases: a running server has rows in its memory, and would miss what is copied or overwrite it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Iterator
from typing import Final

from stackcfg.data.locations import POSTGRES, Database
from stackcfg.data.stored_rows import ConfigSide
from stackcfg.paths import value_at

DEFAULT_PORT: Final = 8321
SERVERS: Final = ("llama_stack", "llama-stack", "llama", "ogx")
"""Words of the command that a server was started with, as the last part of a path or as a module."""


def running_servers(
    sides: Iterable[ConfigSide], databases: Iterable[Database]
) -> list[str]:
    """What speaks for a server that runs, in words. Raises `DatabaseError` where a database server must be asked."""
    sides, databases = list(sides), list(databases)
    files = {each.file for each in databases if each.file}
    found = [*_processes(files, {os.path.realpath(each.name) for each in sides})]
    if not found:
        found += [
            f"something answers on port {port} of this machine, which is that of the config"
            for port in _ports(sides)
        ]
    for database in databases:
        if database.engine == POSTGRES:
            from stackcfg.data.engines.postgres import count_other_connections

            found += [
                f"{who} is connected to {database.describe()}"
                for who in count_other_connections(database)
            ]
    return list(dict.fromkeys(found))


def _processes(files: set[str], configs: set[str]) -> Iterator[str]:
    """Processes that have one of the files open, and servers that were started with one of the configs."""
    import psutil

    for process in psutil.process_iter(["cmdline"]):
        if process.pid == os.getpid():
            continue
        command: list[str] = process.info["cmdline"] or []
        name = f"process {process.pid} ({' '.join(command)[:60].strip() or 'no name'})"
        try:
            held = sorted(
                files & {os.path.realpath(each.path) for each in process.open_files()}
            )
            if held:
                yield f"{name} has {held[0]} open"
            elif _is_server(command) and configs & {
                os.path.realpath(os.path.join(process.cwd(), each)) for each in command
            }:
                yield f"{name} runs one of the configs"
        except (psutil.Error, OSError):
            continue  # gone, or somebody else's


def _is_server(command: list[str]) -> bool:
    words = {os.path.basename(each).partition(".")[0] for each in command}
    return "run" in command and bool(words & set(SERVERS))


def _ports(sides: Iterable[ConfigSide]) -> Iterator[int]:
    """The ports of the configs that something listens on."""
    for port in {_port(each) for each in sides}:
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                yield port


def _port(side: ConfigSide) -> int:
    given = value_at(side.data, ("server", "port"))
    return given if isinstance(given, int) and 0 < given < 65536 else DEFAULT_PORT
