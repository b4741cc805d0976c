"""The entry point: answers what needs nothing else at once, and imports the rest only then."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; exits with the codes that README lists."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from stackcfg import __version__

        print(f"stackcfg {__version__}")
        return
    from stackcfg.cli import run

    sys.exit(run())


if __name__ == "__main__":
    main()
