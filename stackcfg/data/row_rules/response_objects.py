"""Stored responses say that they were stored (0.5.0).

A response that an earlier release stored has no `store`, and where it
counted tokens `input_tokens_details` and `output_tokens_details` can be
null. From 0.5.0 on `store` is required and the details must be
mappings: reading such a response answers 400.

From 1.1.0 on `parallel_tool_calls` must not be null and `truncation` is
`auto` or `disabled`; until 1.0.4 it could be any string. One response
with another value makes the list of all responses fail. Such a response
gets what the server writes where a request does not say: true and
`disabled`.
"""

from __future__ import annotations

import json
from typing import Final

from stackcfg.data.engines.protocol import Row
from stackcfg.data.row_rule import ColumnRule, Fields
from stackcfg.data.stored_json import JsonObject, parse_object
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.versions import Release

OBJECT: Final = "response_object"
DETAILS: Final = {
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens_details": {"reasoning_tokens": 0},
}
STRICT_SINCE: Final[Release] = (1, 1, 0)
TRUNCATIONS: Final = ("auto", "disabled")


def complete(row: Row, upgrade: Upgrade) -> Fields:
    """Return the response of a row with what it lacks."""
    response = row[OBJECT]
    # a database returns JSON as text or as an object, depending on the type of
    # the column
    if isinstance(response, str):
        response = parse_object(response)
    if not isinstance(response, dict):
        return {}
    done = {**response, **_missing_fields(response)}
    if upgrade.target >= STRICT_SINCE:
        done |= _strict_fields(response)
    if done == response:
        return {}
    return {OBJECT: json.dumps(done, ensure_ascii=True)}


def _missing_fields(response: JsonObject) -> Fields:
    changes: Fields = {}
    if response.get("store") is None:
        changes["store"] = True
    usage = response.get("usage")
    if isinstance(usage, dict):
        given = {name: value for name, value in usage.items() if value is not None}
        changes["usage"] = {**usage, **DETAILS, **given}
    return changes


def _strict_fields(response: JsonObject) -> Fields:
    changes: Fields = {}
    if "parallel_tool_calls" in response and response["parallel_tool_calls"] is None:
        changes["parallel_tool_calls"] = True
    if response.get("truncation") not in (None, *TRUNCATIONS):
        changes["truncation"] = "disabled"
    return changes


RULE: Final = ColumnRule(
    id="R7",
    page=__doc__,
    uses=("responses",),
    since=((0, 5, 0), (1, 1, 0)),
    columns=(OBJECT,),
    complete=complete,
)
