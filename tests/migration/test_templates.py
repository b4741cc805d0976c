"""Templates that decide about the structure of a run config.

The judge is a renderer of its own: for all values, the new template writes what the migration makes of what the old
one writes.
"""

import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from stackcfg.loading.errors import InputError
from stackcfg.migration.engine import MigrationResult, migrate, settings_for
from stackcfg.validation.engine import validate
from tests.support.template_writer import write

ROOT = Path(__file__).parents[2] / "fixtures" / "migrate" / "templates"
TOOLS = [
    {"name": "weather", "uri": "http://w", "events": True},
    {"name": "b", "uri": "http://b", "events": False},
]
MODELS = {
    "llama": {"enabled": True, "url": "http://l", "id": "meta/llama", "token": ""},
    "mistral": {"enabled": True, "url": "http://m", "id": "mi/stral", "token": "t"},
    "off": {"enabled": False, "url": "http://o", "id": "o", "token": ""},
}
VALUES: dict[str, list[dict[str, Any]]] = {
    "provider-by-condition": [
        {
            "search": {"enabled": search, "most": 4},
            "sheds": {"enabled": sheds},
            "model": {"url": "http://x", "name": "n"},
        }
        for search, sheds in product((True, False), repeat=2)
    ],
    "either-provider": [
        {"engine": engine, "answers": answers, "url": "http://x/v1"}
        for engine, answers in product(("vllm", "tgi", "ollama"), (True, False))
    ],
    "loop-of-models": [
        {"models": {name: MODELS[name] for name in names}}
        for names in (
            (),
            ("llama",),
            ("llama", "mistral"),
            ("off",),
            ("off", "llama", "mistral"),
        )
    ],
    "backend-of-condition": [
        {"cluster": cluster, "host": "db"} for cluster in (True, False)
    ],
    "store-by-condition": [
        {"shared": shared, "host": "db"} for shared in (True, False)
    ],
    "loop-that-moves": [{"tools": TOOLS[:count]} for count in range(3)],
}


def text_of(case: str, name: str = "input") -> str:
    return (ROOT / case / f"{name}.yaml").read_text(encoding="utf-8")


def render(text: str, values: dict[str, Any]) -> str:
    if "define" in text:
        text = text[text.index("version: 2") : text.rindex("{{- end }}")]
    text = re.sub(r"(?s)\{\{-? ?/\*.*?\*/ ?-?\}\}", "", text)
    root = {"Values": values, "Release": {"Name": "r"}}
    return "\n".join(write(text.split("\n"), root, {"$": root})) + "\n"


def config_in(text: str) -> Any:
    data = yaml.safe_load(text)
    return yaml.safe_load(data["data"]["run.yaml"]) if "data" in data else data


def options_of(case: str) -> dict[str, str]:
    return {"target": "1.5"} if case == "loop-that-moves" else {}


@pytest.mark.parametrize("case", VALUES)
def test_a_new_template_writes_what_the_migration_makes_of_the_old_one(case: str):
    old, settings = text_of(case), settings_for(**options_of(case))
    new = migrate(old, settings).text
    assert new != old
    for values in VALUES[case]:
        rendered = migrate(render(old, values), settings).text
        assert config_in(render(new, values)) == config_in(rendered), values


def test_every_fixture_has_values():
    assert {path.name for path in ROOT.iterdir()} == set(VALUES)


@pytest.mark.parametrize("case", VALUES)
def test_findings_of_a_template_are_at_its_lines(case: str):
    text = text_of(case)
    lines = text.split("\n")
    for finding in validate(text).findings:
        start = finding.span.start
        entry = lines[start.line - 1][start.column - 1 :]
        assert entry
        assert not entry.startswith((" ", "{{-"))


CONFIG_MAP = """\
kind: ConfigMap
data:
  run.yaml: |
    version: 2
    image_name: demo
    providers:
      inference:
      - provider_id: vllm
        provider_type: remote::vllm
        config:
          url: http://x/v1
      safety:
      - provider_id: llama-guard
        provider_type: inline::llama-guard
    {}
    metadata_store:
      type: sqlite
      db_path: /data/registry.db
"""


def migrated(lines: str, **options: str) -> MigrationResult:
    inner = lines.replace("\n", "\n    ")
    return migrate(
        CONFIG_MAP.replace("    {}\n", f"    {inner}\n"), settings_for(**options)
    )


class TestTemplatesThatAreRefused:
    """The line says what decides, the hint how to go on."""

    @pytest.mark.parametrize(
        ("lines", "line"),
        [
            ("{{- with .x }}\n{{- toYaml . | nindent 4 }}\n{{- end }}", 16),
            ("{{- if .x -}}\na: 1\n{{- end }}", 15),
            (
                "{{- if .x }}\nmodels: []\n{{- end }}\n{{- if .y }}\nmodels: []\n{{- end }}",
                15,
            ),
            ("{{- if .x }}\nmodels:\n- model_id: a", 15),
            ("models: [{{- range .x }}{model_id: a}{{- end }}]", 15),
        ],
    )
    def test_what_cannot_be_proved(self, lines: str, line: int):
        with pytest.raises(InputError) as error:
            migrated(lines)
        assert error.value.position.line == line
        assert "a template decides about the structure" in error.value.message
        assert "helm template CHART | stackcfg validate -" in error.value.hint

    def test_quotes_that_would_get_into_quotes(self):
        text = CONFIG_MAP.replace("    {}\n", "").replace(
            "remote::vllm", "remote::ollama"
        )
        text = text.replace("http://x/v1", "{{ .url | toJson }}")
        with pytest.raises(InputError) as error:
            migrate(text, settings_for("0.4"))
        assert error.value.position == (11, 16)
        assert error.value.message.startswith("'{{ .url | toJson }}' writes quotes")

    def test_quotes_that_are_in_the_middle_of_a_value(self):
        text = CONFIG_MAP.replace("    {}\n", "").replace(
            "remote::vllm", "remote::ollama"
        )
        text = text.replace("http://x/v1", "http://x:{{ .port | quote }}")
        with pytest.raises(InputError) as error:
            migrate(text, settings_for("0.4"))
        assert "writes quotes" in error.value.message


class TestWhatATemplateDecides:
    """Blocks stay around what they decide about."""

    def test_a_comment_of_the_template_is_no_obstacle(self):
        result = migrated("{{/* words */}}")
        assert "    {{/* words */}}\n    storage:\n" in result.text

    def test_an_entry_of_a_condition_stays_in_it(self):
        result = migrated("{{- if .x }}\neval_tasks: []\n{{- end }}")
        assert "{{- if .x }}" in result.text
        body = result.text.split("{{- if .x }}")[1].split("{{- end }}")[0]
        assert body.split() == ["registered_resources:", "benchmarks:", "[]"]

    def test_a_name_that_may_be_that_of_a_model_requires_an_action(self):
        result = migrated(
            "models:\n{{- range $name, $m := .models }}\n- model_id: {{ $m.id }}\n  provider_id: vllm\n{{- end }}\n"
            "- model_id: z\n  provider_id: vllm\n"
            "{{- with .guards }}\nshields:\n{{- range $m := . }}\n- shield_id: {{ $m.id }}\n  provider_id: llama-guard\n"
            "{{- end }}\n{{- end }}"
        )
        notes = [
            note
            for note in result.configs[0].notes
            if "provider_shield_id" in note.message
        ]
        assert [(note.severity, note.position.line) for note in notes] == [
            ("action required", 25)
        ]

    def test_a_note_of_some_values_says_so(self):
        result = migrated(
            "{{- if .x }}\nmemory_banks: []\n{{- end }}\nbenchmarks: []", target="0.3"
        )
        lines = result.text.split("\n")
        assert all(
            0 < note.position.line <= len(lines) for note in result.configs[0].notes
        )
