"""Manifests without a run config, 2,000 of them: no search finds one, and no command changes one.

They are made of the words of run configs in the meanings that other programs give them.
"""

import base64
import random

import pytest
import yaml

from stackcfg.loading.configs import find_run_configs, read_documents
from stackcfg.loading.errors import NotRunConfigError
from stackcfg.migration.engine import migrate
from tests.support.budgets import budget

WORDS = (
    "apis",
    "providers",
    "storage",
    "models",
    "server",
    "version",
    "image_name",
    "safety",
    "inference",
    "telemetry",
    "metadata_store",
    "shields",
    "tools",
    "name",
    "type",
    "config",
    "backends",
    "stores",
)
"""Keys of run configs, which other programs have too."""

PARTS = (
    # Grafana, Traefik, Terraform, an OIDC proxy, Crossplane, a model gateway, Velero
    {"apiVersion": 1, "providers": [{"name": "default", "type": "file"}]},
    {"providers": {"kubernetesCRD": {}, "file": {"directory": "/etc"}}},
    {"providers": {"aws": {"version": "5.0"}}, "storage": {"type": "s3"}},
    {"providers": {"oidc": [{"id": "a", "clientID": "b"}]}, "server": {"port": 80}},
    {"apis": [{"group": "a", "version": "v1"}], "storage": {"size": "1Gi"}},
    {"models": [{"name": "a", "provider": "openai"}], "apis": ["chat", "embed"]},
    {"storage": {"backends": {"s3": {"bucket": "a"}}}, "server": {"workers": 2}},
    {"version": 2, "updates": [{"package-ecosystem": "pip"}]},
    {"version": "2", "services": {"a": {"image": "b"}}},
    {"image_name": "demo", "image": {"repository": "a", "tag": "b"}},
    {"provider": "vllm", "inference": {"url": "http://a", "models": ["b"]}},
    {"metadata_store": "postgres://a/b", "telemetry": {"enabled": True}},
    {"spec": {"storage": {"size": "1Gi"}, "providers": {}, "apis": None}},
    {"apis": ["inference2", "memory3"], "providers": {"inference": "remote"}},
)
KINDS = (
    "ConfigMap",
    "Secret",
    "Deployment",
    "Template",
    "List",
    "Application",
    "HelmRelease",
    "Ingress",
    "Kustomization",
    "",
)


def made(rng: random.Random) -> str:
    """Return a manifest, the parts of it in mappings, lists and texts."""
    found = {"metadata": {"name": "a"}}
    kind = rng.choice(KINDS)
    if kind:
        found = {"apiVersion": "a/v1", "kind": kind, **found}
    for _ in range(rng.randint(1, 4)):
        key = rng.choice(("data", "spec", "objects", "items", "patches", "configs"))
        found[key] = value(rng, 0)
    text = yaml.safe_dump(found, sort_keys=False)
    if rng.random() < 0.2:
        text = "{{- if .Values.a }}\n" + text + "{{- end }}\n"
    return text


def value(rng: random.Random, depth: int):
    part = dict(rng.choice(PARTS))
    chosen = rng.random()
    if depth < 3 and chosen < 0.3:
        return {rng.choice(WORDS): value(rng, depth + 1) for _ in range(3)}
    if depth < 3 and chosen < 0.45:
        return [value(rng, depth + 1) for _ in range(2)]
    text = yaml.safe_dump(part, sort_keys=False)
    if chosen < 0.6:
        return {f"{rng.choice(WORDS)}.yaml": text}
    if chosen < 0.7:
        return {"a": base64.b64encode(text.encode()).decode()}
    if chosen < 0.8:
        return {"literals": [f"a.yaml={text}"]}
    return part


@pytest.mark.parametrize("seed", range(budget(10)))
def test_no_manifest_without_a_run_config_is_changed(seed: int):
    rng = random.Random(seed)
    for _ in range(100):
        text = made(rng)
        assert not list(find_run_configs(read_documents(text)))
        with pytest.raises(NotRunConfigError):
            migrate(text)
