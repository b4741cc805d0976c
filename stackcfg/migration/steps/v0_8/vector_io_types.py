"""0.7 → ogx 0.8: the vector_io providers `inline::sqlite_vec` and `inline::builtin` go by one name (upstream #5575).

They were second names of `inline::sqlite-vec` and `inline::faiss`; data and settings are the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import Change
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import rewritten
from stackcfg.runconfig.providers import provider_entries

NAMES: Final = {
    "inline::sqlite_vec": "inline::sqlite-vec",
    "inline::builtin": "inline::faiss",
}


def run(context: StepContext) -> Iterator[Change]:
    """Write the name that is left."""
    for api, index, provider in provider_entries(context.data):
        new = (
            NAMES.get(str(provider.get("provider_type")))
            if api == "vector_io"
            else None
        )
        if new is not None:
            yield from rewritten(
                context, ("providers", api, index, "provider_type"), new
            )
