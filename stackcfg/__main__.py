"""The entry point: runs plain command lines at once, imports typer only for the
others.
"""

from __future__ import annotations

import gc
import sys

GARBAGE_THRESHOLD = 100_000
"""Objects between two collections: with the usual 700, Python searches node
trees in vain.
"""


def main() -> None:
    """Run the command line and exit with one of the codes that README lists."""
    arguments = sys.argv[1:]
    from stackcfg.cli.errors import run_guarded

    if arguments in (["--version"], ["-V"]):
        sys.exit(run_guarded(_print_version))
    from stackcfg.cli.plain_pages import find_page

    page = find_page(arguments)
    if page is not None:
        sys.exit(run_guarded(page))
    gc.set_threshold(GARBAGE_THRESHOLD)
    from stackcfg.cli.fast_path import parse_plain_migrate, parse_plain_validate

    migration = parse_plain_migrate(arguments)
    if migration is not None:
        from stackcfg.cli import migrate

        sys.exit(run_guarded(lambda: migrate.run_plain(*migration)))
    validation = parse_plain_validate(arguments)
    if validation is not None:
        from stackcfg.cli import validate

        sys.exit(run_guarded(lambda: validate.run_plain(*validation)))
    from stackcfg.cli.app import run

    sys.exit(run_guarded(run))


def _print_version() -> int:
    from stackcfg import __version__
    from stackcfg.system.output import write_stdout

    write_stdout(f"stackcfg {__version__}\n")
    return 0


if __name__ == "__main__":
    main()
