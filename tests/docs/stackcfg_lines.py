"""The `stackcfg` commands in shell lines, and parsing them without running them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

import typer

from stackcfg.cli.app import app

_ENDS = {"|", ">", ">>", "&&", "||", ";", "2>&1", "2>"}
_AT_ONCE = [["--version"], ["--install-completion"]]
"""Options that do something as soon as they are parsed."""


def stackcfg_lines(text: str) -> Iterator[list[str]]:
    """Yield the words behind each `stackcfg` in lines of a shell."""
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        for at, word in enumerate(words):
            if word.rpartition("/")[2] == "stackcfg" and _is_command(words[:at]):
                yield list(_until_end(words[at + 1 :]))


def _is_command(before: list[str]) -> bool:
    return not before or before[-1] in {*_ENDS, "--", "uvx", "exec"}


def _until_end(words: list[str]) -> Iterator[str]:
    for word in words:
        if word in _ENDS:
            return
        yield word


def parse(words: list[str]) -> None:
    """Let the command line parse these words; an unknown command or option raises an error of the click in typer."""
    if words[:1] in _AT_ONCE:
        return
    command: Any = typer.main.get_command(app)
    context = command.make_context("stackcfg", words)
    while hasattr(command, "resolve_command"):
        rest = [*context._protected_args, *context.args]
        name, command, rest = command.resolve_command(context, rest)
        context = command.make_context(name, rest, parent=context)
