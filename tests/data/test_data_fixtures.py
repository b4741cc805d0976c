"""Whole databases, before and after a copy: every folder of `fixtures/data`.

`before.json` and `after.json` are all databases of a folder (see `databases`), `report.txt` is what the copy says with
the folder called FOLDER. `options.json` names the releases, and the exit codes of a copy (`copy_exit_code`) and of
a verification after it (`verify_exit_code`) where they are not 0.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from stackcfg.data.row_rules import ROW_RULES, chunk_table_names
from tests.support.databases import contents, make
from tests.support.expected import compare_with_file
from tests.support.in_process import run_here
from tests.support.running import ROOT, Done

CASES = sorted(path.parent for path in (ROOT / "fixtures" / "data").glob("*/old.yaml"))
SCHEMA = Draft202012Validator(
    json.loads((ROOT / "schemas" / "data-report-v2.json").read_text())
)


def laid_out(case: Path, folder: Path) -> Path:
    """A folder with the configs and databases of a fixture."""
    for name in ("old.yaml", "new.yaml"):
        shutil.copy(case / name, folder / name)
    make(folder, described(case, "before.json", folder))
    return folder


def described(case: Path, name: str, folder: Path) -> dict[str, dict[str, object]]:
    """The databases that a fixture describes, in this folder."""
    found: dict[str, dict[str, object]] = json.loads(
        (case / name).read_text().replace("FOLDER", str(folder))
    )
    return found


def options_of(case: Path) -> dict[str, str | int]:
    path = case / "options.json"
    found: dict[str, str | int] = json.loads(path.read_text()) if path.exists() else {}
    return found


def data(action: str, case: Path, folder: Path, *further: str) -> Done:
    given = options_of(case)
    named = [name for name in ("from", "target") if name in given]
    options = [word for name in named for word in (f"--{name}", str(given[name]))]
    home = str(folder / "home")
    return run_here(
        "data",
        action,
        "old.yaml",
        "new.yaml",
        *options,
        *further,
        cwd=folder,
        HOME=home,
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_copy_leaves_the_databases_and_the_report_of_the_fixture(case, tmp_path):
    done = data("copy", case, laid_out(case, tmp_path))
    assert contents(tmp_path) == described(case, "after.json", tmp_path)
    compare_with_file(done.out.replace(str(tmp_path), "FOLDER"), case / "report.txt")
    assert (done.code, done.err) == (options_of(case).get("copy_exit_code", 0), "")
    actions = done.out.count("\naction required: ")
    counted = re.search(r"; (\d+) items? needs? your decision\n$", done.out)
    assert actions == (int(counted[1]) if counted else 0)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_second_copy_changes_nothing(case, tmp_path):
    data("copy", case, laid_out(case, tmp_path))
    files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    done = data("copy", case, tmp_path)
    assert "rows copied: 0, completed: 0" in done.out
    # what was left the first time is still left
    if "differ" not in case.name:
        assert done.code == options_of(case).get("copy_exit_code", 0), done.out
    assert {
        path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()
    } == files
    again = data("copy", case, tmp_path, "--again", "--format", "json")
    report = json.loads(again.out)
    assert [
        move["copied"]["added"] + move["copied"]["completed"]
        for move in report["moves"]
        if "copied" in move
    ] == [0 for move in report["moves"] if "copied" in move]
    assert contents(tmp_path) == described(case, "after.json", tmp_path)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verify_finds_every_row_that_a_copy_wrote(case, tmp_path):
    laid_out(case, tmp_path)
    before = data("verify", case, tmp_path)
    unchanged = described(case, "before.json", tmp_path) == described(
        case, "after.json", tmp_path
    )
    after = options_of(case).get("verify_exit_code", 0)
    assert before.code == (after if unchanged else 1), before.out
    data("copy", case, tmp_path)
    done = data("verify", case, tmp_path)
    assert done.code == after, done.out


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("action", ["plan", "verify", "copy --dry-run"])
def test_reading_leaves_everything_as_it_is(case, action, tmp_path):
    laid_out(case, tmp_path)
    files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    name, *further = action.split()
    assert data(name, case, tmp_path, *further).code in (0, 1, 3)
    assert {
        path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()
    } == files


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("action", ["plan", "copy", "verify", "copy --dry-run"])
def test_a_json_report_fits_its_schema(case, action, tmp_path):
    laid_out(case, tmp_path)
    name, *further = action.split()
    report = json.loads(data(name, case, tmp_path, *further, "--format", "json").out)
    SCHEMA.validate(report)
    assert report["action"] == action.split()[-1].removeprefix("--")


def test_a_dry_run_reports_the_rows_that_a_copy_adds(tmp_path):
    case = next(case for case in CASES if case.name == "vector-stores")
    laid_out(case, tmp_path)
    dry = json.loads(data("copy", case, tmp_path, "--dry-run", "--format", "json").out)
    done = json.loads(data("copy", case, tmp_path, "--format", "json").out)
    missing = {
        move["store"]: len(move["verified"]["missing"])
        for move in dry["moves"]
        if move.get("verified")
    }
    added = {
        move["store"]: move["copied"]["added"]
        for move in done["moves"]
        if move.get("copied")
    }
    assert missing == {store: added[store] for store in missing}


CHANGED = re.compile(r"rows that (R\d+) changes: (\d+) \(")


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("to-tables", {"R8": 3, "R9": 1, "R10": 1}),
        ("strict-responses", {"R7": 3}),
        ("chunks", {"R4": 4}),
        ("file-paths", {"R11": 1}),
        ("differing", {}),
    ],
)
def test_a_dry_run_counts_the_rows_that_rules_change(name, counts, tmp_path):
    case = next(case for case in CASES if case.name == name)
    laid_out(case, tmp_path)
    done = data("copy", case, tmp_path, "--dry-run")
    found = {rule: int(count) for rule, count in CHANGED.findall(done.out)}
    assert found == counts


def test_every_rule_has_a_fixture(tmp_path):
    seen: set[str] = set()
    for case in CASES:
        folder = tmp_path / case.name
        folder.mkdir()
        report = json.loads(
            data("plan", case, laid_out(case, folder), "--format", "json").out
        )
        seen |= {
            rule for move in report["moves"] for rule in move["rules"] if move["rows"]
        }
    # tables of PostgreSQL are in no file: `test_chunk_tables` has them
    on_servers = {chunk_table_names.RULE.id}
    assert seen == {"R0", "R1", "R5"} | {rule.id for rule in ROW_RULES} - on_servers


def test_the_page_shows_what_a_plan_is(tmp_path):
    case = next(case for case in CASES if case.name == "to-tables")
    words = (ROOT / "docs" / "data.md").read_text()
    head = "$ stackcfg data plan old.yaml new.yaml --from 0.7.3 --target 1.0.4\n"
    shown = words[words.index(head) + len(head) :].partition("```")[0]
    assert (
        data("plan", case, laid_out(case, tmp_path)).out.replace(
            str(tmp_path), "/srv/llama"
        )
        == shown
    )
