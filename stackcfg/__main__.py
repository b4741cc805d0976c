"""The entry point: answers plain requests at once, and imports the command line library only for the others."""

from __future__ import annotations

import gc
import sys

GARBAGE_THRESHOLD = 100_000
"""Objects between two collections: node trees die file by file, so the usual 700 only looks through them in vain."""


def main() -> None:
    """Run the command line; exits with the codes that README lists."""
    arguments = sys.argv[1:]
    from stackcfg.cli.errors import run_guarded

    if arguments in (["--version"], ["-V"]):
        sys.exit(run_guarded(_version))
    gc.set_threshold(GARBAGE_THRESHOLD)
    from stackcfg.cli.fast_path import parse_plain_migrate, parse_plain_validate

    migration = parse_plain_migrate(arguments)
    if migration is not None:
        from stackcfg.cli import migrate as command_migrate

        sys.exit(run_guarded(lambda: command_migrate.run_plain(*migration)))
    files = parse_plain_validate(arguments)
    if files is not None:
        from stackcfg.cli import validate as command_validate

        sys.exit(run_guarded(lambda: command_validate.run_plain(files)))
    from stackcfg.cli.app import run

    sys.exit(run_guarded(run))


def _version() -> int:
    from stackcfg import __version__

    print(f"stackcfg {__version__}")
    return 0


if __name__ == "__main__":
    main()
