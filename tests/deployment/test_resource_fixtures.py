"""Whole manifests, before and after: every folder of `fixtures/deployment/resource`.

`input.yaml` becomes `output.yaml`; `notes.txt` is what is said, with the runbook at its end. An `options.json` holds
further `DeploymentSettings`. Files of `fixtures/deployment/refused` are refused, with the `line:message` beside them.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stackcfg.deployment.engine import DeployedFile, migrate_deployment
from stackcfg.deployment.settings import DeploymentSettings
from stackcfg.migration.settings import settings_for
from tests.support.expected import compare_with_file
from tests.support.texts import read

ROOT = Path(__file__).parents[2] / "fixtures" / "deployment"
CASES = sorted(path.parent for path in ROOT.glob("resource/*/input.yaml"))
REFUSED = sorted(ROOT.glob("refused/*.yaml"))


def migrate_case(case: Path, text: str) -> list[DeployedFile]:
    options = case / "options.json"
    given = json.loads(read(options)) if options.exists() else {}
    settings = DeploymentSettings(settings_for("1.5"), **given)
    return migrate_deployment([("input.yaml", text)], settings)


def said(found: DeployedFile) -> str:
    notes = [note for config in found.result.configs for note in config.notes]
    lines = [
        f"{note.position.line} {note.severity}: {note.message}\n" for note in notes
    ]
    steps = [
        f"{number}. {step}\n" for number, step in enumerate(found.result.runbook, 1)
    ]
    return "".join([*lines, *steps])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_manifest_is_migrated(case: Path):
    [found] = migrate_case(case, read(case / "input.yaml"))
    assert found.is_beside
    compare_with_file(found.result.text, case / "output.yaml")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_manifest_gets_its_notes_and_its_runbook(case: Path):
    [found] = migrate_case(case, read(case / "input.yaml"))
    compare_with_file(said(found), case / "notes.txt")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_second_run_changes_nothing(case: Path):
    text = read(case / "output.yaml")
    [found] = migrate_case(case, text)
    assert found.result.text == text
    assert not found.result.changed
    assert not found.is_beside


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_comment_is_lost(case: Path):
    before, after = read(case / "input.yaml"), read(case / "output.yaml")
    for line in before.splitlines():
        _, mark, comment = line.partition("# ")
        assert not mark or comment in after


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_windows_line_ends_of_a_manifest_stay(case: Path):
    text = read(case / "input.yaml").replace("\n", "\r\n")
    [found] = migrate_case(case, text)
    assert "\n" not in found.result.text.replace("\r\n", "")
    expected = read(case / "output.yaml")
    assert found.result.text.replace("\r\n", "\n") == expected


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_what_cannot_be_converted_is_refused_with_what_to_do(path: Path):
    [found] = migrate_deployment(
        [("input.yaml", read(path))], DeploymentSettings(settings_for("1.5"))
    )
    assert found.result is None
    line = f"{found.error.position.line}:{found.error}\n"
    compare_with_file(line, path.with_suffix(".expected"))
