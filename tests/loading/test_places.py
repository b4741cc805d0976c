"""Run configs inside of other files: where each is found, and what is none."""

import base64
import contextlib
import json
import time
from pathlib import Path

import pytest
import yaml

from stackcfg.loading.config_positions import position_of_path
from stackcfg.loading.configs import (
    RunConfig,
    check_found_file,
    explain_no_run_config,
    find_run_configs,
    read_documents,
)
from stackcfg.loading.errors import InputError, NotRunConfigError
from stackcfg.migration.engine import Settings, migrate, settings_for
from stackcfg.validation.engine import validate
from stackcfg.validation.settings import settings_for as validation_settings
from tests.support.texts import indented

ROOT = Path(__file__).parents[2] / "fixtures" / "migrate" / "places"
PLACES = sorted(path.parent for path in ROOT.glob("*/input.yaml"))

CONFIG = """\
version: 2
image_name: demo
apis: [inference]
providers:
  inference:
  - {provider_id: vllm, provider_type: 'remote::vllm', config: {url: 'http://vllm:8000/v1'}}
"""


def configs(text: str) -> list[RunConfig]:
    return list(find_run_configs(read_documents(text)))


def refusal(text: str) -> tuple[int, str, str]:
    with pytest.raises(InputError) as error:
        migrate(text)
    return error.value.position.line, error.value.message, error.value.hint


FOUND = {
    "runConfig": f"replicaCount: 1\nrunConfig:\n{indented(CONFIG, 2)}",
    "a.b.0": f"a:\n  b:\n  -\n{indented(CONFIG, 4)}",
    "data.run.yaml": f"apiVersion: v1\nkind: Thing\ndata:\n  run.yaml: |\n{indented(CONFIG, 4)}",
    "patches.0.patch data.run.yaml": "kind: Kustomization\napiVersion: a/v1\npatches:\n- patch: |\n"
    + indented(f"kind: ConfigMap\ndata:\n  run.yaml: |\n{indented(CONFIG, 4)}", 4),
    "a.literals.0": f"a:\n  literals:\n  - |\n    run.yaml={indented(CONFIG, 4).lstrip()}",
    "values runConfig": f"values: |\n  runConfig:\n{indented(CONFIG, 4)}",
    "document 2 runConfig": f"kind: Deployment\n---\nrunConfig:\n{indented(CONFIG, 2)}",
    "objects.0.data.run.yaml": "kind: Template\nobjects:\n- kind: ConfigMap\n  data:\n    run.yaml: |\n"
    + indented(CONFIG, 6),
}


@pytest.mark.parametrize("place", FOUND)
def test_a_run_config_in_another_file_is_found_with_its_lines(place: str):
    text = FOUND[place]
    [config] = configs(text)
    assert config.place == place
    assert config.data == yaml.safe_load(CONFIG)
    lines = text.split("\n")
    for path in (("version",), ("apis",), ("providers", "inference", 0)):
        line, column = position_of_path(config, path)
        word = str(path[-1]) if path[-1] != 0 else "{provider_id"
        assert lines[line - 1][column - 1 :].startswith(word)


def test_a_run_config_in_base64_has_the_place_of_its_value():
    encoded = base64.b64encode(CONFIG.encode()).decode()
    text = f"apiVersion: v1\nkind: Secret\ndata:\n  run.yaml: '{encoded}'\n"
    [config] = configs(text)
    assert config.data == yaml.safe_load(CONFIG)
    assert position_of_path(config, ("apis",)) == (4, 14)


@pytest.mark.parametrize("case", PLACES, ids=lambda case: case.name)
def test_nothing_around_a_run_config_changes(case: Path):
    text = (case / "input.yaml").read_text()
    for target in (None, "0.7", "1.5"):
        settings = settings_for(target=target) if target else Settings()
        new = migrate(text, settings).text
        assert outside(new) == outside(text)
        # a whole number of lines at the start and the end is the same
        assert new.split("\n")[0] == text.split("\n")[0]


def outside(text: str) -> str:
    """Return a file without the run configs in it."""
    spans = {config.holders[-1].span for config in configs(text)}
    parts, last = [], 0
    for start, end in sorted(spans):
        parts.append(text[last:start])
        last = end
    return "…".join((*parts, text[last:]))


@pytest.mark.parametrize("case", PLACES, ids=lambda case: case.name)
def test_a_run_config_is_migrated_as_it_is_in_a_file_of_its_own(case: Path):
    text = (case / "input.yaml").read_text()
    before = [config for config in configs(text) if not config.parameters]
    after = [config for config in configs(migrate(text).text) if not config.parameters]
    for old, new in zip(before, after, strict=True):
        [alone] = configs(migrate(old.document.text).text)
        assert new.data == alone.data


@pytest.mark.parametrize("case", PLACES, ids=lambda case: case.name)
def test_a_finding_is_at_its_line(case: Path):
    text = (case / "input.yaml").read_text()
    lines = text.split("\n")
    for finding in validate(text, validation_settings("1.5")).findings:
        assert lines[finding.span.start.line - 1].strip()


@pytest.mark.parametrize(
    "text",
    [
        # the providers alone are put into a run config by the chart
        "llamaStack:\n  providers:\n    inference:\n    - {provider_id: a, provider_type: 'remote::b'}\n",
        "llamaStack:\n  enabled: true\n  apis: [inference]\n  providers:\n    inference:\n    - {provider_id: a, provider_type: 'remote::b'}\n",
        "a:\n  storage: {size: 1Gi}\n  providers: {aws: {}}\n  apis: [a]\n",
        "kind: Thing\ndata:\n  x: |\n    image_name: demo\n",
        "a: |\n  providers: [\n",
        "kind: Deployment\nspec: {storage: 1, apis: [inference2]}\n",
    ],
)
def test_what_only_resembles_a_run_config_is_none(text: str):
    documents = read_documents(text)
    assert not list(find_run_configs(documents))
    assert isinstance(explain_no_run_config(documents), NotRunConfigError)


def test_the_copy_that_kubectl_keeps_is_none():
    object_ = {"kind": "ConfigMap", "data": {"run.yaml": CONFIG}}
    note = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(object_)}
    text = yaml.safe_dump({**object_, "metadata": {"annotations": note}})
    [config] = configs(text)
    assert config.place == "data.run.yaml"


def test_a_script_in_a_manifest_that_writes_a_run_config_is_read():
    script = f"#!/bin/sh\n# a comment\ncat > run.yaml <<EOF\n{CONFIG}EOF\n"
    text = f"kind: Pod\nspec:\n  command:\n  - |\n{indented(script, 4)}"
    assert [each.place for each in configs(text)] == ["spec.command.0 run.yaml"]
    held = f"kind: ConfigMap\ndata:\n  start.sh: |\n{indented(script, 4)}"
    run = f"  run.yaml: |\n{indented(CONFIG, 4)}"
    places = [each.place for each in configs(held + run)]
    assert places == ["data.start.sh run.yaml", "data.run.yaml"]


def test_a_script_that_writes_something_else_is_passed_by():
    script = (
        "#!/bin/sh\ncat > app.yaml <<EOF\nproviders: 1\nEOF\nllama stack run run.yaml\n"
    )
    text = f"kind: ConfigMap\ndata:\n  start.sh: |\n{indented(script, 4)}"
    assert configs(text) == []


def test_a_named_file_of_a_configmap_needs_less():
    text = "kind: ConfigMap\ndata:\n  x: |\n    image_name: demo\n    providers: {}\n"
    assert len(configs(text)) == 1
    with pytest.raises(NotRunConfigError):
        check_found_file(text)


class TestParameters:
    TEMPLATE = (
        "kind: Template\nparameters: [{name: PORT}, {name: HOST}]\nobjects:\n"
        "- kind: ConfigMap\n  data:\n    run.yaml: |\n"
    )
    SERVER = CONFIG + "server: {port: ${PORT}}\n"

    def test_a_declared_parameter_is_a_value_that_nobody_knows(self):
        text = self.TEMPLATE + indented(self.SERVER, 6)
        assert not validate(text, validation_settings("0.2.22")).findings
        assert configs(text)[0].data["server"] == {"port": "${PORT}"}

    def test_another_name_is_none(self):
        text = self.TEMPLATE.replace("PORT", "OTHER") + indented(
            self.SERVER.replace("${PORT}", "'${PORT}'"), 6
        )
        found = validate(text, validation_settings("0.2.22")).findings
        assert {finding.rule for finding in found} >= {"wrong-type"}

    def test_a_parameter_outside_of_the_objects_is_none(self):
        text = self.TEMPLATE + indented(CONFIG, 6) + "x: '${PORT}'\n"
        assert len(configs(text)) == 1


class TestCompose:
    def compose(self, line: str) -> str:
        text = CONFIG + line
        return f"services: {{}}\nconfigs:\n  run:\n    content: |\n{indented(text, 6)}"

    def test_two_dollars_are_one(self):
        [config] = configs(self.compose("server: {port: '$${env.PORT}'}\n"))
        assert config.data["server"] == {"port": "${env.PORT}"}
        line, column = position_of_path(config, ("server", "port"))
        assert (line, column) == (11, 16)

    @pytest.mark.parametrize("variable", ["$PORT", "${PORT}", "${PORT:-8321}"])
    def test_a_variable_of_compose_is_a_value_that_nobody_knows(self, variable: str):
        text = self.compose(f"server:\n  port: {variable}\n")
        assert not validate(text, validation_settings("0.2.22")).findings

    def test_a_variable_of_the_server_with_one_dollar_is_refused(self):
        line, message, hint = refusal(self.compose("server: {port: '${env.PORT}'}\n"))
        assert line == 11
        assert message == (
            "Compose refuses '${env.': a variable of the server has '$$' here"
        )
        assert hint == "write '$${env.…}'"


@pytest.mark.parametrize("encoded", [True, False])
def test_an_ignore_comment_is_for_its_line_of_the_text(encoded: bool):
    typo = "  - {provider_id: b, provider_type: 'remote::vlm'}"
    config = f"{CONFIG}{typo}  # stackcfg: ignore[provider-type] mine\n{typo}\n"
    value = json.dumps(config)
    if encoded:
        value = base64.b64encode(config.encode()).decode()
    text = f"kind: Secret\ndata:\n  run.yaml: {value}\n"
    found = validate(text, validation_settings("0.2.22"))
    alone = validate(config, validation_settings("0.2.22"))
    assert found.ignored == alone.ignored == 1
    assert [each.rule for each in found.findings] == [
        each.rule for each in alone.findings
    ]
    assert "provider-type" in {each.rule for each in found.findings}


class TestRefused:
    def test_a_run_config_that_uses_anchors_of_the_file_around_it(self):
        text = f"x: &p {{a: 1}}\nrunConfig:\n{indented(CONFIG, 2)}  server: *p\n"
        line, message, _ = refusal(text)
        assert line == 9
        assert message.startswith("runConfig: alias '*p' has no anchor before it")

    def test_a_run_config_of_which_the_file_around_it_uses_a_part(self):
        config = CONFIG + "metadata_store: &m\n  type: sqlite\n  db_path: /a.db\n"
        text = f"runConfig:\n{indented(config, 2)}other: *m\n"
        assert refusal(text) == (
            11,
            "'*m' names a part of the run config",
            "write its values out, then migrate",
        )

    def test_a_folded_scalar(self):
        config = CONFIG.replace("\n", "\n\n") + "metadata_store: {type: sqlite}\n"
        text = f"kind: ConfigMap\ndata:\n  run.yaml: >\n{indented(config, 4)}"
        line, message, _ = refusal(text)
        assert (line, message) == (3, "a run config in a folded scalar ('>')")

    @pytest.mark.parametrize(
        "line",
        [
            "    {{- if .Values.x -}}\n    server: {port: 1}\n    {{- end }}\n",
            "    {{- if .Values.x }}server: {port: 1}{{- end }}\n",
            "    {{- toYaml .Values.x | nindent 4 }}\n",
            "{{ toYaml .Values.x | indent 4 }}\n",
            "    server: {{ toYaml .Values.x | nindent 6 }}\n",
            "    {{ .Values.x }}\n",
            "    server: {{ include 'x'\n      . }}\n",
        ],
    )
    def test_a_template_that_decides_about_the_run_config(self, line: str):
        text = f"kind: ConfigMap\ndata:\n  run.yaml: |\n{indented(CONFIG, 4)}"
        assert len(configs(text + "{{ if .x }}\n{{ end }}\n")) == 1
        at, message, hint = refusal(text + line)
        assert at == 10
        assert message.startswith(
            "data.run.yaml: a template decides about the structure of the run config ({{"
        )
        assert "helm template CHART | stackcfg validate -" in hint

    @pytest.mark.parametrize("block", ["{% for x in y %}", "{%- if x -%}"])
    def test_a_template_of_another_engine_is_not_for_helm(self, block: str):
        text = CONFIG.replace("  inference:\n", f"  inference:\n{block}\n")
        _, message, hint = refusal(text)
        assert "a template decides about the structure" in message
        assert hint == "render the template first, and name what it writes"

    @pytest.mark.parametrize(
        "around",
        [
            "args:\n{{ if .x }}- a{{ else }}- b: [{{ end }}\n",
            "name: {{ include " + '"x"' + " (dict\n  'a' 1\n  'b' .c) }}\nother: 1\n",
            "{{ .Values.key }}: |\n  {{- if .x }}\n  a\n  {{- end }}\n",
            "a: {{ toYaml .b | nindent 2 }}\nc: {{ ternary 1 2 .d }}\n",
            "{{- define 'x' -}}\na: 1\n{{- end -}}\n",
            "a:\n  {{- range .b }}\n  - {{ . }}: {{ .c | quote }}\n  {{- else }}\n  []\n  {{- end }}\n",
        ],
    )
    def test_a_template_may_decide_about_everything_around(self, around: str):
        text = f"{around}kind: ConfigMap\ndata:\n  run.yaml: |\n{indented(CONFIG, 4)}"
        if "[]" in around:
            # two documents: the one is no YAML before it is rendered
            text = text.replace("kind:", "---\nkind:")
        assert configs(text)[0].data == yaml.safe_load(CONFIG)

    def test_a_key_of_a_template_is_named_as_it_is_written(self):
        config = CONFIG + "server: {port: 1}\n{{ .Values.key }}: {a: 1}\n"
        text = f"kind: ConfigMap\ndata:\n  run.yaml: |\n{indented(config, 4)}"
        assert configs(text)[0].data["{{ .Values.key }}"] == {"a": 1}

    def test_a_document_that_is_no_yaml_before_it_is_rendered(self):
        config = f"kind: ConfigMap\ndata:\n  run.yaml: |\n{indented(CONFIG, 4)}"
        other = "kind: Deployment\nargs:\n{{ if .x }}\n- a\n  - b: [\n{{ end }}\n"
        for text in (f"{other}---\n{config}", f"{config}---\n{other}---\n{other}"):
            [found] = configs(text)
            assert text.split("\n")[position_of_path(found, ("apis",)).line - 1] == (
                "    apis: [inference]"
            )
        assert refusal(f"{config}{{{{ if .x }}}}\n{{{{ end }}}}\n---\n{other}{CONFIG}")

    @pytest.mark.parametrize(
        "line",
        ["# {{- if .Values.x }}\n", "x-a: '{{ if b }}'\n", "x-a: |\n  {{ if b }}\n"],
    )
    def test_what_is_yaml_as_it_is_was_no_template(self, line: str):
        assert len(configs(CONFIG + line)) == 1

    def test_a_key_that_is_twice_in_a_run_config(self):
        text = f"{{{{ if .x }}}}\n{CONFIG}image_name: b\n{{{{ end }}}}\n"
        line, message, _ = refusal(text)
        assert (line, message) == (8, "duplicate key 'image_name' on lines 3 and 8")

    def test_lines_that_a_template_puts_before_a_run_config(self):
        text = f"{{{{ include 'x' . }}}}\n{CONFIG}"
        assert refusal(text)[0] == 1


@pytest.mark.parametrize(
    "text",
    [
        "a: |\n" + "  {{\n" * 20_000,
        "a: |\n" + "  {{ if x }} a\n" * 10_000,
        "a: " + "{{ if x }}" * 10_000 + "\n",
        "x: {{}}\n" + "{{/*\n" * 20_000,
        "configs:\n  a:\n    content: |\n      " + "$" * 50_000 + "{\nservices: {}\n",
        "a:\n" + "  - literals: [x=y]\n" * 5_000,
    ],
)
def test_a_long_text_is_read_at_once(text: str):
    before = time.process_time()
    with contextlib.suppress(InputError):
        configs(text)
    assert time.process_time() - before < 2
