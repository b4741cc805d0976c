"""The entry point: runs plain command lines at once, imports typer only
for the others.
"""

from __future__ import annotations

import gc
import os
import sys

from stackcfg.cli.errors import run_guarded
from stackcfg.cli.exit_codes import INTERRUPTED

# `--version` needs this module: nothing more may be imported here.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Callable

GARBAGE_THRESHOLD = 1_000_000
"""Objects between two collections, some 100 MB. What a file leaves has
no cycles: each collection searches its tree in vain.
"""

MONITORING_TOOLS = 6
"""How many tools `sys.monitoring` takes."""


def main() -> None:
    """Run the command line and exit with one of the codes that README lists."""
    sys.exit(run_guarded(_find_plain_command(sys.argv[1:]) or _run_by_typer))


def start() -> None:
    """Run the command line as the only thing that this process is for.

    At the end of a plain one nothing is open. Python would still take
    apart all that it holds, object by object, which takes longer than
    to validate a file.
    """
    try:
        command = _find_plain_command(sys.argv[1:])
    except KeyboardInterrupt:
        # while the command is imported
        os._exit(INTERRUPTED)
    if command is None:
        main()
        return
    code = run_guarded(command)
    if _is_watched() or not _write_out():
        sys.exit(code)
    os._exit(code)


def _is_watched() -> bool:
    """Return whether a profiler or a debugger watches this process.

    It writes at the exit what it has found.
    """
    if sys.getprofile() is not None or sys.gettrace() is not None:
        return True
    # since Python 3.12 they can be registered here instead
    monitoring = getattr(sys, "monitoring", None)
    if monitoring is None:
        return False
    return any(monitoring.get_tool(number) for number in range(MONITORING_TOOLS))


def _write_out() -> bool:
    """Write what the output streams still hold; return whether all of it is out."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        return False
    return True


def _find_plain_command(arguments: list[str]) -> Callable[[], int] | None:
    """Return what runs a command line that needs no typer; None for any other."""
    if arguments in (["--version"], ["-V"]):
        return _print_version
    from stackcfg.cli.plain_pages import find_page

    page = find_page(arguments)
    if page is not None:
        return page
    gc.set_threshold(GARBAGE_THRESHOLD)
    from stackcfg.cli.fast_path import parse_plain_migrate, parse_plain_validate

    migration = parse_plain_migrate(arguments)
    if migration is not None:
        from stackcfg.cli import migrate

        return lambda: migrate.run_plain(*migration)
    validation = parse_plain_validate(arguments)
    if validation is not None:
        from stackcfg.cli import validate

        return lambda: validate.run_plain(*validation)
    return None


def _run_by_typer() -> int:
    from stackcfg.cli.app import run

    return run()


def _print_version() -> int:
    from stackcfg import __version__
    from stackcfg.system.terminal import write_stdout

    write_stdout(f"stackcfg {__version__}\n")
    return 0


if __name__ == "__main__":
    start()
