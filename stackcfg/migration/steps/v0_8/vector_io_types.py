"""0.7 → ogx 0.8: vector_io loses the second names of two provider types (upstream #5575).

`inline::sqlite_vec` is `inline::sqlite-vec`, and `inline::builtin` is `inline::faiss`.
Data and settings are the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import Change
from stackcfg.migration.context import StepContext
from stackcfg.paths import list_at, value_at

SECTION: Final = ("providers", "vector_io")
NAMES: Final = {
    "inline::sqlite_vec": "inline::sqlite-vec",
    "inline::builtin": "inline::faiss",
}


def run(context: StepContext) -> Iterator[Change]:
    """Write the name that the release knows."""
    for index, provider in enumerate(list_at(context.data, SECTION)):
        new = NAMES.get(str(value_at(provider, ("provider_type",))))
        if new is not None:
            yield from context.text.set((*SECTION, index, "provider_type"), new)
