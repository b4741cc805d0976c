"""Print the manual page `stackcfg(1)`, made from the help of the commands.

python .ci/pages/man_page.py > stackcfg.1
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from stackcfg import __version__
from stackcfg.cli.app import app

Command = Any
"""A command of the click that typer brings, which is not the one that can be imported."""

Context = Any
"""A context of that click."""

CODES = """\
.TP
.B 0
Nothing to report, or done completely.
.TP
.B 1
Findings, or a migration is needed.
.TP
.B 2
Usage, unreadable input, or output that cannot be written.
.TP
.B 3
Done in part: action is required.
.TP
.BR 130 ", " 141
Interrupted; output closed.
"""


def man_page() -> str:
    """Return the page in the language of man(7)."""
    group = typer.main.get_command(app)
    parts = [
        f'.TH STACKCFG 1 "" "stackcfg {_escape(__version__)}" "User Commands"\n',
        ".SH NAME\nstackcfg \\- migrate and check run configs of Llama Stack (OGX)\n",
        ".SH SYNOPSIS\n.B stackcfg\n.I COMMAND\n[\\fIOPTIONS\\fR] [\\fIFILES\\fR]\n",
        ".SH DESCRIPTION\n",
        *_paragraphs(group.help or ""),
        ".SH COMMANDS\n",
    ]
    # the commands have its settings, such as the names of the option for help
    context = group.context_class(group, **group.context_settings)
    for name, command in _commands(group, ""):
        parts += _section(name, command, context)
    return "".join([*parts, ".SH EXIT STATUS\n", CODES])


def _commands(group: Command, before: str) -> Iterator[tuple[str, Command]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{before}{name} ")
        elif not command.hidden:
            yield before + name, command


def _section(name: str, command: Command, parent: Context) -> Iterator[str]:
    yield f".SS stackcfg {_escape(name)}\n"
    yield from _paragraphs(command.help or "")
    context = command.context_class(command, info_name=name, parent=parent)
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None:
            names, words = record
            yield f".TP\n.B {_escape(names)}\n{_escape(words or name)}\n"


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.split("\n\n"):
        words = " ".join(paragraph.replace("\b", "").split())
        if words:
            yield f".PP\n{_escape(words)}\n"


def _escape(text: str) -> str:
    """Return a text on one line that roff shows as it is."""
    line = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    if line.startswith((".", "'")):
        return f"\\&{line}"
    return line


if __name__ == "__main__":
    print(man_page(), end="")
