"""0.6 → 0.7: three providers get other type names (0.7.0, upstream #5131, #5187).

`inline::meta-reference` of eval becomes `inline::builtin`. That of vector_io, which
was faiss, becomes `inline::faiss`; its own new name `inline::builtin` was removed in
0.8.0. `inline::rag-runtime` of tool_runtime becomes `inline::file-search`. Their
configs stay. A server with the old type fails at start.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import Change
from stackcfg.migration.context import StepContext
from stackcfg.runconfig.providers import provider_entries
from stackcfg.runconfig.values import as_string

RENAMED: Final = {
    ("eval", "inline::meta-reference"): "inline::builtin",
    ("vector_io", "inline::meta-reference"): "inline::faiss",
    ("tool_runtime", "inline::rag-runtime"): "inline::file-search",
}


def run(context: StepContext) -> Iterator[Change]:
    """Write the new type."""
    for api, index, provider in provider_entries(context.data):
        old = as_string(provider.get("provider_type"))
        new = RENAMED.get((api, old))
        if new is not None:
            path = ("providers", api, index, "provider_type")
            yield from context.text.set(path, new)
