"""What bases, overlays and components of kustomize have for one server: its run config, variables, image."""

from __future__ import annotations

import pytest
import yaml

from tests.deployment.test_environment_fixtures import migrated
from tests.support.texts import indented

CONFIG = """\
version: 2
image_name: assistant
apis: [inference]
providers:
  inference:
  - {provider_id: vllm, provider_type: 'remote::vllm', config: {url: http://vllm:8000/v1}}
metadata_store: {type: sqlite, db_path: /root/.llama/registry.db}
"""
SERVER = """\
kind: Deployment
apiVersion: apps/v1
metadata: {name: stack}
spec:
  template:
    spec:
      containers:
      - name: stack
        image: llamastack/distribution-starter:0.2.20
        volumeMounts:
        - {name: config, mountPath: /etc/stack}
        - {name: data, mountPath: /root/.llama}
      volumes:
      - name: config
        configMap: {name: stack-config}
"""
CONFIG_MAP = (
    "kind: ConfigMap\nmetadata: {name: stack-config}\ndata:\n  run.yaml: |\n"
    + indented(CONFIG, 4)
)
HOLDERS = {
    "a base and the patch of an overlay": {
        "base/config.yaml": CONFIG_MAP,
        "prod/patch.yaml": CONFIG_MAP.replace("assistant", "prod"),
    },
    "files of generators": {
        "base/kustomization.yaml": "configMapGenerator:\n- {name: stack-config, files: [run.yaml]}\n",
        "base/run.yaml": CONFIG,
        "prod/kustomization.yml": "configMapGenerator:\n- name: stack-config\n  files: [run.yaml=a/b.yaml]\n",
        "prod/a/b.yaml": CONFIG,
    },
    "a literal of a component": {
        "parts/kustomization.yaml": "kind: Component\nconfigMapGenerator:\n- name: stack-config\n"
        "  literals:\n  - |\n    run.yaml=" + indented(CONFIG, 4).lstrip(),
    },
}


def migrate(files: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    return migrated([("server.yaml", SERVER), *files.items()])


@pytest.mark.parametrize("name", HOLDERS)
def test_every_run_config_moves_with_the_folder_of_the_server(name):
    texts, notes = migrate(HOLDERS[name])
    for file, text in texts.items():
        assert "/root/.llama" not in text, file
        assert ("/.ogx/kvstore.db" in text) == ("providers:" in text), file
    assert not any("migrate its file in the same run" in note for note in notes)


def test_variables_of_a_patch_have_their_new_names_as_well():
    server = SERVER.replace(
        "        volumeMounts:",
        "        envFrom: [{configMapRef: {name: own}}]\n        volumeMounts:",
    )
    own = "kind: ConfigMap\nmetadata: {name: own}\ndata: {LLAMA_STACK_LOGGING: LEVEL}\n"
    files = {"a.yaml": own, "b.yaml": own.replace("LEVEL", "all=debug")}
    texts, notes = migrated([("server.yaml", server), *files.items()])
    for file in files:
        assert "{OGX_LOGGING: " in texts[file]
    assert not any("is not in this run" in note for note in notes)


ENTRIES = [
    (
        {"name": "llamastack/distribution-starter", "newTag": "0.2.20"},
        {"name": "ogxai/distribution-starter", "newTag": "1.5.0"},
    ),
    (
        {"name": "stack", "newName": "r.io:5000/llamastack/distribution-nvidia", "newTag": "v1"},
        {"name": "stack", "newName": "r.io:5000/ogxai/distribution-starter", "newTag": "1.5.0"},
    ),
    (
        {"name": "llamastack/distribution-starter", "newName": "me/stack", "newTag": "v1"},
        {"name": "ogxai/distribution-starter", "newName": "me/stack", "newTag": "v1"},
    ),
    (
        {"name": "quay.io/opendatahub/llama-stack", "newTag": "v0.3"},
        {"name": "quay.io/opendatahub/llama-stack", "newTag": "v0.3"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "wanted"), ENTRIES)
def test_an_image_is_replaced_under_its_new_name(entry, wanted):
    text = yaml.safe_dump({"resources": ["server.yaml"], "images": [entry]})
    texts, notes = migrate({"kustomization.yaml": text})
    assert yaml.safe_load(texts["kustomization.yaml"])["images"] == [wanted]
    is_unsolved = "me/stack" in text or "opendatahub" in text
    assert any("action required" in note for note in notes) == is_unsolved
    assert migrate({"kustomization.yaml": texts["kustomization.yaml"]})[0] == texts


@pytest.mark.parametrize(
    "text",
    [
        "images:\n- {name: nginx, newTag: '2'}\n",
        "kind: Thing\nimages:\n- {name: llamastack/distribution-starter, newTag: '2'}\n",
        "resources: [llamastack]\nimages:\n",
    ],
)
def test_what_is_not_about_the_server_stays(text):
    texts, notes = migrate({"kustomization.yaml": text})
    assert texts["kustomization.yaml"] == text
    assert not any(note.startswith("kustomization") for note in notes)


PATCH = """\
patches:
- patch: |-
    kind: Deployment
    metadata: {name: stack}
    spec:
      template:
        spec:
          containers:
          - name: stack
            image: llamastack/distribution-ollama:0.2.22
- target: {kind: Deployment}
  patch: |
    - op: add
      path: /spec/template/spec/containers/0/env/-
      value: {name: LLAMA_STACK_LOGGING, value: all=debug}
"""


def test_a_patch_brings_no_old_image_back():
    texts, notes = migrate({"kustomization.yaml": PATCH})
    after = PATCH.replace(
        "llamastack/distribution-ollama:0.2.22", "ogxai/distribution-starter:1.5.0"
    ).replace("LLAMA_STACK_LOGGING", "OGX_LOGGING")
    assert texts["kustomization.yaml"] == after
    said = [note for note in notes if note.startswith("kustomization.yaml")]
    assert [note.partition(": check: ")[0] for note in said] == [
        "kustomization.yaml:10:20: container stack of Deployment stack",
    ]


def test_a_patch_of_what_is_not_in_the_run_stays():
    texts, notes = migrated([("kustomization.yaml", PATCH)])
    assert "LLAMA_STACK_LOGGING" in texts["kustomization.yaml"]
    [said] = [note for note in notes if "LLAMA_STACK_LOGGING" in note]
    assert said.startswith("kustomization.yaml:15:21: ")
    assert said.endswith("ogx reads 'OGX_LOGGING', not 'LLAMA_STACK_LOGGING'")


def test_a_patch_of_another_image_stays():
    text = PATCH.replace("llamastack/distribution-ollama", "nginx")
    text = text.replace("LLAMA_STACK_LOGGING", "LOGGING")
    assert migrate({"kustomization.yaml": text})[0]["kustomization.yaml"] == text
