"""The formats of every command: each is a module that renders, imported on use."""

from __future__ import annotations

from importlib import import_module

import pytest

from stackcfg.reports.data.formats import FORMATS as DATA
from stackcfg.reports.migrate.formats import FORMATS as MIGRATE
from stackcfg.reports.show.formats import FORMATS as SHOW
from stackcfg.reports.validate.formats import FORMATS as VALIDATE

COMMANDS = {"data": DATA, "migrate": MIGRATE, "show": SHOW, "validate": VALIDATE}
CASES = [(command, name) for command, formats in COMMANDS.items() for name in formats]


@pytest.mark.parametrize(("command", "name"), CASES)
def test_a_format_is_a_module_with_a_function_render(command, name):
    module = import_module(f"stackcfg.reports.{COMMANDS[command][name].module}")
    assert callable(module.render)


def test_json_is_a_document_in_every_command():
    assert all(formats["json"].is_document for formats in COMMANDS.values())


@pytest.mark.parametrize("name", VALIDATE)
def test_a_format_of_validate_takes_no_results(name):
    from stackcfg.reports.validate.formats import Context

    shown = VALIDATE[name].render([], Context("0.3"))
    assert bool(shown) == VALIDATE[name].is_document
