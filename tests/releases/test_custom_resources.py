"""The fields of the operators' resources, and how they are made from definitions."""

from __future__ import annotations

import json

import pytest
import yaml
from facts.add_operator import describe_definition, write_facts
from facts.conditions import read_condition

from stackcfg.releases.custom_resources import (
    CustomResource,
    custom_resource,
    distribution_facts,
)

DEFINITION = """\
spec:
  group: example.io
  names: {kind: Thing}
  versions:
  - name: v1
    schema:
      openAPIV3Schema:
        type: object
        required: [spec]
        properties:
          metadata: {type: object}
          spec:
            type: object
            description: dropped
            properties:
              size:
                anyOf: [{type: integer}, {type: string}]
                x-kubernetes-int-or-string: true
              names: {type: array, minItems: 1, items: {type: string, minLength: 2}}
              labels: {type: object, additionalProperties: {type: string}}
              port: {type: integer, minimum: 1, maximum: 9, default: 3}
            x-kubernetes-validations:
            - {rule: "!has(self.size) || !has(self.port)", message: not both}
          status: {type: object, properties: {phase: {type: string}}}
"""


def server() -> CustomResource:
    found = custom_resource("OGXServer")
    assert found is not None
    return found


def test_a_definition_becomes_one_row_for_each_field(tmp_path):
    facts = describe_definition(yaml.safe_load(DEFINITION), "0.1.0")
    file = tmp_path / "thing.json"
    write_facts(facts, file)
    assert json.loads(file.read_text()) == facts
    assert (facts["kind"], facts["since"]) == ("Thing", "0.1.0")
    assert facts["fields"] == {
        "": {"type": "object", "required": ["spec"]},
        "metadata": {"type": "object", "open": True},
        "spec": {"type": "object", "conditions": [["not-both", "size", "port"]]},
        "spec.size": {"type": "int-or-string"},
        "spec.names": {"type": "array", "min_items": 1},
        "spec.names[]": {"type": "string", "min_length": 2},
        "spec.labels": {"type": "object"},
        "spec.labels{}": {"type": "string"},
        "spec.port": {"type": "integer", "default": 3, "least": 1, "most": 9},
        "status": {"type": "object", "open": True},
    }


@pytest.mark.parametrize(
    ("rule", "condition"),
    [
        ("!has(self.a) || !has(self.b)", ["not-both", "a", "b"]),
        ("!(has(self.a) && has(self.b))", ["not-both", "a", "b"]),
        ("has(self.a) || has(self.b)", ["one-of", "a", "b"]),
        ("!has(self.a) || self.a.size() > 0", ["not-empty", "a"]),
        (
            "!has(self.providers) || !has(self.off) || !self.off.exists(d, d == 'x') || !has(self.providers.x)",
            ["not-listed", "off", "x", "providers.x"],
        ),
        (
            "self.t.startsWith('a::') || self.t.startsWith('b::')",
            ["begins-with", "t", "a::", "b::"],
        ),
        ("self.t != 'redis' || has(self.a)", ["needed-for", "t", "redis", "a"]),
        ("!has(self.a) || self.t == 'redis'", ["only-for", "a", "t", "redis"]),
        ("!has(self.low) || self.high >= self.low", ["not-above", "low", "high"]),
        (
            "!has(self.a) || quantity(self.a).isGreaterThan(quantity('0'))",
            ["positive", "a"],
        ),
    ],
)
def test_a_rule_in_cel_is_a_condition(rule, condition):
    assert read_condition(rule) == condition


def test_a_rule_of_an_unknown_form_is_an_error():
    with pytest.raises(ValueError, match="unknown form"):
        read_condition("self.a.matches('x')")


def test_fields_are_found_by_key_by_item_and_in_maps():
    resource = server()
    assert resource.api_version == "ogx.io/v1beta1"
    root = resource.field("")
    assert root is not None
    spec = resource.child(root, "spec")
    assert spec is not None
    assert list(spec.required) == ["distribution"]
    listed = resource.field("spec.disabledAPIs")
    assert listed is not None
    item = resource.child(listed, 0)
    assert item is not None
    assert "inference" in item.values
    assert resource.child(spec, "server") is None
    assert "workload" in resource.names_below(spec)


def test_a_release_of_the_operator_has_the_last_definition_before_it():
    new = custom_resource("OGXServer", (0, 99, 0))
    assert new is custom_resource("OGXServer")
    assert custom_resource("OGXServer", (0, 1, 0)) is not None
    assert custom_resource("ConfigMap") is None
    old = custom_resource("LlamaStackDistribution")
    assert old is not None
    assert old.api_version == "llamastack.io/v1alpha1"


def test_distributions_of_the_operators_are_known_by_name():
    rows = {row["name"]: row for row in distribution_facts()}
    assert rows["starter"]["image"].endswith("distribution-starter")
    assert rows["ollama"]["until"] == "0.4.0"
