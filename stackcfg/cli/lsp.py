"""The command `lsp`: the language server with the settings of each project."""

from __future__ import annotations

import os
from importlib.util import find_spec

from stackcfg.cli.exit_codes import OK
from stackcfg.cli.settings import load_project_settings
from stackcfg.cli.validate_options import options_of
from stackcfg.errors import StackcfgError
from stackcfg.validation.settings import Settings


def run() -> int:
    """Serve an editor on standard input and output; return the exit code.

    Raises `StackcfgError` where the library for it is not installed.
    """
    if find_spec("pygls") is None:
        hint = "pip install 'stackcfg[lsp]'"
        raise StackcfgError("the language server needs pygls", hint=hint)
    from stackcfg.editor.server import serve

    serve(settings_for_path)
    return OK


def settings_for_path(path: str) -> Settings | None:
    """Return the settings that the project of a file has for it; None
    if it leaves the file out.

    Raises `StackcfgError` for settings that make no sense.
    """
    folder = os.path.dirname(os.path.abspath(path))
    project = load_project_settings(folder)
    if project.excludes(path):
        return None
    return options_of(project).settings_of(path)
