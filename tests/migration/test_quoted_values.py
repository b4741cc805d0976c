"""Values that a template writes with quotes (`{{ .Values.url | quote }}`), and that get text beside them.

What the new template renders is the migration of what the old one renders; Helm says so with `-m conformance`.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from stackcfg.migration.engine import migrate, settings_for
from tests.conformance.helm import VERSION, config_in, helm, run_helm
from tests.conformance.releases import required

TEMPLATE = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: x
data:
  run.yaml: |
    version: '2'
    image_name: {{ .Values.name | quote }}
    apis: [inference, vector_io, files]
    providers:
      inference:
      - provider_id: {{ .Values.first | quote }}
        provider_type: remote::ollama
        config:
          url: {{ .Values.url | quote }}
      - provider_id: {{ quote .Values.second }}
        provider_type: remote::ollama
        config: {url: {{ .Values.missing | default .Values.url | squote }}}
      vector_io:
      - provider_id: faiss
        provider_type: inline::faiss
        config:
          kvstore:
            type: sqlite
            db_path: {{ .Values.file | quote }}
    models:
    - model_id: {{ .Values.model | quote }}
      provider_id: {{ .Values.first | quote }}
    - model_id: small
      provider_id: {{ quote .Values.second }}
      provider_model_id: {{ .Values.embedding | quote }}
      model_type: embedding
      metadata: {embedding_dimension: 384}
    vector_dbs:
    - vector_db_id: docs
      embedding_model: small
      embedding_dimension: 384
      provider_id: faiss
"""

VALUES = [
    {
        "name": name,
        "first": "one",
        "second": "two",
        "url": url,
        "file": "/data/faiss.db",
        "model": "llama",
        "embedding": embedding,
    }
    for name, url, embedding in product(
        ("starter", "a%b"), ("http://o:11434", "http://o/%20"), ("small", "x/y:8b")
    )
]
TARGETS = ("0.3", "0.4", "0.8", "1.5")


@pytest.mark.conformance
@pytest.mark.parametrize("target", TARGETS)
def test_helm_renders_the_migration(target: str, tmp_path: Path):
    program = required(VERSION, helm)
    settings = settings_for(target)
    template = migrate(TEMPLATE, settings).text
    for values in VALUES:
        old = run_helm(program, TEMPLATE, values, tmp_path)
        new = run_helm(program, template, values, tmp_path)
        assert config_in(new) == config_in(migrate(old, settings).text)


@pytest.mark.conformance
@pytest.mark.parametrize("url", [None, ""])
@pytest.mark.parametrize("target", TARGETS)
def test_helm_writes_nothing_beside_an_empty_value(
    target: str, url: str | None, tmp_path: Path
):
    program = required(VERSION, helm)
    settings = settings_for(target)
    template = migrate(TEMPLATE, settings).text
    values = {**VALUES[0], "url": url}
    old = run_helm(program, TEMPLATE, values, tmp_path)
    new = run_helm(program, template, values, tmp_path)
    [address] = config_in(new)["providers"]["inference"][0]["config"].values()
    assert address == url
    assert config_in(new) == config_in(migrate(old, settings).text)


@pytest.mark.parametrize("target", TARGETS)
def test_a_second_run_changes_nothing(target: str):
    settings = settings_for(target)
    result = migrate(TEMPLATE, settings)
    assert result.changed
    assert not migrate(result.text, settings).changed


def test_the_expression_writes_the_text_beside_it():
    text = migrate(TEMPLATE, settings_for("1.5")).text
    assert (
        'base_url: {{ and .Values.url (printf "%v/v1" .Values.url) | quote }}\n' in text
    )
    given = "(.Values.missing | default .Values.url)"
    written = f'and {given} (printf "%v/v1" {given}) | squote'
    assert f"{{base_url: {{{{ {written} }}}}}}\n" in text
    written = 'and .Values.second (printf "%v/small" .Values.second) | quote'
    assert f"embedding_model: {{{{ {written} }}}}\n" in text
    folder = "${env.OGX_CONFIG_DIR:=~/.ogx}/distributions/%v"
    written = f'printf "{folder}/kvstore.db" (.Values.name | default "") | quote'
    assert f"{{{{ {written} }}}}\n" in text
