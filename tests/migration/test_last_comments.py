"""Comments in front of a last block, behind which the migration writes new sections.

What the new template renders is the migration of what the old one renders; Helm says so with `-m conformance`.
"""

from __future__ import annotations

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
    image_name: starter
    apis: [inference]
    providers:
      inference:
      - provider_id: ollama
        provider_type: remote::ollama
        config: {url: http://o:11434}
    metadata_store:
      type: sqlite
      db_path: /data/registry.db
    models:
    - model_id: llama
      provider_id: ollama
    # one for each
    # that is enabled
    {{- range .Values.models }}
    - model_id: {{ .id }}
      provider_id: ollama
    {{- end }}
"""
TARGETS = ("0.3", "0.4", "0.8", "1.5")


@pytest.mark.parametrize("target", TARGETS)
def test_sections_are_behind_the_block(target: str):
    text = migrate(TEMPLATE, settings_for(target)).text
    comment, block = text.index("# that is enabled\n"), text.index("{{- range")
    assert text[comment:block].strip() == "# that is enabled"
    assert "\n    server:" not in text[:block]
    assert not migrate(text, settings_for(target)).changed


@pytest.mark.conformance
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("names", [[], ["a"], ["a", "b"]])
def test_helm_renders_the_migration(target: str, names: list[str], tmp_path: Path):
    program = required(VERSION, helm)
    settings = settings_for(target)
    template = migrate(TEMPLATE, settings).text
    values = {"models": [{"id": name} for name in names]}
    old = run_helm(program, TEMPLATE, values, tmp_path)
    new = run_helm(program, template, values, tmp_path)
    assert config_in(new) == config_in(migrate(old, settings).text)
