"""0.7 → ogx 0.8: vector_io loses the second names of two types (0.8.0,
upstream #5575).

`inline::sqlite_vec` is `inline::sqlite-vec`, and `inline::builtin` is
`inline::faiss`. Data and settings are the same.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.provider_settings import rename_provider_types

API = "vector_io"


def run(context: StepContext) -> Changes:
    """Write the name that the release knows."""
    providers = context.all_providers_of(API)
    yield from rename_provider_types(context, providers, API)
