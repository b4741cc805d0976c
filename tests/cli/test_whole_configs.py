"""A chart whose templates write whole run configs from its values: only the values have to change."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest
import yaml

from stackcfg.migration.engine import migrate, settings_for
from tests.support.in_process import run_here

CONFIG = """\
version: 2
image_name: demo
apis: [inference]
providers:
  inference:
  - provider_id: ollama
    provider_type: remote::ollama  # the big one
    config: {url: "http://ollama:11434"}
metadata_store: {type: sqlite, db_path: /FOLDER/registry.db}
"""

TEMPLATE = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-NAME
data:
  run.yaml: |
    {{- toYaml .Values.NAME | nindent 4 }}
"""

NAMES = ("first", "second")


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    folder = tmp_path / "chart"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: demo\nversion: 0.1.0\n")
    values = ["# values\n"]
    for name in NAMES:
        text = TEMPLATE.replace("NAME", name)
        (folder / "templates" / f"{name}.yaml").write_text(text)
        values.append(f"{name}:\n" + indent(CONFIG.replace("FOLDER", name), "  "))
    (folder / "values.yaml").write_text("".join(values))
    return folder


def texts(folder: Path) -> dict[str, str]:
    files = sorted(each for each in folder.rglob("*") if each.suffix != ".bak")
    return {each.name: each.read_text() for each in files if each.is_file()}


def test_each_value_becomes_what_its_config_becomes(chart):
    old = texts(chart)
    done = run_here("migrate", "--write", "--target", "0.3", ".", cwd=chart)
    assert done.code == 3
    for name in NAMES:
        assert f"'{name}' in values.yaml is changed, too" in done.err
    new = texts(chart)
    values = yaml.safe_load(new["values.yaml"])
    for name in NAMES:
        alone = migrate(CONFIG.replace("FOLDER", name), settings_for("0.3")).text
        assert values[name] == yaml.safe_load(alone)
    assert new["values.yaml"].count("# the big one") == 2
    assert [name for name in old if old[name] != new[name]] == ["values.yaml"]
    again = run_here("migrate", "--write", "--target", "0.3", ".", cwd=chart)
    assert (again.code, texts(chart)) == (0, new)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("_helpers.tpl", "{{ .Values.first.metadata_store.db_path }}\n"),
        ("NOTES.txt", '{{ index .Values "first" | toJson }}\n'),
        ("third.yaml", TEMPLATE.replace("NAME", "first")),
    ],
    ids=["a part", "by index", "twice"],
)
def test_a_value_that_something_else_reads_is_left(chart, name, text):
    (chart / "templates" / name).write_text(text)
    old = texts(chart)
    done = run_here("migrate", "--write", "--target", "0.3", ".", cwd=chart)
    assert done.code == 2
    assert "first.yaml:7:5: error: a template decides about the structure" in done.err
    assert "helm template CHART" in done.err
    assert texts(chart) == old


def test_a_template_with_a_config_of_its_own_as_well_is_refused(chart):
    path = chart / "templates" / "second.yaml"
    own = indent(CONFIG, "    ")
    path.write_text(path.read_text() + f"  other.yaml: |\n{own}")
    old = texts(chart)
    done = run_here("migrate", "--write", "--target", "0.3", ".", cwd=chart)
    assert done.code == 2
    assert "second.yaml:7:5: error: a template decides about the structure" in done.err
    assert texts(chart) == old
