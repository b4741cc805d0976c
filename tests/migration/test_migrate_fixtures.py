"""Whole files, before and after: every folder of `fixtures/migrate`.

`input.yaml` becomes `output.yaml`, and `output-preserve.yaml` in the other layout where that differs; an
`options.json` holds further `Settings`, `target` and `source` in words, `notes.txt` what is said. Files in `refused`
are refused, with the `line:message` beside them, and options in a file of their name.
"""

import json
from pathlib import Path

import pytest

from stackcfg.migration import hop
from stackcfg.migration.engine import (
    InputError,
    MigrationResult,
    Settings,
    migrate,
    settings_for,
)
from tests.support.expected import compare_with_file
from tests.support.texts import read

FIXTURES = Path(__file__).parents[2] / "fixtures" / "migrate"
CASES = sorted(path.parent for path in FIXTURES.glob("*/*/input.yaml"))
REFUSED = sorted(FIXTURES.glob("refused/*.yaml"))
OUTPUTS = {"consolidate": "output.yaml", "preserve": "output-preserve.yaml"}


def settings(case: Path, layout: str) -> Settings:
    return settings_in(case / "options.json", layout)


def settings_in(path: Path, layout: str = "consolidate") -> Settings:
    given = json.loads(read(path)) if path.exists() else {}
    words = {name: given.pop(name) for name in ("target", "source") if name in given}
    return settings_for(layout=layout, **words)._replace(**given)


def expected_path(case: Path, layout: str) -> Path:
    path = case / OUTPUTS[layout]
    return path if path.exists() else case / OUTPUTS["consolidate"]


def expected(case: Path, layout: str) -> str:
    return read(expected_path(case, layout))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_is_migrated_and_gets_its_notes(
    case: Path, monkeypatch: pytest.MonkeyPatch
):
    text, wanted = read(case / "input.yaml"), settings(case, "consolidate")
    result = migrate(text, wanted)
    compare_with_file(result.text, expected_path(case, "consolidate"))
    if (case / "notes.txt").exists():
        compare_with_file(said(result), case / "notes.txt")
    # a step that is skipped for its word would find nothing
    monkeypatch.setattr(hop, "steps_for", lambda _, steps: steps)
    assert migrate(text, wanted) == result


def said(result: MigrationResult) -> str:
    notes = result.configs[0].notes
    return "".join(
        f"{each.position.line} {each.severity}: {each.message}\n" for each in notes
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_is_migrated_in_the_other_layout(case: Path):
    result = migrate(read(case / "input.yaml"), settings(case, "preserve"))
    compare_with_file(result.text, expected_path(case, "preserve"))


@pytest.mark.parametrize("layout", OUTPUTS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_second_run_changes_nothing(case: Path, layout: str):
    text = expected(case, layout)
    result = migrate(text, settings(case, layout))
    assert result.text == text
    assert not result.changed


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_a_file_is_refused(path: Path):
    with pytest.raises(InputError) as error:
        migrate(read(path), settings_in(path.with_suffix(".json")))
    refusal = f"{error.value.position.line}:{error.value.message}\n"
    compare_with_file(refusal, path.with_suffix(".txt"))


def test_every_fixture_is_used():
    assert CASES
    assert all((case / "output.yaml").exists() for case in CASES)
    assert all(path.with_suffix(".txt").exists() for path in REFUSED)


AROUND = "kind: ConfigMap\ndata:\n  run.yaml: |\n"
PLAIN = [case for case in CASES if case.parent.name in ("situations", "steps")]


@pytest.mark.parametrize("case", PLAIN, ids=lambda case: case.name)
def test_a_note_in_a_configmap_is_at_the_content_of_its_line(case: Path):
    """Edits of a block scalar begin where its lines do, before their indentation."""
    lines = read(case / "input.yaml").splitlines(keepends=True)
    indented = [" " * 4 * bool(line.strip()) + line for line in lines]
    text = AROUND + "".join(indented)
    result = migrate(text, settings(case, "consolidate"))
    rows = text.split("\n")
    for note in (note for config in result.configs for note in config.notes):
        line, column = note.position
        before = rows[line - 1][: column - 1]
        assert before.strip() or not rows[line - 1][column - 1 :].startswith(" ")


HELD = [
    case
    for case in PLAIN
    if "{{" not in read(case / "input.yaml")
    and not read(case / "input.yaml").startswith("\ufeff")
]


@pytest.mark.parametrize("case", HELD, ids=lambda case: case.name)
def test_notes_in_a_configmap_are_at_the_lines_that_they_are_at_alone(case: Path):
    """But for notes on what is written behind the last line: they are in the config."""
    wanted = settings(case, "consolidate")
    lines = read(case / "input.yaml").splitlines(keepends=True)
    held = "".join(" " * 4 * bool(line.strip()) + line for line in lines)
    inside = places_of_notes(migrate(AROUND + held, wanted))
    for line, column, words in places_of_notes(migrate("".join(lines), wanted)):
        assert line <= len(lines)
        assert line == len(lines) or (line + 3, column + 4, words) in inside
    assert all(4 <= line <= len(lines) + 3 for line, _, _ in inside)


def places_of_notes(result: MigrationResult) -> set[tuple[int, int, str]]:
    notes = [note for config in result.configs for note in config.notes]
    return {(*note.position, note.message) for note in notes}


@pytest.mark.parametrize("target", ["0.7", "1.5"])
def test_notes_on_stores_in_a_configmap_have_the_columns_of_the_file(target):
    text = read(FIXTURES / "shapes" / "comments" / "input.yaml")
    held = "".join(f"    {line}" for line in text.splitlines(keepends=True))
    alone, inside = (
        {
            (*note.position, note.message)
            for note in migrate(each, settings_for(target)).configs[0].notes
        }
        for each in (text, AROUND + held)
    )
    assert {(line + 3, column + 4, said) for line, column, said in alone} == inside
