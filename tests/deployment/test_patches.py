"""Patches of kustomize change with what they patch: inside of a kustomization, and in files of their own."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.deployment.test_environment_fixtures import migrated
from tests.deployment.test_kustomizations import CONFIG
from tests.support.texts import indented

SERVER = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: stack}
spec:
  selector: {matchLabels: {app: stack}}
  template:
    metadata: {labels: {app: stack}}
    spec:
      containers:
      - name: stack
        image: llamastack/distribution-starter:0.2.20
        args: ["--config", "/etc/stack/run.yaml", "--port", "8321"]
        envFrom:
        - configMapRef: {name: stack-env}
        env:
        - name: LLAMA_STACK_LOG_FILE
          value: /var/log/stack
        - name: SQLITE_STORE_DIR
          value: /root/.llama/starter
        volumeMounts:
        - {name: config, mountPath: /etc/stack}
        - {name: data, mountPath: /root/.llama}
      - name: client
        image: registry.example/client:1
        env:
        - name: LLAMA_STACK_PORT
          value: "8321"
      volumes:
      - name: config
        configMap: {name: stack-config}
      - name: data
        emptyDir: {}
"""
VARIABLES = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: stack-env}
data:
  LLAMA_STACK_LOGGING: all=info
"""
CONFIG_MAP = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: stack-config}\ndata:\n  run.yaml: |\n"
    + indented(CONFIG, 4)
)
BASE = {
    "base/kustomization.yaml": "resources: [server.yaml, variables.yaml, config.yaml]\n",
    "base/server.yaml": SERVER,
    "base/variables.yaml": VARIABLES,
    "base/config.yaml": CONFIG_MAP,
}
FIRST = "/spec/template/spec/containers/0"
MERGE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: stack}
spec:
  template:
    spec:
      containers:
      - name: stack
"""


def operation(path: str, value: object, name: str = "replace") -> dict[str, object]:
    return {"op": name, "path": path, "value": value}


def merge(text: str) -> str:
    return MERGE + indented(text, 8)


PATCHES: dict[str, list[dict[str, object]] | str] = {
    "an image": [operation(f"{FIRST}/image", "llamastack/distribution-starter:0.2.22")],
    "an image and its test": [
        operation(f"{FIRST}/image", "llamastack/distribution-starter:0.2.20", "test"),
        operation(f"{FIRST}/image", "docker.io/llamastack/distribution-starter:0.2.22"),
    ],
    "the name of a variable": [operation(f"{FIRST}/env/0/name", "LLAMA_STACK_LOGGING")],
    "the value of a variable": [
        operation(f"{FIRST}/env/1/name", "SQLITE_STORE_DIR", "test"),
        operation(f"{FIRST}/env/1/value", "/root/.llama/prod"),
    ],
    "one more variable": [
        operation(f"{FIRST}/env/-", {"name": "LLAMA_STACK_CONFIG_DIR", "value": "/root/.llama"}, "add"),
    ],
    "all variables": [operation(f"{FIRST}/env", [{"name": "LLAMA_STACK_PORT", "value": "8321"}]),
                      operation(f"{FIRST}/env/-", {"name": "RUN_CONFIG_PATH", "value": "/etc/stack/run.yaml"}, "add")],
    "the path of a mount": [operation(f"{FIRST}/volumeMounts/1/mountPath", "/root/.llama/")],
    "one more mount": [
        operation(f"{FIRST}/volumeMounts/-", {"name": "data", "mountPath": "/root/.llama/cache"}, "add"),
    ],
    "one word of a command": [operation(f"{FIRST}/args/3", "8322")],
    "all words of a command": [operation(f"{FIRST}/args", ["--config", "/etc/stack/run.yaml", "--port", "1"])],
    "a key of a ConfigMap": [operation("/data/LLAMA_STACK_LOGGING", "all=debug")],
    "a key of a ConfigMap that goes": [{"op": "remove", "path": "/data/LLAMA_STACK_LOGGING"}],
    "a run config": [operation("/data/run.yaml", CONFIG.replace("assistant", "prod"))],
    "another container": [
        operation("/spec/template/spec/containers/1/env/0/name", "LLAMA_STACK_CONFIG"),
        operation("/spec/template/spec/containers/1/image", "registry.example/client:2"),
    ],
    "variables that are merged": merge("env:\n- {name: LLAMA_STACK_TRACE_WARNINGS, value: '1'}\n"),
    "a folder that is merged": merge("volumeMounts:\n- {name: data, mountPath: /root/.llama/cache}\n"),
    "an image that is merged": merge("image: llamastack/distribution-ollama:0.2.22\n"),
    "a ConfigMap that is merged": VARIABLES.replace("all=info", "all=debug"),
    "a command that is merged": merge("args: [--config, /etc/stack/run.yaml]\n"),
    "a command that is merged and says another file": merge("args: [--config, /root/.llama/run.yaml]\n"),
}  # fmt: skip


def target_of(patch: list[dict[str, object]] | str) -> dict[str, str]:
    """Return what a patch is for."""
    text = json.dumps(patch)
    name = "stack"
    kind = "Deployment"
    if '"/data/' in text:
        kind, name = "ConfigMap", "stack-env"
    if "run.yaml: " not in text and "/data/run.yaml" in text:
        name = "stack-config"
    return {"kind": kind, "name": name}


def kustomization(patch: list[dict[str, object]] | str) -> dict[str, str]:
    """Return an overlay with a patch inside of it."""
    text = patch
    entry: dict[str, object] = {"target": target_of(patch)}
    if isinstance(patch, str):
        entry = {}
    else:
        text = yaml.safe_dump(patch, sort_keys=False)
    start = yaml.safe_dump(
        {"resources": ["../base"], "patches": [entry]}, sort_keys=False
    )
    start = start.replace("- {}\n", "- ")
    head, _, rest = start.partition("- target:")
    if not rest:
        return {
            "prod/kustomization.yaml": f"{start.rstrip()} patch: |-\n{indented(str(text), 4)}"
        }
    return {
        "prod/kustomization.yaml": f"{head}- target:{rest}  patch: |-\n{indented(str(text), 4)}"
    }


def own_file(patch: list[dict[str, object]] | str, name: str) -> dict[str, str]:
    """Return an overlay with a patch in a file of its own."""
    entry: dict[str, object] = {"path": name, "target": target_of(patch)}
    text = str(patch)
    if isinstance(patch, str):
        del entry["target"]
    elif name.endswith("json"):
        text = json.dumps(patch, indent=2)
    else:
        text = yaml.safe_dump(patch, sort_keys=False)
    whole = yaml.safe_dump({"resources": ["../base"], "patches": [entry]})
    return {"prod/kustomization.yaml": whole, f"prod/{name}": text}


def read_patch(files: dict[str, str], name: str) -> object:
    text = files[f"prod/{name}"]
    if name == "kustomization.yaml":
        text = yaml.safe_load(text)["patches"][0]["patch"]
    return yaml.safe_load(text)


@pytest.mark.parametrize("file", ["patch.yaml", "patch.json"])
@pytest.mark.parametrize("name", PATCHES)
def test_a_patch_becomes_the_same_wherever_it_is_written(name, file):
    patch = PATCHES[name]
    if isinstance(patch, str) and file.endswith("json"):
        return
    inside, notes = migrated([*BASE.items(), *kustomization(patch).items()])
    beside, others = migrated([*BASE.items(), *own_file(patch, file).items()])
    assert read_patch(inside, "kustomization.yaml") == read_patch(beside, file)
    for text in ("LLAMA_STACK", "llamastack/", "/root/.llama"):
        assert text not in json.dumps(read_patch(beside, file)) or "another" in name
    assert not any("action required" in note for note in (*notes, *others))
    assert migrated(list(beside.items()))[0] == beside


def notes_on(
    patch: list[dict[str, object]] | str, base: dict[str, str] = BASE
) -> tuple[str, list[str]]:
    """Return an overlay with a patch inside, and what is said of it."""
    texts, notes = migrated([*base.items(), *kustomization(patch).items()])
    return texts["prod/kustomization.yaml"], [
        each for each in notes if each.startswith("prod/")
    ]


def test_a_word_that_the_command_has_no_more_is_an_action():
    patch = [operation(f"{FIRST}/args/1", "/etc/stack/prod.yaml")]
    text, [note] = notes_on(patch)
    assert ":9:13: container stack of Deployment stack: action required:" in note
    assert note.endswith("remove the operation")
    variable = yaml.safe_load(yaml.safe_load(text)["patches"][0]["patch"])[-1]
    assert variable["path"] == f"{FIRST}/env/-"
    assert variable["value"] == {
        "name": "RUN_CONFIG_PATH",
        "value": "/etc/stack/prod.yaml",
    }


def test_an_operation_that_not_all_of_its_containers_need_is_an_action():
    other = SERVER.replace("name: stack}", "name: other}").replace(
        "llamastack/distribution-starter", "nginx"
    )
    other = (
        other.replace("LLAMA_STACK_LOG_FILE", "LOG")
        .replace("--config", "--file")
        .replace("/root/.llama", "/data")
    )
    patch = [
        operation(f"{FIRST}/env/-", {"name": "LLAMA_STACK_PORT", "value": "1"}, "add")
    ]
    files = kustomization(patch)
    files["prod/kustomization.yaml"] = files["prod/kustomization.yaml"].replace(
        "    name: stack\n", ""
    )
    old = files["prod/kustomization.yaml"]
    texts, notes = migrated([*BASE.items(), ("base/other.yaml", other), *files.items()])
    assert texts["prod/kustomization.yaml"] == old
    [note] = [each for each in notes if each.startswith("prod/")]
    assert "only container stack of Deployment stack must change in this way" in note


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "env: [{name: LLAMA_STACK_PORT, value: '1'}]\n",
            "check: if this patch is for the server",
        ),
        (
            "env: [{name: LLAMA_STACK_CONFIG_DIR, value: /a}]\nvolumeMounts: [{name: d, mountPath: /root/.llama}]\n",
            "action required: this patch stays, since nothing here says which image it is for",
        ),
        ("env: [{name: HOME, value: /root/.llama}]\n", ""),
    ],
)
def test_a_container_without_an_image_is_no_server_by_itself(text, said):
    patch = merge(text)
    after, notes = notes_on(patch, {})
    assert yaml.safe_load(
        yaml.safe_load(after)["patches"][0]["patch"]
    ) == yaml.safe_load(patch)
    assert [each for each in notes if said in each] == notes
    assert bool(notes) == bool(said)


def test_a_json_patch_without_its_kustomization_is_refused():
    files = own_file(PATCHES["an image"], "patch.yaml")
    del files["prod/kustomization.yaml"]
    texts, notes = migrated([*BASE.items(), *files.items()])
    assert texts["prod/patch.yaml"] == files["prod/patch.yaml"]
    assert not any(each.startswith("prod/") for each in notes)


def test_a_patch_of_a_server_that_is_one_of_ogx_stays():
    base = {
        name: text.replace(
            "llamastack/distribution-starter:0.2.20", "ogxai/distribution-starter:1.5.0"
        )
        for name, text in BASE.items()
    }
    patch = [operation(f"{FIRST}/env/-", {"name": "OGX_PORT", "value": "8321"}, "add")]
    text, notes = notes_on(patch, base)
    assert text == kustomization(patch)["prod/kustomization.yaml"]
    assert not notes


def test_a_command_of_the_base_follows_the_variable_that_a_patch_sets():
    base = dict(BASE)
    base["base/server.yaml"] = SERVER.replace(
        '"--port", "8321"]', '"--port", "$(LLAMA_STACK_PORT)"]'
    )
    patch = PATCHES["all variables"]
    texts, _ = migrated([*base.items(), *kustomization(patch).items()])
    assert '"$(OGX_PORT)"' in texts["base/server.yaml"]
    assert "name: OGX_PORT" in texts["prod/kustomization.yaml"]


IMAGES = """\
resources: [../base]
images:
- {name: stack, newName: docker.io/llamastack/distribution-starter, newTag: 0.2.20}
"""


def test_a_container_whose_image_a_kustomization_puts_in_is_a_server():
    base = dict(BASE)
    base["base/server.yaml"] = SERVER.replace(
        "llamastack/distribution-starter:0.2.20", "stack"
    )
    texts, notes = migrated([*base.items(), ("prod/kustomization.yaml", IMAGES)])
    wanted, others = migrated(list(BASE.items()))
    server = wanted["base/server.yaml"].replace(
        "ogxai/distribution-starter:1.5.0", "stack"
    )
    assert texts["base/server.yaml"] == server
    assert texts["base/variables.yaml"] == wanted["base/variables.yaml"]
    assert notes == others
