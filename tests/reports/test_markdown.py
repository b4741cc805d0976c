"""Reports in Markdown: nothing that they show is markup."""

from __future__ import annotations

import re

import pytest

from stackcfg.reports.markdown_tables import code, plain, table
from tests.support.in_process import run_here
from tests.support.running import OLD, STARTER

GOOD = (STARTER / "output.yaml").read_text()


@pytest.mark.parametrize(
    "text", ["a|b", "`x`", "a\nb", "<img src=x>", "@team #1 [x](y)"]
)
def test_a_text_is_no_markup(text: str):
    shown = plain(text)
    assert "\n" not in shown
    assert not re.search(r"(?<!\\)[`*_<>|#@\[\]]", shown)


@pytest.mark.parametrize("text", ["a|b", "`x`", "a\nb"])
def test_code_stays_in_its_cell(text: str):
    shown = code(text)
    assert shown[0] == shown[-1] == "`"
    assert not re.search(r"(?<!\\)\||\n|`", shown[1:-1])


def test_a_table_has_a_row_for_each_line():
    assert list(table(("a", "b"), [("1", "2")])) == [
        "| a | b |",
        "| --- | --- |",
        "| 1 | 2 |",
    ]


def test_the_report_of_a_migration(tmp_path):
    (tmp_path / "old.yaml").write_text(OLD)
    (tmp_path / "new.yaml").write_text(GOOD)
    done = run_here(
        "migrate",
        "--check",
        "--report",
        "markdown",
        "old.yaml",
        "new.yaml",
        cwd=tmp_path,
    )
    assert done.code == 1
    assert "| `old.yaml` | needed, for 0.3 |" in done.err
    assert "| `new.yaml` | not needed |  |  |" in done.err


def test_a_file_that_cannot_be_read_is_in_the_tables(tmp_path):
    (tmp_path / "run.yaml").write_text("a: [\n")
    for words in (("validate", "--format"), ("migrate", "--check", "--report")):
        done = run_here(*words, "markdown", "run.yaml", cwd=tmp_path)
        assert done.code == 2
        shown = done.out + done.err
        assert re.search(r"(?m)^\| `run\.yaml:2:1` \| `not valid YAML", shown), words
        assert "; close the '[' or '{'" in shown


def test_a_finding_says_what_to_write(tmp_path):
    text = GOOD.replace("backend: kv_default", "backend: kv_defualt", 1)
    (tmp_path / "run.yaml").write_text(text)
    done = run_here("validate", "--format", "markdown", "run.yaml", cwd=tmp_path)
    (line,) = [each for each in done.out.splitlines() if "kv\\_defualt" in each]
    assert line.endswith("; did you mean 'kv\\_default'?")
