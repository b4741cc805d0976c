"""`validate` of a chart: a template is judged with the values of its chart, and each finding is where its text is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from stackcfg.cli.chart_files import find_values
from stackcfg.loading.chart_values import Chart
from stackcfg.loading.errors import StructureError
from stackcfg.validation.engine import validate
from stackcfg.validation.findings import Finding
from stackcfg.validation.settings import Settings, settings_for
from tests.support.expected import compare_with_file
from tests.support.in_process import run_here
from tests.support.running import ROOT
from tests.support.template_writer import write

FIXTURES = ROOT / "fixtures" / "validate-charts"
CASES = sorted(path.name for path in FIXTURES.iterdir())
FILES = ("templates/config.yaml", "values.yaml")
SOME = " (for some values of the chart)"
TARGET = "1.5"


@pytest.fixture
def chart(tmp_path) -> Path:
    folder = tmp_path / "chart"
    shutil.copytree(FIXTURES / "faults-of-values", folder)
    return folder


def run(chart: Path, *arguments: str):
    return run_here("validate", "--target", TARGET, *arguments, cwd=chart)


PATHS = [("faults-of-values", FILES), ("faults-of-values", FILES[::-1])]


@pytest.mark.parametrize(
    ("case", "paths"), [*((case, ["."]) for case in CASES), *PATHS]
)
def test_findings_name_the_file_that_has_the_text(case, paths):
    done = run(FIXTURES / case, "--format", "concise", *paths)
    assert done.code == 1
    lines = sorted(done.out.replace("./", "").splitlines(keepends=True))
    compare_with_file("".join(lines), FIXTURES / case / "findings.txt")


def render(chart: Path) -> str:
    root = {
        "Values": yaml.safe_load((chart / FILES[1]).read_text()),
        "Release": {"Name": "r"},
    }
    lines = (chart / FILES[0]).read_text().split("\n")
    return "\n".join(write(lines, root, {"$": root}))


def marked_by(text: str, finding: Finding) -> str:
    (line, column), (end_line, end_column) = finding.span
    shown = text.split("\n")[line - 1]
    return shown[column - 1 : end_column - 1 if end_line == line else None]


def validated(chart: Path) -> list[tuple[Finding, str]]:
    """Return all findings of a chart with the text of their file."""
    path = chart / FILES[0]
    template, values = (chart / name for name in FILES)
    text = template.read_text()
    settings = settings_for(TARGET)._replace(chart=find_values(str(path), text))
    found = validate(text, settings)
    findings = [(each, text) for each in found.findings]
    findings += [(each, values.read_text()) for each in found.of_values or ()]
    return findings


@pytest.mark.parametrize("case", CASES)
def test_what_the_chart_renders_has_the_same_findings_on_the_same_text(case):
    """The judge is the rendered chart: nothing is lost, nothing else is said, and the marked words are the same."""
    chart = FIXTURES / case
    rendered = render(chart)
    expected = {
        (each.rule, each.message, marked_by(rendered, each))
        for each in validate(rendered, settings_for(TARGET)).findings
    }
    findings = validated(chart)
    actual = {
        (each.rule, each.message.removesuffix(SOME), marked_by(text, each))
        for each, text in findings
    }
    always = {
        (each.rule, each.message, marked_by(text, each))
        for each, text in findings
        if not each.message.endswith(SOME)
    }
    assert expected
    assert expected <= actual
    assert always <= expected


def test_a_template_alone_says_what_to_name(chart):
    for path in (FILES[0], "templates"):
        done = run(chart, path)
        assert done.code == 2
        assert "a template decides about the structure of the run config" in done.out
        assert "name values.yaml of the chart, too, or the folder" in done.out


def test_standard_input_is_no_template_of_the_folder_that_it_is_read_in(chart):
    text = (chart / FILES[0]).read_text()
    done = run_here("validate", "-", stdin=text, cwd=chart / "templates")
    assert done.code == 2
    assert "helm template CHART" in done.out


@pytest.mark.parametrize("name", ["Chart.yaml", "values.yaml"])
def test_a_template_without_its_chart_is_refused_as_ever(chart, name):
    (chart / name).unlink()
    done = run(chart, "templates/config.yaml")
    assert done.code == 2
    assert "helm template CHART" in done.out


@pytest.mark.parametrize("case", ["stores-of-values", "sections-of-values"])
def test_a_chart_without_problems_has_none(case):
    done = run_here("validate", str(ROOT / "fixtures" / "charts" / case / "before"))
    assert (done.code, done.out) == (0, "")
    assert "no problems in 2 files" in done.err


def test_nothing_is_fixed_that_is_not_proved(chart):
    old = [(chart / name).read_text() for name in FILES]
    for option in ("--fix", "--unsafe-fixes"):
        done = run(chart, *{"--fix", option}, ".")
        assert done.code == 1
        assert "nothing to fix" in done.err
    assert [(chart / name).read_text() for name in FILES] == old


def test_a_comment_in_values_silences(chart):
    values = chart / "values.yaml"
    old = values.read_text()
    line = "        path: /data/kv.db"
    values.write_text(
        old.replace(line, f"{line}  # stackcfg: ignore[backend-field] known")
    )
    done = run(chart, "--format", "concise", ".")
    assert "backend-field" not in done.out
    assert "silences nothing" not in done.out
    assert "missing-field" in done.out


def test_a_kept_result_does_not_hide_what_changed_beside_it(chart):
    values = chart / "values.yaml"
    options = ("--cache", "../cache", "--format", "concise", ".")
    first = run(chart, *options)
    assert "'path'" in first.out
    values.write_text(
        values.read_text().replace("path: /data/kv.db", "db_path: /data/kv.db")
    )
    assert "'path'" not in run(chart, *options).out


TEMPLATE = """\
kind: ConfigMap
data:
  run.yaml: |
    version: 2
    image_name: x
    providers:
      vector_io:
      - provider_id: faiss
        provider_type: inline::faiss
        config:
          kvstore:
            {{- toYaml .Values.store | nindent 12 }}
    metadata_store:
      type: sqlite
      db_path: /data/registry.db
"""


@pytest.mark.parametrize(
    ("template", "values", "line"),
    [
        # what is in braces may have expressions of its own
        (TEMPLATE, "store: {type: sqlite}\n", 12),
        (TEMPLATE, "other: &a\n  type: sqlite\nstore: *a\n", 12),
        (TEMPLATE, "store:\n  type: {{ x }}\n", 12),
        (
            TEMPLATE.replace("toYaml .Values.store", 'include "store" .'),
            "store: 1\n",
            12,
        ),
        # the block is written, and what of it is not known
        (
            TEMPLATE.replace(
                "            {{-", "            {{- with .Values.a }}\n            {{-"
            )
            .replace(".Values.store", ".b")
            .replace(
                "    metadata_store", "            {{- end }}\n    metadata_store"
            ),
            "a:\n  c: 1\n",
            13,
        ),
    ],
)
def test_what_cannot_be_proved_is_refused_at_its_line(template, values, line):
    settings = Settings(chart=Chart(values, "values.yaml"))
    with pytest.raises(StructureError) as error:
        validate(template, settings)
    assert error.value.position.line == line
    assert "helm template CHART" in error.value.hint
