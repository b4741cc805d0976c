"""`stackcfg validate --add-ignore REASON`: what is written, shown and kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_fix_cli import FILE, SECRET, write
from tests.support.in_process import run_here
from tests.support.texts import read

TARGET = ("--target", "0.7")
COMMENT = "# stackcfg: ignore[literal-password] rotated in May"


def test_comments_are_written_with_a_backup(tmp_path: Path) -> None:
    path = write(tmp_path)
    done = run_here("validate", *TARGET, "--add-ignore", "rotated in May", str(path))
    assert (done.code, done.out) == (0, "")
    assert "silenced in 1 file" in done.err
    assert read(tmp_path / "config.yaml.bak") == FILE
    again = run_here("validate", *TARGET, "--strict", str(path))
    assert (again.code, again.out) == (0, "")
    assert "ignored)" in again.err


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path)
    run_here("validate", *TARGET, "--add-ignore", "r", "--no-backup", str(path))
    before = read(path)
    done = run_here("validate", *TARGET, "--add-ignore", "r", "--no-backup", str(path))
    assert (done.code, read(path)) == (0, before)
    assert "nothing to silence" in done.err
    assert [each.name for each in tmp_path.iterdir()] == ["config.yaml"]


def test_a_diff_writes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path)
    done = run_here(
        "validate", *TARGET, "--add-ignore", "r", "--diff", str(path), CI="1"
    )
    assert done.code == 1
    assert read(path) == FILE
    assert "  # stackcfg: ignore[" in done.out
    assert SECRET not in done.out
    assert "would be silenced" in done.err


def test_standard_input() -> None:
    arguments = ("validate", *TARGET, "--add-ignore", "r", "-")
    assert run_here(*arguments, stdin=FILE).code == 2
    done = run_here(*arguments, "--diff", stdin=FILE)
    assert done.code == 1
    assert "+++ b/<stdin>" in done.out


def test_only_a_rule_is_silenced(tmp_path: Path) -> None:
    path = write(tmp_path)
    run_here(
        "validate",
        *TARGET,
        "--select",
        "literal-password",
        "--add-ignore",
        "rotated in May",
        str(path),
    )
    assert read(path).count("stackcfg:") == 1
    assert COMMENT in read(path)


def test_what_a_baseline_has_gets_no_comment(tmp_path: Path) -> None:
    path = write(tmp_path)
    known = str(tmp_path / "known.json")
    run_here(
        "validate",
        *TARGET,
        "--select",
        "literal-password",
        "--write-baseline",
        known,
        str(path),
    )
    done = run_here(
        "validate", *TARGET, "--baseline", known, "--add-ignore", "r", str(path)
    )
    assert done.code == 0
    assert "literal-password" not in read(path)
    assert "renamed-key" in read(path)


@pytest.mark.parametrize("reason", ["", "  ", "a\nb"])
def test_a_comment_needs_a_reason(tmp_path: Path, reason: str) -> None:
    path = write(tmp_path)
    done = run_here("validate", "--add-ignore", reason, str(path))
    assert done.code == 2
    assert read(path) == FILE
