"""Plain data of any shape is written as YAML that means the same."""

from __future__ import annotations

import pytest
import yaml

from stackcfg.yamltext.emit import emit_scalar


@pytest.mark.parametrize(
    "data",
    [[], {}, [None, "x: y", 1.5], {"a": [{"b": True}], "c,d": "e]"}, [[1], ["#"]]],
)
def test_a_list_or_mapping_is_written_on_one_line(data):
    assert yaml.safe_load(emit_scalar(data)) == data
