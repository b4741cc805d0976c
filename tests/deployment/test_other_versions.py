"""Objects of the operator's kind that are of another API group or version: they are named, never taken for ours."""

from __future__ import annotations

import pytest

from stackcfg.deployment.engine import migrate_deployment
from tests.deployment.test_environment_fixtures import settings

OURS = """\
apiVersion: llamastack.io/v1alpha1
kind: LlamaStackDistribution
metadata: {name: ours}
spec: {server: {distribution: {name: starter}}}
"""
OTHER = OURS.replace("llamastack.io", "llama.x-k8s.io").replace("ours", "other")
LIST = """\
apiVersion: v1
kind: List
items:
- apiVersion: llama.x-k8s.io/v1alpha1
  kind: LlamaStackDistribution
  metadata: {name: other}
  spec: {server: {distribution: {name: starter}}}
"""


def notes_on_versions(text):
    [found] = migrate_deployment([("a.yaml", text)], settings())
    notes = [note for config in found.result.configs for note in config.notes]
    return found.result.text, [
        (note.position.line, note.severity)
        for note in notes
        if "'llama.x-k8s.io/v1alpha1' is not converted" in note.message
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [(OTHER, 1), (f"{OURS}---\n{OTHER}", 6), (LIST, 4)],
)
def test_an_object_of_another_group_stays_and_is_an_action(text, line):
    new, notes = notes_on_versions(text)
    assert notes == [(line, "action required")]
    assert new.count("llama.x-k8s.io/v1alpha1") == 1


def test_an_object_of_the_group_is_converted():
    new, notes = notes_on_versions(OURS)
    assert "ogx.io/v1beta1" in new
    assert notes == []
