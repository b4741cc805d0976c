"""What a file is that is no run config, where that shows, and what to do."""

import contextlib
import json
import time

import pytest

from stackcfg.loading.configs import (
    check_found_file,
    explain_no_run_config,
    find_run_configs,
    looks_like_run_config,
    read_documents,
)
from stackcfg.loading.errors import InputError, NotRunConfigError
from tests.support.texts import indented

CONFIG = """\
version: 2
image_name: demo
apis: [inference]
providers:
  inference:
  - {provider_id: vllm, provider_type: 'remote::vllm'}
"""


def refusal(text: str) -> tuple[str, int, str]:
    """The message, the line and the hint for a text without a run config."""
    try:
        documents = read_documents(text)
    except NotRunConfigError as error:
        return error.message, error.position.line, error.hint
    assert not list(find_run_configs(documents))
    error = explain_no_run_config(documents)
    return error.message, error.position.line, error.hint


KINDS = {
    "a build config": "version: 2\ndistribution_spec: {}\n",
    "a Compose file": "version: '2'\nservices: {a: {image: b}}\n",
    "a kustomization": "resources: []\nconfigMapGenerator: []\n",
    "a ConfigMap": "apiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n",
    "a Secret": "apiVersion: v1\nkind: Secret\ndata: {a: Yg==}\n",
    "an Argo CD application": "apiVersion: argoproj.io/v1alpha1\nkind: Application\n",
    "an OpenShift template": "apiVersion: template.openshift.io/v1\nkind: Template\n",
    "the definition of a Kubernetes object": "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n",
    "a Kubernetes object of kind 'Deployment'": "apiVersion: apps/v1\nkind: Deployment\n",
    "an object of kind 'OGXServer'": "apiVersion: ogx.io/v1beta1\nkind: OGXServer\n",
    "the description of a Helm chart": "apiVersion: v2\nname: demo\nversion: 1.0.0\n",
    "the values of a Helm chart": "replicaCount: 1\nimage: {tag: a}\nproviders: {}\n",
    "an OpenAPI description": "openapi: 3.1.0\npaths: {}\n",
    "a CI workflow": "on: push\njobs: {}\n",
    "a pre-commit config": "repos: []\n",
    "the definition of an external provider": "module: a\nconfig_class: b\n",
    "a Jupyter notebook": "{cells: [{source: ['apis: [inference]\\n']}], nbformat: 4}\n",
    "the config of a service that uses a server": "llama_stack: {url: a}\n",
    "a list of endpoints, as the dashboard of OpenShift AI keeps them": (
        "providers: {inference: [{provider_id: a, provider_type: 'remote::openai'}]}\n"
        "registered_resources: {models: [{provider_id: a, model_id: b}]}\n"
    ),
    "the providers of one": "safety: [{provider_id: a, provider_type: 'inline::b'}]\n",
    "a list of Ansible tasks": "- name: a\n  kubernetes.core.k8s: {definition: b}\n",
    "a JSON patch": "- {op: add, path: /spec/replicas, value: 2}\n",
    "comments only": "# nothing\n",
}


@pytest.mark.parametrize("what", KINDS)
def test_a_file_of_another_kind_is_named(what):
    message, _, hint = refusal(KINDS[what])
    assert message == f"not a run config but {what}"
    assert hint


def test_a_build_config_leads_to_its_run_config():
    hint = refusal("image_name: demo\ndistribution_spec: {}\n")[2]
    assert hint == (
        "name its run config: run.yaml or config.yaml beside it, or "
        "~/.llama/distributions/demo/demo-run.yaml"
    )


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("LlamaStackDistribution", "{server: {userConfig: {configMapName: mine}}}"),
        ("OGXServer", "{overrideConfig: {name: mine, key: config.yaml}}"),
    ],
)
def test_an_object_of_the_operator_leads_to_its_configmap(kind, spec):
    hint = refusal(f"apiVersion: a/v1\nkind: {kind}\nspec: {spec}\n")[2]
    assert hint == "its run config is in the ConfigMap 'mine'; name the file of that"


def test_a_service_leads_to_the_run_config_that_it_starts():
    hint = refusal("llama_stack: {library_client_config_path: run.yaml}\n")[2]
    assert hint == "its run config is 'run.yaml'; name that"


@pytest.mark.parametrize("is_list", [True, False], ids=["lines", "string"])
def test_a_notebook_leads_to_the_cell_that_writes_a_run_config(is_list):
    """A line of flow style alone looks like a run config."""
    source = ["%%writefile run.yaml\n", *CONFIG.splitlines(keepends=True)]
    written: object = source if is_list else "".join(source)
    cells = [{"source": ["import a\n"]}, {"source": written}]
    text = json.dumps({"cells": cells, "nbformat": 4}, indent=1)
    message, line, hint = refusal(text)
    assert message == "not a run config but a Jupyter notebook"
    [_, second] = [n for n, row in enumerate(text.split("\n"), 1) if '"source"' in row]
    assert line == second
    assert hint == "this cell writes a run config: run it, then name what it writes"


def test_an_operator_may_make_the_run_config():
    text = "apiVersion: ogx.io/v1beta1\nkind: OGXServer\nspec: {providers: {}}\n"
    assert refusal(text)[2] == "the operator makes the run config; name what it made"


@pytest.mark.parametrize("text", ["", " \n\n", "\n"])
def test_an_empty_file_may_have_been_emptied_by_its_own_output(text):
    message, line, hint = refusal(text)
    assert (message, line) == ("not a run config: the file is empty", 1)
    assert hint == (
        "'> FILE' empties FILE before it is read: restore it from git or a backup, "
        "and use 'migrate --write'"
    )


@pytest.mark.parametrize(
    "value",
    ["!!binary aGk=", "A" * 100, "AAAA" * 20, '"a\\nproviders: ["', "|\n  apis"],
)
def test_a_text_that_holds_nothing_is_passed_by(value):
    assert refusal(f"a: 1\nb: {value}\n")[0].startswith("not a run config: no ")


def test_keys_of_other_programs_are_named():
    message, line, _ = refusal(
        "metadata_store: {type: sqlite}\na: {}\nb: {}\nc: 1\nd: 1\n"
    )
    assert message == "not a run config: no release has the keys 'a', 'b', 'c'"
    assert line == 2


def test_a_search_is_stricter_than_a_name():
    text = "storage: {stores: {metadata: {backend: a, namespace: b}}}\n"
    assert list(find_run_configs(read_documents(text)))
    with pytest.raises(NotRunConfigError):
        check_found_file(text)
    check_found_file(CONFIG)
    check_found_file(f"kind: ConfigMap\ndata:\n  run.yaml: |\n{indented(CONFIG, 4)}")
    with pytest.raises(NotRunConfigError):
        check_found_file(f"replicaCount: 1\nimage: {{}}\n{CONFIG}")


def test_a_search_leaves_a_text_that_cannot_be_read_to_the_command():
    check_found_file("providers: [\n")
    with pytest.raises(InputError):
        read_documents("providers: [\n")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("image_name: a\nproviders: [\n", True),
        ('{"image_name": "a", "providers": [', True),
        ("providers:\n  inference:\n  - provider_type: [\n", True),
        ("flags:image_name\n- a.image_name: b\nx: [\n", False),
        ("inference_store: {}\nmetadata_store: [\n", True),
        ("online_store: {}\noffline_store: [\n", False),
        ("steps:\n- provider_type: a\n- provider_type: b\nx: [\n", False),
    ],
)
def test_two_keys_make_a_text_that_cannot_be_read_a_run_config(text, meant):
    assert looks_like_run_config(text) is meant


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "A" * 50 + " " * 50_000 + "!\n",
        "a: " + "x_stor" * 10_000 + "\n",
        "a: '" + "x_stor" * 10_000 + "'\nb: [\n",
        "image_name" + " " * 50_000 + "x\nb: [\n",
        "a: |\n" + "  providers\n" * 5_000,
        "x: {providers: " * 60 + "1" + "}" * 60 + "\n",
    ],
)
def test_a_long_text_is_judged_at_once(text):
    before = time.process_time()
    looks_like_run_config(text)
    with contextlib.suppress(InputError):
        check_found_file(text)
    with contextlib.suppress(InputError):
        refusal(text)
    assert time.process_time() - before < 1


@pytest.mark.parametrize(
    "text", ["secretGenerator: []\n", "resources: [a.yaml, ../base]\n"]
)
def test_a_kustomization_may_name_no_kind(text):
    assert refusal(text)[0] == "not a run config but a kustomization"


def test_an_object_of_a_drafted_version_may_name_its_config():
    text = (
        "apiVersion: llamastack.io/v1alpha2\nkind: LlamaStackDistribution\n"
        "spec: {overrideConfig: {configMapName: ours}}\n"
    )
    hint = "its run config is in the ConfigMap 'ours'; name the file of that"
    assert refusal(text)[2] == hint


LANGUAGES = {
    "Terraform": (
        '# ours\nresource "kubernetes_config_map" "a" {\n  data = {\n    "run.yaml" = <<EOT\n'
        + CONFIG.replace("demo", "$${env.NAME}")
        + "EOT\n  }\n}\n",
        10,
        "write the run config to a file of its own, which 'file' or 'templatefile' reads",
    ),
    "Nix": (
        "{ pkgs, ... }:\n{\n  environment.etc.run.text = ''\n"
        + indented(CONFIG, 4)
        + "  '';\n}\n",
        9,
        "write the run config to a file of its own, which 'builtins.readFile' reads",
    ),
    "Python": (
        f'import os\n\nCONFIG = """\n{CONFIG}"""\n',
        9,
        "run it, then name the run config that it writes",
    ),
    "Go": (
        f"// Package a\npackage a\n\nconst config = `{CONFIG}`\n",
        9,
        "run it, then name the run config that it writes",
    ),
    "Markdown": (
        f"---\ntitle: Demo\n---\n\n# How to: start\n\n```yaml\n{CONFIG}```\n",
        13,
        "write the run config to a file of its own, and name that",
    ),
    "reStructuredText": (
        f"Start: how\n==========\n\n.. code-block:: yaml\n\n{indented(CONFIG, 3)}",
        11,
        "write the run config to a file of its own, and name that",
    ),
    "AsciiDoc": (
        f"= Start: how\n\n[source,yaml]\n----\n{CONFIG}----\n",
        10,
        "write the run config to a file of its own, and name that",
    ),
    "a Makefile": (
        ".PHONY: run\nrun:\n\tpodman run -v ./run.yaml:/run.yaml a:1\n",
        1,
        "name the run config that it uses; what it starts stays, and is yours to change",
    ),
    "a quadlet of podman that plays a manifest": (
        "[Kube]\nYaml=pod.yaml\n",
        1,
        "name the manifest behind 'Yaml='",
    ),
    "a template of Terraform": (
        CONFIG + "%{ if tls }\nserver: {}\n%{ endif }\n",
        6,
        "render it ('templatefile'), then name what it writes",
    ),
    "a file of variables": (
        "# for the server\nVLLM_URL=http://vllm/v1\nexport A='b'\n",
        1,
        "name it together with what starts the server",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_in_another_language_is_called_so(language):
    text, line, hint = LANGUAGES[language]
    assert refusal(text) == (f"not YAML but {language}", line, hint)


@pytest.mark.parametrize(
    "start",
    [
        "@pytest.fixture\ndef config():\n    return '''",
        "class A:\n    CONFIG = '''",
        "async def config():\n    return '''",
    ],
)
def test_python_may_begin_with_a_definition(start):
    assert refusal(f"{start}{CONFIG}'''\n")[0] == "not YAML but Python"


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("Go", '// {{.Name}}\nvar a = "{{if .A}}"\n'),
        ("Markdown", "{{< note >}}\n- a {{ b }}\n"),
        ("Python", 'A = f"{{{CONFIG}}}"\n'),
        ("a Makefile", 'start:\n\tpodman ps --format "{{.Names}}"\n'),
    ],
)
def test_double_braces_make_no_template_of_another_language(name, more):
    assert refusal(LANGUAGES[name][0] + more)[0] == f"not YAML but {name}"


def test_a_block_of_markdown_in_a_value_does_not_make_markdown():
    text = f"# Demo\n{CONFIG}prompt: |\n  ```\n  a\n  ```\nbroken: a: b\n"
    with pytest.raises(InputError, match="not valid YAML"):
        read_documents(text)


def test_a_run_config_between_fences_is_meant_to_be_one():
    """A folder search must not pass by what was copied with its fences."""
    with pytest.raises(InputError) as caught:
        read_documents(f"\n```yaml\n{CONFIG}```\n")
    assert not isinstance(caught.value, NotRunConfigError)
    assert caught.value.message == "not YAML: Markdown, with a block of code"


@pytest.mark.parametrize("name", ["Terraform", "Nix"])
def test_a_script_that_writes_a_text_in_another_language_is_a_script(name):
    text = LANGUAGES[name][0].replace("EOT", "END")
    script = f"cat > other <<'EOF'\n{text}EOF\ncat > run.yaml <<'EOF'\n{CONFIG}EOF\n"
    places = [each.place for each in find_run_configs(read_documents(script))]
    assert "run.yaml" in places


@pytest.mark.parametrize("text", ["a: b\n\tc: d\n", "a: [\n", "%YAML 1\n%x\n"])
def test_broken_yaml_is_no_other_language(text):
    with pytest.raises(InputError, match="not valid YAML"):
        read_documents(text)
