"""Stored responses say that they were stored (0.5.0).

A response that an earlier release stored has no `store`, and where it counted tokens `input_tokens_details` and
`output_tokens_details` can be null. From 0.5.0 on the first must be there and the others must be objects: reading
such a response answers 400.

From 1.1.0 on `parallel_tool_calls` must not be null and `truncation` is `auto` or `disabled`; until 1.0.4 it could be
any text. One response with another value makes the list of all responses fail. It gets what the server writes where a
request does not say: true and `disabled`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from stackcfg.data.row_rules.registered_resources import as_object
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.versions import Release

OBJECT: Final = "response_object"
COLUMNS: Final = (OBJECT,)
DETAILS: Final = {
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens_details": {"reasoning_tokens": 0},
}
STRICT_SINCE: Final[Release] = (1, 1, 0)
TRUNCATIONS: Final = ("auto", "disabled")


def completed(row: Mapping[str, Any], upgrade: Upgrade) -> dict[str, Any]:
    """What must change in a row: its response, with what it lacks."""
    written = row[OBJECT]
    response = as_object(written) if isinstance(written, str) else written
    if not isinstance(response, dict):
        return {}
    done = dict(response)
    if done.get("store") is None:
        done["store"] = True
    usage = done.get("usage")
    if isinstance(usage, dict):
        done["usage"] = usage | {
            name: each for name, each in DETAILS.items() if usage.get(name) is None
        }
    if upgrade.target >= STRICT_SINCE:
        done |= _strict(response)
    if done == response:
        return {}
    return {OBJECT: json.dumps(done, ensure_ascii=True)}


def _strict(response: Mapping[str, Any]) -> dict[str, Any]:
    """What a response must have instead of what earlier releases let pass."""
    changes: dict[str, Any] = {}
    if "parallel_tool_calls" in response and response["parallel_tool_calls"] is None:
        changes["parallel_tool_calls"] = True
    if response.get("truncation") not in (None, *TRUNCATIONS):
        changes["truncation"] = TRUNCATIONS[-1]
    return changes
