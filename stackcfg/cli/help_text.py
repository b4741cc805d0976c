"""What `stackcfg --help` prints, kept as text: to draw it takes typer
and the options of every command, which take four times as long as all
the rest.

`python -m stackcfg.cli.help_text > stackcfg/cli/help.txt` draws it
again.
"""

from __future__ import annotations

import os
import sys

from stackcfg.system.files import read_file

FILE = os.path.join(os.path.dirname(__file__), "help.txt")
NAME = "stackcfg"
WIDTH = 80
"""The columns that the text needs, and typer takes at most."""


def read_help() -> str | None:
    """Return the help as typer draws it; None if it must draw it
    itself, for a narrow terminal or a command of another name.
    """
    name = _name_program()
    if not name or _columns() < WIDTH:
        return None
    return read_file(FILE).replace(NAME, name, 1)


def _name_program() -> str:
    """Return how the command was called, as typer says it; empty if
    that is neither of the two usual ways.
    """
    package = sys.modules["__main__"].__package__
    if package == NAME:
        return f"python -m {NAME}"
    if not package and os.path.basename(sys.argv[0]) == NAME:
        return NAME
    return ""


def _columns() -> int:
    """Return the columns of the terminal, as `shutil.get_terminal_size` does."""
    asked = os.environ.get("COLUMNS", "")
    if asked.isdecimal() and int(asked):
        return int(asked)
    try:
        return os.get_terminal_size(1).columns or WIDTH
    except OSError:
        return WIDTH


def draw_help() -> str:
    """Return the help as typer draws it, for a wide terminal."""
    from typer import Context
    from typer.main import get_command

    from stackcfg.cli.app import app

    command = get_command(app)
    names = command.context_settings["help_option_names"]
    context = Context(
        command, info_name=NAME, terminal_width=WIDTH - 2, help_option_names=names
    )
    return f"{command.get_help(context)}\n"


if __name__ == "__main__":
    print(draw_help(), end="")
