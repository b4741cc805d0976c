"""`stackcfg validate --baseline` and `--write-baseline`, `--statistics`, `--quiet`: adopting the tool in an old repository."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.support.in_process import run_here
from tests.support.running import ROOT, Done

SCHEMA = json.loads((ROOT / "schemas" / "baseline-v1.json").read_text())

FILE = """\
version: 2
image_name: demo
providers:
  inference:
  - provider_id: ollama
    provider_type: remote::ollama
    config: {first: 1, other: 1}
  - provider_id: second
    provider_type: remote::ollama
    config: {other: 1}
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: /data/kv.db}
    sql_default: {type: sql_sqlite, db_path: /data/sql.db}
  stores:
    metadata: {backend: nowhere, namespace: registry}
    inference: {backend: sql_default, table_name: inference_store}
    conversations: {backend: sql_default, table_name: openai_conversations}
"""
RULES = ["unknown-key", "unknown-key", "unknown-key", "unknown-backend"]
NOTHING = "no problems in 1 file (4 in the baseline); judged by 0.3.5\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.yaml").write_text(FILE)
    return tmp_path


def validate(*arguments: str, target: str = "0.3.5") -> Done:
    options = ("--target", target, "--ignore", "unused-backend")
    return run_here("validate", *options, *arguments)


def written(path: Path) -> list[dict[str, str]]:
    content = json.loads(path.read_text())
    Draft202012Validator(SCHEMA).validate(content)
    return content["findings"]


def test_a_new_baseline_has_what_is_found(folder: Path) -> None:
    done = validate("--write-baseline", "known.json", "run.yaml")
    assert done == Done(0, "", "4 findings of 1 file written to known.json\n")
    found = written(folder / "known.json")
    assert [each["rule"] for each in found] == RULES
    assert (found[0]["file"], found[0]["place"]) == ("run.yaml", "")
    assert found[0]["entry"] == "providers.inference[ollama].config.first"
    assert "'first'" in found[0]["message"]
    assert len({each["fingerprint"] for each in found}) == 4


def test_what_is_known_is_left_out(folder: Path) -> None:
    validate("--write-baseline", "known.json", "run.yaml")
    assert validate("--baseline", "known.json", "run.yaml") == Done(0, "", NOTHING)
    (folder / "run.yaml").write_text(
        FILE.replace("other: 1}\nst", "other: 1, new: 2}\nst")
    )
    done = validate("--baseline", "known.json", "--format", "concise", "run.yaml")
    assert (done.code, done.err) == (0, "")
    assert done.out.count("\n") == 1
    assert "'new'" in done.out


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "# a comment\n\n" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace(
            "  - provider_id: ollama",
            "  - {provider_id: zero, provider_type: remote::ollama}\n  - provider_id: ollama",
        ),
        lambda text: text.replace("  backends", "  # where\n  backends"),
    ],
    ids=["lines", "line ends", "mark", "an item before", "a comment inside"],
)
def test_a_known_finding_that_moves_stays_known(folder: Path, change) -> None:
    validate("--write-baseline", "known.json", "run.yaml")
    (folder / "run.yaml").write_bytes(change(FILE).encode())
    assert validate("--baseline", "known.json", "run.yaml") == Done(0, "", NOTHING)


@pytest.mark.usefixtures("folder")
def test_a_known_finding_of_another_release_stays_known() -> None:
    validate("--write-baseline", "known.json", "run.yaml")
    done = validate(
        "--baseline", "known.json", "--format", "concise", "run.yaml", target="0.3.4"
    )
    assert done == Done(0, "", "")


def test_a_second_finding_of_the_same_kind_is_new(folder: Path) -> None:
    validate("--write-baseline", "known.json", "run.yaml")
    text = FILE.replace(
        "inference: {backend: sql_default", "inference: {backend: nowhere"
    )
    (folder / "run.yaml").write_text(text)
    done = validate("--baseline", "known.json", "run.yaml")
    assert done.code == 1
    assert done.out.count("error[unknown-backend]") == 1
    assert "1 error (4 in the baseline)" in done.err


def test_a_finding_that_is_gone_is_said(folder: Path) -> None:
    validate("--write-baseline", "known.json", "run.yaml")
    (folder / "run.yaml").write_text(FILE.replace("nowhere", "kv_default"))
    done = validate("--baseline", "known.json", "run.yaml")
    assert done.code == 0
    assert "run.yaml: gone: unknown-backend: backend 'nowhere'" in done.err
    assert (
        "1 finding of the baseline not found any more: --write-baseline known.json"
        in done.err
    )
    assert "(3 in the baseline)" in done.err
    quiet = validate("--baseline", "known.json", "--quiet", "run.yaml")
    assert quiet == Done(0, "", "")


@pytest.mark.usefixtures("folder")
def test_a_rule_that_is_not_asked_is_not_gone() -> None:
    validate("--write-baseline", "known.json", "run.yaml")
    done = validate("--baseline", "known.json", "--select", "unknown-key", "run.yaml")
    assert "gone" not in done.err
    assert "(3 in the baseline)" in done.err


def test_findings_of_a_deleted_file_are_gone(folder: Path) -> None:
    shutil.copy(folder / "run.yaml", folder / "run-2.yaml")
    validate("--write-baseline", "known.json", ".")
    (folder / "run-2.yaml").unlink()
    done = validate("--baseline", "known.json", ".")
    assert done.err.count("run-2.yaml: gone: ") == 4


def test_files_are_known_by_their_path_from_the_baseline(
    folder: Path, monkeypatch
) -> None:
    (folder / "conf").mkdir()
    shutil.move(folder / "run.yaml", folder / "conf" / "run.yaml")
    validate("--write-baseline", "known.json", str(folder / "conf"))
    assert {each["file"] for each in written(folder / "known.json")} == {
        "conf/run.yaml"
    }
    monkeypatch.chdir(folder / "conf")
    assert validate("--baseline", "../known.json") == Done(0, "", NOTHING)


def test_a_config_in_a_manifest_and_standard_input_have_a_baseline(
    folder: Path,
) -> None:
    lines = "".join(f"    {line}\n" for line in FILE.splitlines())
    manifest = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: demo}}\ndata:\n  run.yaml: |\n{lines}"
    (folder / "run.yaml").write_text(f"{manifest}---\n{manifest}")
    validate("--write-baseline", "known.json", "run.yaml")
    found = written(folder / "known.json")
    assert {each["place"] for each in found} == {
        "document 1 data.run.yaml",
        "document 2 data.run.yaml",
    }
    assert validate("--baseline", "known.json", "-q", "run.yaml") == Done(0, "", "")


def test_a_run_that_is_written_twice_is_the_same(folder: Path) -> None:
    validate("--write-baseline", "known.json", "run.yaml")
    first = (folder / "known.json").read_bytes()
    assert validate("--write-baseline", "known.json", "run.yaml").code == 0
    assert (folder / "known.json").read_bytes() == first


def test_a_file_that_cannot_be_read_is_in_no_baseline(folder: Path) -> None:
    (folder / "run-2.yaml").write_text("providers: [\napis: [")
    done = validate("--write-baseline", "known.json", "run.yaml", "run-2.yaml")
    assert done.code == 2
    assert done.err.startswith("run-2.yaml:")
    assert {each["file"] for each in written(folder / "known.json")} == {"run.yaml"}
    assert validate("--baseline", "known.json", "run-2.yaml").code == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file"),
        ("{}", "not a baseline; --write-baseline writes one"),
        ("[", "not a baseline; --write-baseline writes one"),
        (
            '{"version": 2, "findings": []}',
            "a baseline of version 2; this release reads 1",
        ),
        ('{"version": 1, "findings": [{}]}', "a finding of the baseline lacks a field"),
    ],
)
def test_a_file_that_is_no_baseline(
    folder: Path, content: str | None, message: str
) -> None:
    if content is not None:
        (folder / "known.json").write_text(content)
    done = validate("--baseline", "known.json", "run.yaml")
    assert done == Done(2, "", f"known.json: error: {message}\n")


@pytest.mark.parametrize("name", ["run.yaml", "notes.txt"])
def test_a_new_baseline_overwrites_only_a_baseline(folder: Path, name: str) -> None:
    (folder / "notes.txt").write_text("mine")
    before = (folder / name).read_text()
    done = validate("--write-baseline", name, "run.yaml")
    assert done.code == 2
    assert "would be overwritten" in done.err
    assert (folder / name).read_text() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("--write-baseline", "b.json", "--fix"),
        ("--write-baseline", "b.json", "--statistics"),
        ("--write-baseline", "b.json", "--format", "json"),
        ("--statistics", "--format", "json"),
        ("--statistics", "--diff"),
        ("--fix", "--add-ignore", "reason"),
    ],
)
def test_options_that_do_not_go_together(
    folder: Path, arguments: tuple[str, ...]
) -> None:
    assert validate(*arguments, "run.yaml").code == 2
    assert not (folder / "b.json").exists()
    assert (folder / "run.yaml").read_text() == FILE


def test_statistics_count_by_rule(folder: Path) -> None:
    shutil.copy(folder / "run.yaml", folder / "run-2.yaml")
    done = validate("--statistics", "run.yaml", "run-2.yaml")
    assert done.code == 1
    assert done.out == "6  unknown-key      warning\n2  unknown-backend  error\n"
    assert "2 files: 2 errors, 6 warnings" in done.err
    (folder / "run-2.yaml").write_text("providers: [\napis: [")
    done = validate("--statistics", "run-2.yaml")
    assert done.code == 2
    assert done.out.startswith("run-2.yaml:")


@pytest.mark.usefixtures("folder")
def test_quiet_prints_findings_and_nothing_else() -> None:
    loud = validate("run.yaml")
    done = validate("-q", "run.yaml")
    assert loud.err
    assert (done.code, done.out, done.err) == (loud.code, loud.out, "")
