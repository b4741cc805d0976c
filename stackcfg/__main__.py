"""The entry point: answers plain requests at once, and imports the command line library only for the others."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; exits with the codes that README lists."""
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["-V"]):
        from stackcfg import __version__

        print(f"stackcfg {__version__}")
        return
    from stackcfg.guard import guarded
    from stackcfg.quick import plain_migration

    plain = plain_migration(arguments)
    if plain is None:
        from stackcfg.cli import run

        sys.exit(guarded(run))
    from stackcfg.command_migrate import run_plain

    sys.exit(guarded(lambda: run_plain(*plain)))


if __name__ == "__main__":
    main()
