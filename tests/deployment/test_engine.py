"""The engine of deployments: parts edit, run configs are migrated, places are those of the input."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from stackcfg.deployment import parts
from stackcfg.deployment.changes import (
    FileEdit,
    FileNote,
    KeepOldFile,
    Refusal,
    RunbookStep,
)
from stackcfg.deployment.engine import migrate_deployment
from stackcfg.deployment.parts import Part
from stackcfg.deployment.settings import DeploymentSettings
from stackcfg.loading.errors import InputError
from stackcfg.migration.settings import settings_for
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.lines import Position

SETTINGS = DeploymentSettings(settings_for("1.5"))
CONFIG = """\
kind: ConfigMap
metadata: {name: config}
data:
  run.yaml: |
    version: 2
    apis: [inference]
    providers:
      inference:
      - provider_id: ollama
        provider_type: remote::ollama
        config: {url: http://ollama:11434}
"""


@pytest.fixture
def part(monkeypatch: pytest.MonkeyPatch):
    """A part whose changes a test chooses."""

    def use(*changes):
        module = ModuleType("stackcfg.deployment.chosen")
        module.run = lambda _files: iter(changes)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(parts, "PARTS", (Part("chosen", ("kind",)),))

    return use


def test_a_file_that_no_part_speaks_of_is_not_in_the_result(part):
    part()
    assert migrate_deployment([("a.yaml", CONFIG)], SETTINGS) == []


def test_edits_and_the_migration_of_the_run_config_are_one_result(part):
    part(
        FileEdit("a.yaml", "ConfigMap config", Edit(0, 0, ("# one\n# two\n",))),
        KeepOldFile("a.yaml"),
        RunbookStep("a.yaml", "stop the server"),
    )
    [found] = migrate_deployment(
        [("a.yaml", CONFIG), ("b.yaml", "kind: x\n")], SETTINGS
    )
    assert found.is_beside
    assert found.result.changed
    assert found.result.text.startswith("# one\n# two\nkind: ConfigMap\n")
    assert "base_url: http://ollama:11434/v1" in found.result.text
    assert found.result.runbook == ("stop the server",)


def test_notes_have_the_places_of_the_text_as_it_was_given(part):
    part(
        FileEdit("a.yaml", "ConfigMap config", Edit(0, 0, ("# one\n# two\n",))),
        FileNote("a.yaml", "ConfigMap config", "info", "here", CONFIG.index("data:\n")),
    )
    [found] = migrate_deployment([("a.yaml", CONFIG)], SETTINGS)
    own, config = found.result.configs
    assert own.place == "ConfigMap config"
    assert own.changed
    assert [note.position for note in own.notes] == [Position(3, 1)]
    lines = CONFIG.splitlines()
    for note in config.notes:
        assert note.position.line <= len(lines)


def test_a_byte_order_mark_stays_and_is_not_counted(part):
    part(FileEdit("a.yaml", "place", Edit(0, 4, ("kind",))))
    [found] = migrate_deployment([("a.yaml", "\ufeff" + CONFIG)], SETTINGS)
    assert found.result.text.startswith("\ufeffkind: ConfigMap")


def test_a_refused_file_does_not_stop_the_others(part):
    error = InputError("a template", Position(1, 1))
    note = FileNote("b.yaml", "place", "info", "fine", 0)
    part(Refusal("a.yaml", error), note)
    files = [("a.yaml", CONFIG), ("b.yaml", "kind: x\n")]
    refused, other = migrate_deployment(files, SETTINGS)
    assert refused.error is error
    assert not other.result.changed


def test_edits_that_overlap_are_refused_as_a_fault_of_the_program(part):
    part(
        FileEdit("a.yaml", "p", Edit(0, 8, ("x",))),
        FileEdit("a.yaml", "p", Edit(4, 12, ("y",))),
    )
    [found] = migrate_deployment([("a.yaml", CONFIG)], SETTINGS)
    assert found.result is None
    assert "overlap" in str(found.error)
