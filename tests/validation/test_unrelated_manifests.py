"""Manifests of other programs give nothing, whatever words they have in them."""

from __future__ import annotations

import random
from typing import Any

import yaml

from stackcfg.validation.manifest_detection import holds_objects

COUNT = 2000
SEED = 12

KINDS = {
    "v1": [
        "ConfigMap",
        "Secret",
        "Service",
        "ServiceAccount",
        "PersistentVolumeClaim",
        "Pod",
    ],
    "apps/v1": ["Deployment", "StatefulSet", "DaemonSet"],
    "batch/v1": ["Job", "CronJob"],
    "rbac.authorization.k8s.io/v1": ["ClusterRole", "RoleBinding"],
    "networking.k8s.io/v1": ["Ingress", "NetworkPolicy"],
    "argoproj.io/v1alpha1": ["Application"],
    "kustomize.config.k8s.io/v1beta1": ["Kustomization"],
    "apiextensions.k8s.io/v1": ["CustomResourceDefinition"],
    "serving.example/v1": ["OGXServer", "LlamaStackDistribution"],
}
WORDS = [
    "ogx.io/v1beta1",
    "llamastack.io/watch",
    "ogx.io/watch",
    "OGXServer",
    "LlamaStackDistribution",
    "web",
    "true",
    "8080",
    "{{ .Values.name }}",
    "${NAME}",
    "registry.example/ogx-client:1",
    "LLAMA_STACK_PORT",
]
KEYS = [
    "name",
    "kind",
    "apiVersion",
    "spec",
    "data",
    "items",
    "env",
    "mountPath",
    "containers",
    "image",
    "ogx.io/watch",
]


def value(source: random.Random, depth: int = 0) -> Any:
    choice = source.random()
    if depth < 3 and choice < 0.3:
        keys = source.sample(KEYS, source.randint(0, 3))
        return {key: value(source, depth + 1) for key in keys}
    if depth < 3 and choice < 0.5:
        return [value(source, depth + 1) for _ in range(source.randint(0, 3))]
    return source.choice([*WORDS, 1, True, None])


def manifest(source: random.Random) -> dict[str, Any]:
    version = source.choice(list(KINDS))
    found = {
        "apiVersion": version,
        "kind": source.choice(KINDS[version]),
        "metadata": {
            "name": source.choice(WORDS),
            "labels": {"ogx.io/watch": source.choice(WORDS)},
            "annotations": {"llamastack.io/from": source.choice(WORDS)},
        },
        source.choice(["spec", "data", "rules"]): value(source),
    }
    if source.random() < 0.2:
        return {"apiVersion": "v1", "kind": "List", "items": [found, manifest(source)]}
    return found


def test_two_thousand_manifests_of_other_programs_hold_no_object_of_an_operator():
    source = random.Random(SEED)
    texts = [yaml.safe_dump(manifest(source)) for _ in range(COUNT)]
    judged = [text for text in texts if holds_objects(text)]
    assert judged == []
    assert sum("kind: OGXServer" in text for text in texts) > 50


def test_the_same_with_an_object_is_found():
    source = random.Random(SEED)
    server = {
        "apiVersion": "ogx.io/v1beta1",
        "kind": "OGXServer",
        "metadata": {"name": "x"},
    }
    for _ in range(20):
        assert holds_objects(yaml.safe_dump_all([manifest(source), server]))
