"""ogx 1.1 → 1.2: the inference provider `inline::transformers` is called `inline::sentence-transformers` (1.2.0).

The provider keeps its id, so a reference to its rerank model still leads there. It had
no settings. Source: the provider registries and starter configs of ogx 1.1.3 and 1.2.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import Change
from stackcfg.migration.context import StepContext
from stackcfg.paths import list_at, value_at

OLD: Final = "inline::transformers"
NEW: Final = "inline::sentence-transformers"
SECTION: Final = ("providers", "inference")


def run(context: StepContext) -> Iterator[Change]:
    """Write the successor's name."""
    for index, provider in enumerate(list_at(context.data, SECTION)):
        if value_at(provider, ("provider_type",)) == OLD:
            path = (*SECTION, index, "provider_type")
            yield context.info(f"'{OLD}' is called '{NEW}' now", path)
            yield from context.text.set(path, NEW)
