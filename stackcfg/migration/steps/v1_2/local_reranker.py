"""ogx 1.1 → 1.2: the inference provider `inline::transformers` is called `inline::sentence-transformers` (1.2.0).

The provider keeps its id, so that what names its rerank model still finds it. It had no settings to lose.
Source: the provider registries and starter configs of ogx 1.1.3 and 1.2.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import INFO, Change, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import rewritten
from stackcfg.runconfig.providers import provider_entries

OLD: Final = "inline::transformers"
NEW: Final = "inline::sentence-transformers"


def run(context: StepContext) -> Iterator[Change]:
    """Write the successor's name."""
    for api, index, provider in provider_entries(context.data):
        if api == "inference" and provider.get("provider_type") == OLD:
            path = ("providers", api, index, "provider_type")
            yield StepNote(
                INFO,
                f"'{OLD}' is gone: '{NEW}' serves its rerank model",
                context.text.offset(path),
            )
            yield from rewritten(context, path, NEW)
