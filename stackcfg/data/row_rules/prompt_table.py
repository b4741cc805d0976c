"""Prompts go to the SQL table `prompts` (ogx 1.0.0, #5756).

Until ogx 0.8.0 prompts are in a KV store. The server does not copy
them. A version of a prompt is a row `prompts:v1:ID:VERSION`, the number
of the default version the row `prompts:v1:ID:default`. In the table
`prompts` each version is a row that says whether it is the default.
"""

from __future__ import annotations

import json
from typing import Final

from stackcfg.data.row_rule import KvToTableRule, ReadValue, Skipped, TableRows
from stackcfg.data.stored_json import parse_object

PREFIX: Final = "prompts:v1:"


def convert(key: str, value: str, read: ReadValue) -> TableRows:
    """Return the row of a version of a prompt."""
    identifier, _, version = key.removeprefix(PREFIX).rpartition(":")
    if version == "default":
        return []
    prompt = parse_object(value)
    if prompt is None or not version.isdigit():
        return [Skipped("not a version of a prompt", needs_action=True)]
    variables = prompt.get("variables") or []
    data = {"prompt": prompt.get("prompt"), "variables": variables}
    row = {
        "id": f"{identifier}:{version}",
        "prompt_id": identifier,
        "version": int(version),
        "is_default": read(f"{PREFIX}{identifier}:default") == version,
        "created_at": 0,  # earlier releases did not store it
        "prompt_data": json.dumps(data),
    }
    return [row]


RULE: Final = KvToTableRule(
    id="R8",
    page=__doc__,
    uses=("prompts",),
    since=((1, 0, 0),),
    keys=(PREFIX,),
    table="prompts",
    schema={
        "id": "text",
        "prompt_id": "text",
        "version": "integer",
        "is_default": "boolean",
        "created_at": "integer",
        "prompt_data": "json",
    },
    convert=convert,
)
