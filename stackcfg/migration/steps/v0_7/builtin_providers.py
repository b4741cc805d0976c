"""0.6 → 0.7: three providers get other type names (0.7.0, upstream #5131,
#5187).

`inline::meta-reference` of eval becomes `inline::builtin`. That of vector_io,
which was faiss, becomes `inline::faiss`; its own new name `inline::builtin`
was removed in 0.8.0. `inline::rag-runtime` of tool_runtime becomes
`inline::file-search`. Their configs stay. A server with the old type fails at
start.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.provider_settings import rename_provider_types

APIS = ("eval", "vector_io", "tool_runtime")


def run(context: StepContext) -> Changes:
    """Write the new type."""
    for api in APIS:
        providers = context.all_providers_of(api)
        yield from rename_provider_types(context, providers, api)
