"""What a name of the file says goes into a comment and never out of it."""

from __future__ import annotations

import pytest
import yaml

from stackcfg.migration.engine import migrate, settings_for

CONFIG = """\
version: 2
image_name: demo
apis: [inference]
providers:
  inference:
  - {{provider_id: vllm, provider_type: remote::vllm, config: {{url: http://v/v1}}}}
metadata_store: {{type: sqlite, db_path: /data/registry.db}}
tool_groups:
- toolgroup_id: {name}
"""


@pytest.mark.parametrize(
    "name", ["|\n    a\n    evil: true", '"a\\nevil: true"', '"a\\0b"', '"a\\u2028b"']
)
def test_a_name_with_a_line_break_stays_in_its_comment(name):
    result = migrate(CONFIG.format(name=name), settings_for("1.1"))
    data = yaml.safe_load(result.text)
    assert "evil" not in data
    assert data["registered_resources"]["tool_groups"] == []
