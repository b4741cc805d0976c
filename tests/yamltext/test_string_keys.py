"""Whether all keys of a document are certainly strings."""

from __future__ import annotations

import pytest
import yaml

from stackcfg.yamltext.parser import parse_yaml

STRINGS = ("{a: {b_c: 1}, d: [e, f: 2]}", "a: &x {b: 1}\nc: *x\n", "a: ${env.B}\n")
UNCERTAIN = (
    "{a: {1: b}}",
    "{yes: 1}",
    "{NULL: 1}",
    "{~: 1}",
    "a:\n- {2024-01-01: b}\n",
    "? [a]\n: 1\n",
    "{!!null a: 1}",
    "{vllm/m: 1}",
    "a: &x {b: 1}\nc: {<<: *x}\n",
)


@pytest.mark.parametrize("text", STRINGS)
def test_plain_words_are_strings(text):
    [document] = parse_yaml(text)
    assert document.has_string_keys
    assert all(isinstance(key, str) for key in keys_in(yaml.safe_load(text)))


@pytest.mark.parametrize("text", UNCERTAIN)
def test_other_keys_are_not_certain(text):
    [document] = parse_yaml(text, lenient=True)
    assert not document.has_string_keys


def keys_in(data: object) -> list[object]:
    if isinstance(data, list):
        return [key for item in data for key in keys_in(item)]
    if isinstance(data, dict):
        return [*data, *(key for value in data.values() for key in keys_in(value))]
    return []
