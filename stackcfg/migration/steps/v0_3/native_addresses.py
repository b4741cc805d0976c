"""0.2 → 0.3: addresses of the native API are gone (0.3.0).

A client that calls them gets 404: `/v1/inference/chat-completion`,
`completion` and `embeddings`, and all of `/v1/vector-dbs`. The OpenAI
API takes their place. Source: the routes of 0.2.24 and 0.3.0.
"""

from __future__ import annotations

from stackcfg.light_typing import Final
from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext

SUCCESSORS: Final = {
    "inference": (
        "'/v1/inference' are gone since 0.3.0; clients call '/v1/chat/completions', "
        "'/v1/completions' and '/v1/embeddings'"
    ),
    "vector_io": (
        "'/v1/vector-dbs' are gone since 0.3.0; clients call '/v1/vector_stores'"
    ),
}
"""What took the place of the addresses of each API."""


def run(context: StepContext) -> Changes:
    """Report what clients call now, once for each API."""
    for api, successors in SUCCESSORS.items():
        for path, _ in context.providers_of(api):
            yield context.info(f"the addresses below {successors}", path)
            break
