"""Prompts go to the SQL table `prompts` (ogx 1.0.0, #5756).

Until ogx 0.8.0 they are in a KV store, and nothing copies them. A version is a row `prompts:v1:ID:VERSION`, the
default version's number the row `prompts:v1:ID:default`. In the table `prompts` each version is a row that says
whether it is the default.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from stackcfg.data.row_rule import Neighbour, Skipped
from stackcfg.data.row_rules.registered_resources import as_object

PREFIX: Final = "prompts:v1:"
KEYS: Final = (PREFIX,)
TABLE: Final = "prompts"
SCHEMA: Final = {
    "id": "text",
    "prompt_id": "text",
    "version": "integer",
    "is_default": "boolean",
    "created_at": "integer",
    "prompt_data": "json",
}


def table_rows(
    key: str, value: str, neighbour: Neighbour
) -> Iterator[dict[str, Any] | Skipped]:
    """The row of a version; `neighbour` reads another row of the store."""
    identifier, _, version = key.removeprefix(PREFIX).rpartition(":")
    if version == "default":
        return
    prompt = as_object(value)
    if prompt is None or not version.isdigit():
        yield Skipped("not a version of a prompt", needs_action=True)
        return
    default = neighbour(f"{PREFIX}{identifier}:default")
    yield {
        "id": f"{identifier}:{version}",
        "prompt_id": identifier,
        "version": int(version),
        "is_default": default == version,
        "created_at": 0,  # no release before noted it down
        "prompt_data": json.dumps(
            {"prompt": prompt.get("prompt"), "variables": prompt.get("variables") or []}
        ),
    }
