"""`stackcfg validate --fix` and `--diff`: what is written, shown and kept."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.in_process import run_here
from tests.support.texts import read

SECRET = "hunter2-hunter2"
FILE = f"""\
version: 2
distro_name: demo
providers:
  inference:
  - provider_id: ollama
    provider_type: remote::ollama
    config:
      url: http://ollama.internal:11434  # the rack
  - provider_id: openai
    provider_type: remote::openai
    config: {{api_key: {SECRET}, base_ulr: https://gateway.internal/v1}}
storage:
  backends:
    kv_default: {{type: kv_sqlite, db_path: /data/kv.db}}
    sql_default: {{type: sql_sqlite, db_path: /data/sql.db}}
  stores:
    metadata: {{backend: kv_default, namespace: registry}}
    inference: {{backend: sql_default, table_name: inference_store}}
    conversations: {{backend: sql_default, table_name: openai_conversations}}
    connectors: {{backend: kv_default, namespace: connectors}}
"""
FIXED = FILE.replace(
    "url: http://ollama.internal:11434", "base_url: http://ollama.internal:11434/v1"
)
FIXED = FIXED.replace("base_ulr", "base_url")
TARGET = ("--target", "0.7")


def write(folder: Path, name: str = "config.yaml", text: str = FILE) -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_fixes_are_written_with_a_backup(tmp_path: Path) -> None:
    path = write(tmp_path)
    done = run_here("validate", "--fix", *TARGET, str(path))
    assert done.code == 0
    assert read(path) == FIXED
    assert read(tmp_path / "config.yaml.bak") == FILE
    assert "2 fixes written in 1 file" in done.err
    assert "literal-password" in done.out


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, text=FIXED)
    done = run_here("validate", "--fix", *TARGET, str(path))
    assert (done.code, read(path)) == (0, FIXED)
    assert "nothing to fix" in done.err
    assert not (tmp_path / "config.yaml.bak").exists()


def test_no_backup(tmp_path: Path) -> None:
    path = write(tmp_path)
    run_here("validate", "--fix", "--no-backup", *TARGET, str(path))
    assert [each.name for each in tmp_path.iterdir()] == ["config.yaml"]
    assert read(path) == FIXED


def test_unsafe_fixes_are_counted_and_left(tmp_path: Path) -> None:
    path = write(tmp_path, text=FIXED)
    done = run_here("validate", "--fix", *TARGET, str(path))
    assert (done.code, read(path)) == (0, FIXED)
    assert "nothing to fix, 1 more with --unsafe-fixes" in done.err


def test_unsafe_fixes_are_written_once(tmp_path: Path) -> None:
    path = write(tmp_path)
    done = run_here("validate", "--fix", "--unsafe-fixes", *TARGET, str(path))
    fixed = FIXED.replace(SECRET, '"${env.API_KEY}"')
    assert (done.code, read(path)) == (0, fixed)
    assert "3 fixes written in 1 file\n" in done.err
    again = run_here("validate", "--fix", "--unsafe-fixes", *TARGET, str(path))
    assert (again.code, read(path)) == (0, fixed)
    assert "nothing to fix\n" in again.err


def test_unsafe_fixes_are_shown_as_what_they_are(tmp_path: Path) -> None:
    path = write(tmp_path)
    done = run_here("validate", "--unsafe-fixes", *TARGET, str(path))
    assert "= unsafe fix: write ${env.API_KEY}" in done.out
    assert SECRET not in done.out
    report = run_here(
        "validate", "--unsafe-fixes", "--format", "json", *TARGET, str(path)
    )
    found = json.loads(report.out)["files"][0]["diagnostics"]
    safe = {each["rule"]: each["fix"]["safe"] for each in found if each["fix"]}
    assert safe == {
        "renamed-key": True,
        "unknown-key": True,
        "literal-password": False,
    }


def test_a_fix_that_moves_a_store_is_not_safe(tmp_path: Path) -> None:
    """A misspelled field of a backend is dropped: the rows are at its default."""
    text = FIXED.replace("db_path: /data/kv.db", "db_pth: /data/kv.db")
    path = write(tmp_path, text=text)
    safe = run_here("validate", "--fix", *TARGET, str(path))
    assert read(path) == text
    assert "2 more with --unsafe-fixes" in safe.err
    shown = run_here("validate", "--unsafe-fixes", *TARGET, str(path))
    assert "other stored rows are read then: metadata" in shown.out


def test_unsafe_fixes_and_comments_are_two_runs(tmp_path: Path) -> None:
    path = write(tmp_path)
    done = run_here("validate", "--unsafe-fixes", "--add-ignore", "why", str(path))
    assert done.code == 2
    assert "two runs" in done.out + done.err


def test_a_diff_writes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path)
    done = run_here("validate", "--diff", *TARGET, str(path))
    assert done.code == 1
    assert read(path) == FILE
    assert "+      base_url: http://ollama.internal:11434/v1  # the rack" in done.out
    assert "error" not in done.out
    assert "2 fixes in 1 file would be written" in done.err


def test_a_diff_of_standard_input() -> None:
    done = run_here("validate", "--diff", *TARGET, "-", stdin=FILE)
    assert done.code == 1
    assert "+++ b/<stdin>" in done.out


def test_a_diff_in_ci_shows_no_secret(tmp_path: Path) -> None:
    path = write(tmp_path)
    done = run_here("validate", "--diff", *TARGET, str(path), CI="true")
    assert "base_url: https://gateway.internal/v1" in done.out
    assert SECRET not in done.out + done.err


def test_standard_input_is_not_changed_in_place() -> None:
    done = run_here("validate", "--fix", *TARGET, "-", stdin=FILE)
    assert done.code == 2
    assert "--diff" in done.out + done.err


def test_a_diff_has_no_format(tmp_path: Path) -> None:
    path = write(tmp_path)
    done = run_here("validate", "--diff", "--format", "json", str(path))
    assert done.code == 2
    assert read(path) == FILE


def test_a_report_has_what_is_left(tmp_path: Path) -> None:
    path = write(tmp_path)
    done = run_here("validate", "--fix", "--format", "json", *TARGET, str(path))
    [file] = json.loads(done.out)["files"]
    assert [each["rule"] for each in file["diagnostics"]] == ["literal-password"]


def test_all_files_of_a_folder_are_fixed(tmp_path: Path) -> None:
    paths = [write(tmp_path, f"run-{number}.yaml") for number in range(3)]
    clean = write(tmp_path, "run-clean.yaml", FIXED)
    done = run_here("validate", "--fix", *TARGET, str(tmp_path))
    assert [read(path) for path in (*paths, clean)] == [FIXED] * 4
    assert "6 fixes written in 3 files" in done.err


def test_line_ends_and_byte_order_mark_stay(tmp_path: Path) -> None:
    text = "\ufeff" + FILE.replace("\n", "\r\n")
    path = write(tmp_path, text=text)
    run_here("validate", "--fix", *TARGET, str(path))
    assert read(path) == "\ufeff" + FIXED.replace("\n", "\r\n")


def test_a_config_in_a_manifest_is_fixed_in_place(tmp_path: Path) -> None:
    def manifest(config: str) -> str:
        lines = "".join(f"    {line}\n" for line in config.splitlines())
        head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: demo}\n"
        return f"{head}data:\n  config.yaml: |\n{lines}"

    path = write(tmp_path, text=manifest(FILE))
    run_here("validate", "--fix", *TARGET, str(path))
    assert read(path) == manifest(FIXED)


def test_a_silenced_finding_is_not_fixed(tmp_path: Path) -> None:
    text = FILE.replace("# the rack", "# stackcfg: ignore[renamed-key] on purpose")
    path = write(tmp_path, text=text)
    run_here("validate", "--fix", *TARGET, str(path))
    assert "      url: http://ollama.internal:11434  # stackcfg" in read(path)


def test_a_file_that_cannot_be_read_stays(tmp_path: Path) -> None:
    path = write(tmp_path, text="providers: [\n")
    done = run_here("validate", "--fix", str(path))
    assert done.code == 2
    assert read(path) == "providers: [\n"


def test_a_cache_keeps_no_password_of_a_fix(tmp_path: Path) -> None:
    path = write(tmp_path)
    cache = tmp_path / "cache"
    options = ("--unsafe-fixes", "--format", "json", "--cache", str(cache), *TARGET)
    first = run_here("validate", *options, str(path))
    again = run_here("validate", *options, str(path))
    assert first.out == again.out
    assert '"safe": false' in first.out
    kept = [each.read_bytes() for each in cache.rglob("*") if each.is_file()]
    assert kept
    assert not any(SECRET.encode() in each for each in kept)
