"""The label is added in every style, and nothing else changes."""

from __future__ import annotations

import pytest
import yaml

from stackcfg.deployment.resource.watch_label import has_label, label_edit
from stackcfg.manifests.objects import read_objects
from stackcfg.yamltext.edits import apply_edits
from stackcfg.yamltext.parser import parse_yaml

STYLES = {
    "no labels": "metadata:\n  name: x\ndata: {}\n",
    "labels": "metadata:\n  labels:\n    a: b  # why\n  name: x\n",
    "empty labels": "metadata:\n  labels: {}\n  name: x\n",
    "null labels": "metadata:\n  labels:\n  name: x\n",
    "word null": "metadata:\n  labels: null\n  name: x\n",
    "another value": "metadata:\n  labels:\n    ogx.io/watch: 'false'\n",
    "no quotes": "metadata:\n  labels:\n    ogx.io/watch: true\n",
    "flow": "metadata: {name: x}\n",
    "flow labels": "metadata: {name: x, labels: {a: b}}\n",
    "deep": "metadata:\n      name: x\n      annotations:\n          a: |\n            text\n",
    "last line without end": "data: {}\nmetadata:\n  name: x",
    "windows": "metadata:\r\n  name: x\r\ndata: {}\r\n",
    "json": '"metadata": {"name": "x", "labels": {"a": "b"}}\n',
}
IMPOSSIBLE = {
    "alias": "metadata: {name: x, labels: *common}\n",
    "no metadata": "data: {}\n",
}


def read(text: str):
    return read_objects(parse_yaml(text))[-1]


@pytest.mark.parametrize("written", STYLES.values(), ids=STYLES)
def test_the_label_is_all_that_changes(written: str):
    text = "kind: ConfigMap\n" + written
    found = read(text)
    assert not has_label(found)
    new = apply_edits(text, [label_edit(found)])
    assert has_label(read(new))
    expected, actual = yaml.safe_load(text), yaml.safe_load(new)
    labels = actual["metadata"].pop("labels")
    others = expected["metadata"].pop("labels", None) or {}
    assert labels == {**others, "ogx.io/watch": "true"}
    assert actual == expected
    assert ("\r\n" in new) == ("\r\n" in text)


@pytest.mark.parametrize("written", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_label_that_would_change_another_object_is_not_added(written: str):
    text = (
        "kind: Other\nmetadata: {name: y, labels: &common {a: b}}\n"
        "items: [{kind: ConfigMap}]\n"
    )
    if "*" not in written:
        text = "kind: ConfigMap\n" + written
        assert label_edit(read(text)) is None
        return
    inner = written.replace("metadata: ", "").strip()
    text = text.replace("{kind: ConfigMap}", f"{{kind: ConfigMap, metadata: {inner}}}")
    assert label_edit(read(text)) is None
