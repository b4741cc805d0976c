"""Findings and overviews of templates that decide about the structure of a run config."""

import pytest

from stackcfg.loading.errors import InputError
from stackcfg.show.overview import read_overviews
from stackcfg.validation.engine import validate
from stackcfg.validation.settings import settings_for

TEMPLATE = """\
kind: ConfigMap
data:
  run.yaml: |
    version: '2'
    image_name: demo
    {{- if .Values.long }}
    # a line that moves all others
    {{- end }}
    providers:
      inference:
      {{- range $name, $model := .Values.models }}
      - provider_id: {{ $name }}
        provider_type: remote::vllm
        config:
          url: {{ $model.url }}
          speed: {{ $model.speed }}
      {{- end }}
      vector_io:
      - provider_id: beds
        provider_type: inline::faiss
        config:
          kvstore:
            type: sqlite
            db_path: /data/beds.db
      {{- if .Values.old }}
      safety:
      - provider_id: guard
        provider_type: inline::llama-guard
        config:
          strict: true
      {{- end }}
    metadata_store:
      type: sqlite
      db_path: /data/registry.db
"""


def found(text: str = TEMPLATE) -> list[tuple[str, int, int]]:
    findings = validate(text, settings_for("0.2.12")).findings
    return [(each.rule, *each.span.start) for each in findings]


def test_findings_are_at_the_lines_of_the_template():
    assert found() == [("unknown-key", 16, 11), ("unknown-key", 30, 11)]


def test_an_expression_is_shown_as_it_is_written():
    findings = validate(TEMPLATE, settings_for("0.2.12")).findings
    assert not any("~" in each.message + each.help for each in findings)
    assert not any(each.fix for each in findings)


def test_a_finding_of_some_texts_says_so():
    text = TEMPLATE.replace(
        "    metadata_store:",
        "    {{- if .Values.a }}\n    memory_banks: []\n    {{- end }}\n    metadata_store:",
    )
    messages = {
        each.span.start.line: each.message
        for each in validate(text, settings_for("0.2.12")).findings
    }
    assert not any(
        message.endswith("values of the chart)") for message in messages.values()
    )
    twice = TEMPLATE.replace(
        "kvstore:",
        "{{- if .Values.a }}\n          persistence: {}\n          {{- end }}\n          kvstore:",
    )
    assert all(
        line <= twice.count("\n")
        for line in (each.span.start.line for each in validate(twice).findings)
    )


WITHOUT_STORES = """\
kind: ConfigMap
data:
  run.yaml: |
    version: 2
    image_name: demo
    apis: [inference]
    {{- if .Values.long }}
    # a line that moves all others
    {{- end }}
    providers:
      inference:
      - provider_id: vllm
        provider_type: remote::vllm
        config: {url: http://localhost:8000/v1}
    storage:
      backends: {}
      stores: {}
"""


def test_findings_of_one_rule_at_one_place_are_all_reported():
    """Each of the stores that are missing at one line is a finding of its own."""
    control_lines = [
        line
        for line in WITHOUT_STORES.splitlines(keepends=True)
        if "{{" in line or "#" in line
    ]
    plain = WITHOUT_STORES
    for line in control_lines:
        plain = plain.replace(line, "")
    settings = settings_for("0.3.5")
    of_plain = [each.message for each in validate(plain, settings).findings]
    findings = validate(WITHOUT_STORES, settings).findings
    missing = [each for each in findings if each.rule == "missing-store"]
    assert len(missing) == 3
    assert len({each.span for each in missing}) == 1
    assert [each.message for each in findings] == of_plain


def test_what_the_values_write_is_refused_at_its_line():
    with pytest.raises(InputError) as error:
        validate(
            TEMPLATE.replace("strict: true", "{{- toYaml .Values.guard | nindent 10 }}")
        )
    assert error.value.position == (30, 11)
    assert "render it first" in error.value.hint


def test_the_overview_has_the_lines_of_the_template():
    [overview] = read_overviews(TEMPLATE)
    assert overview.place == "data.run.yaml, for some values of the chart"
    assert {
        each.store: each.position.line for each in overview.stores if not each.implied
    } == {
        "vector_io beds": 22,
        "metadata": 32,
    }
