"""What a server has from the values of its chart changes in `values.yaml`."""

from __future__ import annotations

import pytest
import yaml

from tests.deployment.test_environment_fixtures import migrated
from tests.deployment.test_kustomizations import CONFIG, CONFIG_MAP
from tests.support.texts import indented

HEAD = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  selector: {matchLabels: {app: stack}}
  template:
    metadata: {labels: {app: stack}}
    spec:
      containers:
      - name: stack
"""
IMAGE = '        image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"\n'
VOLUMES = """\
        volumeMounts:
        - name: config
          mountPath: /etc/stack
        - name: data
          mountPath: {{ .Values.mountPath }}
      volumes:
      - name: config
        configMap: {name: stack-config}
      - name: data
        emptyDir: {}
"""
VALUES = """\
image:
  repository: llamastack/distribution-starter
  tag: 0.2.20
mountPath: /root/.llama
# of the server
env:
- name: LLAMA_STACK_LOGGING
  value: all=info
- name: SQLITE_STORE_DIR
  value: /root/.llama/starter
extra:
  LLAMA_STACK_LOG_FILE: "/var/log/x"
  LLAMA_STACK_CONFIG_DIR: /root/.llama
port: 8321
level: all=debug
"""
ENV = "        env:\n"
LIST = ENV + "        {{- toYaml .Values.env | nindent 8 }}\n"
WITH = "        {{- with .Values.env }}\n        env:\n        {{- toYaml . | nindent 8 }}\n        {{- end }}\n"
PAIRS = (
    ENV
    + "        {{- range $key, $value := .Values.extra }}\n        - name: {{ $key }}\n"
    "          value: {{ $value | quote }}\n        {{- end }}\n"
)
WRITTEN = (
    ENV
    + "        - name: LLAMA_STACK_LOGGING\n          value: {{ .Values.level | quote }}\n"
)
TEMPLATES = {
    "a list of variables": HEAD + IMAGE + LIST + VOLUMES,
    "a list under a condition": HEAD + IMAGE + WITH + VOLUMES,
    "a mapping of variables": HEAD + IMAGE + PAIRS + VOLUMES,
    "both": HEAD + IMAGE + PAIRS + LIST.removeprefix(ENV) + VOLUMES,
    "written variables": HEAD + IMAGE + WRITTEN + VOLUMES,
    "a port": HEAD + IMAGE + ENV + "        - name: LLAMA_STACK_PORT\n          value: {{ .Values.port | quote }}\n" + VOLUMES,
    "a tag in the template": HEAD + IMAGE.replace("{{ .Values.image.tag }}", "0.2.20") + LIST + VOLUMES,
    "a registry": HEAD + IMAGE.replace('"{{', '"docker.io/{{') + LIST + VOLUMES,
    "an image of one value": HEAD + "        image: {{ .Values.whole }}\n" + LIST + VOLUMES,
    "variables behind all else": HEAD + IMAGE + VOLUMES.replace("      volumes", LIST + "      volumes"),
}  # fmt: skip
CHART = "apiVersion: v2\nname: stack\nversion: 0.1.0\n"


def chart(name: str) -> dict[str, str]:
    return {
        "stack/Chart.yaml": CHART,
        "stack/values.yaml": VALUES
        + "whole: docker.io/llamastack/distribution-starter:0.2.20\n",
        "stack/templates/server.yaml": TEMPLATES[name],
        "stack/templates/config.yaml": CONFIG_MAP,
    }


def values_of(texts: dict[str, str], name: str = "values.yaml") -> dict[str, object]:
    return yaml.safe_load(texts[f"stack/{name}"])


@pytest.mark.parametrize("name", TEMPLATES)
def test_values_change_with_the_template(name):
    texts, notes = migrated(list(chart(name).items()))
    after = texts["stack/values.yaml"]
    assert "# of the server" in after
    values = values_of(texts)
    assert values["mountPath"] == "/.ogx"
    assert ("OGX_LOGGING" in after) == ("Values.env" in TEMPLATES[name])
    assert ("OGX_LOG_FILE" in after) == ("Values.extra" in TEMPLATES[name])
    assert not any("action required" in note for note in notes)
    assert migrated(list(texts.items()))[0] == texts


def test_a_value_that_others_have_keeps_its_name_and_is_an_action():
    files = chart("a list of variables")
    files["stack/templates/client.yaml"] = (
        HEAD.replace("name: stack", "name: client") + "        image: client\n" + LIST
    )
    texts, notes = migrated(list(files.items()))
    assert "LLAMA_STACK_LOGGING" in texts["stack/values.yaml"]
    [note] = [each for each in notes if "set 'OGX_LOGGING' as well" in each]
    assert note.startswith("stack/values.yaml:7:9: value env: action required: ")
    assert "stack/templates/client.yaml uses, too" in note


def test_variables_that_no_server_is_known_to_have_are_to_be_checked():
    texts, notes = migrated(list(chart("written variables").items()))
    assert "LLAMA_STACK_LOG_FILE" in texts["stack/values.yaml"]
    said = [each for each in notes if "if the server has this" in each]
    assert [each.split(": ")[0] for each in said] == [
        f"stack/values.yaml:{place}" for place in ("7:9", "12:3", "13:3")
    ]


def test_values_of_another_file_change_like_those_of_the_chart():
    files = chart("both")
    files["stack/values-prod.yaml"] = (
        "image: {tag: 0.2.22}\nextra: {LLAMA_STACK_LOG_FILE: /root/.llama/log}\n"
    )
    texts, notes = migrated(list(files.items()))
    assert values_of(texts, "values-prod.yaml") == {
        "image": {"tag": "1.5.0"},
        "extra": {"OGX_LOG_FILE": "/.ogx/log"},
    }
    assert values_of(texts)["image"]["tag"] == "1.5.0"
    assert not any("action required" in note for note in notes)


def test_a_chart_whose_image_is_no_server_stays():
    files = chart("a list of variables")
    files["stack/values.yaml"] = VALUES.replace(
        "llamastack/distribution-starter", "ours/server"
    )
    files["stack/values.yaml"] = files["stack/values.yaml"].replace(
        "LLAMA_STACK_CONFIG_DIR", "DIR"
    )
    del files["stack/templates/config.yaml"]
    server = TEMPLATES["a list of variables"].replace(
        "{{ .Values.mountPath }}", "/data"
    )
    files["stack/templates/server.yaml"] = server
    files["stack/values.yaml"] = files["stack/values.yaml"].replace(
        "/root/.llama", "/data"
    )
    assert migrated(list(files.items()))[0] == files


@pytest.mark.parametrize("is_named", [True, False])
def test_an_image_beside_a_run_config_stays_only_where_no_template_has_it(is_named):
    files = chart("a list of variables")
    files["stack/values.yaml"] += f"config:\n{indented(CONFIG, 2)}"
    if not is_named:
        del files["stack/templates/server.yaml"]
    texts, notes = migrated(list(files.items()))
    said = [note for note in notes if "is an image of llama-stack, and stays" in note]
    assert len(said) == 1 - is_named
    assert (
        values_of(texts)["image"]["repository"] == "ogxai/distribution-starter"
    ) == is_named
