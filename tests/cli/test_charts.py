"""A chart on the command line: a template and the values of its chart are migrated together, or not at all."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from textwrap import indent

import pytest

from tests.support.in_process import run_here
from tests.support.running import ROOT

CHARTS = ROOT / "fixtures" / "charts"
FILES = ("templates/config.yaml", "values.yaml")
BACKUPS = ("templates-config.yaml.bak", "values.yaml.bak")
CHART = CHARTS / "stores-of-values"
TARGET = "0.3"


@pytest.fixture
def chart(tmp_path) -> Path:
    folder = tmp_path / "chart"
    shutil.copytree(CHART / "before", folder)
    return folder


def texts(folder: Path) -> list[str]:
    return [(folder / name).read_text() for name in FILES]


@pytest.mark.parametrize("paths", [[""], FILES, FILES[::-1]])
def test_both_files_are_written(chart, paths):
    old, after = texts(chart), texts(CHART / "after")
    names = [str(chart / path) for path in paths]
    done = run_here("migrate", "--write", "--target", TARGET, *names, cwd=chart.parent)
    assert done.code == 3
    assert texts(chart) == after
    assert [(chart / name).read_text() for name in BACKUPS] == old
    again = run_here("migrate", "--write", "--target", TARGET, *names, cwd=chart.parent)
    assert again.code == 0
    assert texts(chart) == after


def test_reports_name_the_backup_that_helm_does_not_render(chart):
    arguments = ("migrate", "--write", "--target", TARGET, "--report", "json", ".")
    done = run_here(*arguments, cwd=chart)
    backups = [file["backup"] for file in json.loads(done.err)["files"]]
    assert backups == [str(chart / name) for name in BACKUPS]
    assert os.listdir(chart / "templates") == ["config.yaml"]


def test_no_backup_of_a_template_is_kept_without_one(chart):
    arguments = ("migrate", "--write", "--no-backup", "--target", TARGET, ".")
    run_here(*arguments, cwd=chart)
    assert not list(chart.rglob("*.bak"))
    assert texts(chart) == texts(CHART / "after")


RENDERED = (
    "OLD and NEW are the old and the new chart, rendered with 'helm template CHART'"
)


@pytest.mark.parametrize("report", ["full", "concise"])
@pytest.mark.parametrize("target", ["0.3", "1.5"])
def test_rows_are_copied_from_chart_to_chart_when_both_are_rendered(
    chart, report, target
):
    """`data copy` reads no template that decides about the structure."""
    arguments = ("migrate", "--write", "--target", target, "--report", report, ".")
    done = run_here(*arguments, cwd=chart)
    assert f": stackcfg data copy OLD NEW --target {target}; {RENDERED}\n" in done.err
    assert ".bak templates" not in done.err


def test_the_json_report_has_the_command_for_the_rendered_charts(chart):
    arguments = ("migrate", "--write", "--target", TARGET, "--report", "json", ".")
    done = run_here(*arguments, cwd=chart)
    template, values = json.loads(done.err)["files"]
    assert template["data_command"] == "stackcfg data copy OLD NEW --target 0.3"
    assert "data_command" not in values


def test_a_diff_shows_both_files_and_writes_none(chart):
    old = texts(chart)
    done = run_here("migrate", "--diff", "--target", TARGET, *FILES, cwd=chart)
    assert done.code == 3
    assert all(f"+++ b/{name}" in done.out for name in FILES)
    assert texts(chart) == old


@pytest.mark.parametrize("mode", ["--write", "--diff", "--check"])
def test_a_template_alone_is_refused_where_values_would_change(chart, mode):
    old = texts(chart)
    done = run_here("migrate", mode, "--target", TARGET, FILES[0], cwd=chart)
    assert done.code == 2
    assert "values.yaml of the chart holds a part of this run config" in done.err
    assert "name both files, or the folder of the chart" in done.err
    assert texts(chart) == old


def test_a_template_of_no_chart_is_refused(chart):
    (chart / "Chart.yaml").unlink()
    old = texts(chart)
    done = run_here("migrate", "--write", "--target", TARGET, FILES[0], cwd=chart)
    assert done.code == 2
    assert "helm template CHART | stackcfg validate -" in done.err
    assert texts(chart) == old


def test_two_templates_change_values_of_their_own(chart):
    template, values = texts(chart)
    second = template.replace("vectorStore", "otherStore").replace("-config", "-other")
    (chart / "templates" / "other.yaml").write_text(second)
    store = values[values.index("vectorStore:") : values.index("evaluation:")]
    (chart / "values.yaml").write_text(
        values + store.replace("vectorStore", "otherStore")
    )
    done = run_here("migrate", "--write", "--target", "0.3", ".", cwd=chart)
    assert done.code == 3
    new = (chart / "values.yaml").read_text()
    assert new.count("namespace: vector_io::faiss") == 2
    assert "type: sqlite" not in new


HELPER = """\
{{- define "stack.config" -}}
{{- $models := include "stack.models" . | fromJson -}}
version: '2'
image_name: starter
apis: [inference]
providers:
  inference:
  {{- range $name, $model := $models }}
  - provider_id: {{ $name }}
    provider_type: remote::vllm
    config: {}
  {{- end }}
{{- end }}
"""


def put_helper(chart: Path, text: str) -> Path:
    file = chart / "templates" / "_helpers.tpl"
    file.write_text(text)
    return file


@pytest.mark.parametrize("command", [("validate",), ("migrate", "--diff"), ("show",)])
def test_a_helper_that_is_a_run_config_is_found_in_its_chart(tmp_path, command):
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").touch()
    put_helper(tmp_path, HELPER)
    done = run_here(*command, ".", cwd=tmp_path)
    assert done.code == 2
    said = done.out + done.err
    assert "_helpers.tpl:2:1" in said
    assert "render it first ('helm template CHART | stackcfg validate -')" in said


def test_a_helper_that_is_no_run_config_is_passed_by(chart):
    put_helper(chart, '{{- define "labels" -}}\napp: {{ .Chart.Name }}\n{{- end }}\n')
    done = run_here("migrate", "--write", "--target", TARGET, ".", cwd=chart)
    assert done.code == 3
    assert "_helpers.tpl" not in done.err


def test_such_a_file_outside_of_a_chart_is_passed_by(tmp_path):
    (tmp_path / "templates").mkdir()
    put_helper(tmp_path, HELPER)
    done = run_here("validate", ".", cwd=tmp_path)
    assert (done.code, "_helpers.tpl" in done.err) == (2, False)


IN_WITH = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  config.yaml: |
    version: 2
    distro_name: x
    apis: [inference, vector_io]
    providers:
      inference:
      - provider_id: vllm
        provider_type: remote::vllm
        config:
          base_url: {{ .Values.url }}
      vector_io:
      - provider_id: faiss
        provider_type: inline::faiss
        config:
          persistence: {backend: kv_default, namespace: faiss}
    {{- with .Values.storage }}
    storage:
      STORAGE
    {{- end }}
    {{- with .Values.resources }}
    registered_resources:
      models:
      - {model_id: m, provider_id: {{ .provider }}, provider_model_id: m}
    {{- end }}
    {{- with .Values.search }}
    vector_stores:
      default_embedding_model: {provider_id: {{ .provider }}, model_id: m}
    {{- end }}
"""
STORAGE = """\
backends:
  kv_default: {type: kv_sqlite, db_path: DIR/kv.db}
  sql_default: {type: sql_sqlite, db_path: DIR/sql.db}
stores:
  metadata: {backend: kv_default, namespace: registry}
  inference: {backend: sql_default, table_name: inference}
  conversations: {backend: sql_default, table_name: conversations}
  prompts: {backend: kv_default, namespace: prompts}
"""


@pytest.fixture
def in_with(tmp_path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: x\nversion: 0.1.0\n")
    return tmp_path


def stores_of(folder: Path) -> list[tuple[str, str]]:
    arguments = ("migrate", "--check", "--target", "1.5", "--from", "0.5")
    done = run_here(*arguments, "--report", "json", ".", cwd=folder)
    configs = [
        config
        for file in json.loads(done.err)["files"]
        for config in file["configs"]
        if config["stores"]
    ]
    return [
        (store["store"], store["before"]["connection"]["db_path"])
        for config in configs
        for store in config["stores"]
    ]


@pytest.mark.parametrize("provider", ["vllm", "unknown"])
@pytest.mark.parametrize("is_value", [True, False], ids=["value", "text"])
def test_stores_in_a_block_are_reported_where_they_were(in_with, is_value, provider):
    """Also if other blocks make the server refuse the text that has all of it."""
    storage = STORAGE.replace("DIR", "/data")
    values = f"url: http://v/v1\nresources: {{provider: {provider}}}\n"
    values += f"storage:\n{indent(storage, '  ')}"
    written, folder = "{{- toYaml . | nindent 6 }}", "/data"
    if not is_value:
        folder = "{{ .dir }}"
        written = indent(STORAGE.replace("DIR", folder), "      ").strip()
        values = values.replace("storage:", "storage:\n  dir: /data")
    template = IN_WITH.replace("STORAGE", written).replace("{{ .provider }}", provider)
    (in_with / "templates" / "config.yaml").write_text(template)
    (in_with / "values.yaml").write_text(values)
    kv, sql = f"{folder}/kv.db", f"{folder}/sql.db"
    assert stores_of(in_with) == [
        ("metadata", kv),
        ("inference", sql),
        ("conversations", sql),
        ("prompts", kv),
        ("vector_io faiss", kv),
        # the server opens it on the backend of that name, and has since 0.5.0
        ("connectors", kv),
    ]


def test_values_of_a_chart_that_need_nothing_are_no_run_config(in_with):
    template = IN_WITH.replace("STORAGE", "{{- toYaml . | nindent 6 }}")
    (in_with / "templates" / "config.yaml").write_text(template)
    storage = indent(STORAGE.replace("DIR", "/data"), "  ")
    (in_with / "values.yaml").write_text(f"url: http://v/v1\nstorage:\n{storage}")
    done = run_here("migrate", "--check", "--report", "full", ".", cwd=in_with)
    assert done.code == 0
    assert "providers" not in done.err


BLOCKS = """\
    {{- with .Values.resources }}
    registered_resources:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- with .Values.server }}
    server:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- with .Values.search }}
    vector_stores:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- with .Values.safety }}
    safety:
      {{- toYaml . | nindent 6 }}
    {{- end }}
"""
VALUES = """\
resources:
  tool_groups:
  - {}
server:
  port: 8321
search:
  default_embedding_model: {}
"""


def test_a_template_that_needs_its_release_says_so(in_with):
    """Some of its texts fit later releases than the others."""
    template = IN_WITH[: IN_WITH.index("    providers:")].replace("distro", "image")
    template = template.replace(
        "[inference", "[agents, batches, files, safety, tool_runtime, inference"
    )
    (in_with / "templates" / "config.yaml").write_text(template + BLOCKS)
    (in_with / "values.yaml").write_text(VALUES)
    arguments = ("migrate", "--check", "--target", "1.5")
    done = run_here(*arguments, ".", cwd=in_with)
    assert "say with --from which release it is for (" in done.err
    assert "or render it first" in done.err
    named = run_here(*arguments, "--from", "0.4", ".", cwd=in_with)
    assert "decides about the structure" not in named.err
    assert named.code != 2
    other = run_here(*arguments, "--from", "0.2", ".", cwd=in_with)
    assert "--from" not in other.err


IMAGE = "image:\n  repository: llamastack/distribution-starter\n  tag: 0.2.20\n"
WHOLE = """\
runConfig:
  version: 2
  image_name: starter
  apis: [inference]
  providers:
    inference:
    - {provider_id: vllm, provider_type: 'remote::vllm', config: {url: http://vllm/v1}}
  metadata_store: {type: sqlite, db_path: /data/registry.db}
"""
WRITTEN = """\
kind: ConfigMap
data:
  run.yaml: |
    {{- toYaml .Values.runConfig | nindent 4 }}
"""


@pytest.mark.parametrize(
    ("image", "count"), [(IMAGE, 1), (IMAGE.replace("llamastack", "ogxai"), 0)]
)
def test_the_image_in_values_is_named_beside_the_run_config(tmp_path, image, count):
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: a\nversion: 1.0.0\n")
    (tmp_path / "values.yaml").write_text(image + WHOLE)
    (tmp_path / "templates" / "config.yaml").write_text(WRITTEN)
    done = run_here("migrate", "--write", "--target", "1.5", ".", cwd=tmp_path)
    said = "values.yaml:2:15: action required: 'llamastack/distribution-starter' is an"
    assert done.err.count(said) == count
    assert "distro_name: starter" in (tmp_path / "values.yaml").read_text()


SERVER = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: stack}
spec:
  template:
    spec:
      containers:
      - name: stack
        image: "{{ .Values.server.image }}"
        env:
        {{- toYaml .Values.server.env | nindent 8 }}
"""
OF_SERVER = """\
server:
  image: llamastack/distribution-starter:0.2.20
  env:
  - name: LLAMA_STACK_LOGGING
    value: all=info
"""


def test_values_of_the_run_config_and_of_the_server_change_together(chart):
    arguments = ("migrate", "--write", "--no-backup", "--target", "1.5", ".")
    (chart / "templates" / "server.yaml").write_text(SERVER)
    values = chart / "values.yaml"
    old = values.read_text()
    run_here(*arguments, cwd=chart)
    alone = values.read_text()
    shutil.copytree(CHART / "before", chart, dirs_exist_ok=True)
    values.write_text(old + OF_SERVER)
    run_here(*arguments, cwd=chart)
    wanted = OF_SERVER.replace("LLAMA_STACK_LOGGING", "OGX_LOGGING")
    wanted = wanted.replace(
        "llamastack/distribution-starter:0.2.20", "ogxai/distribution-starter:1.5.0"
    )
    assert alone != old
    assert values.read_text() == alone + wanted
