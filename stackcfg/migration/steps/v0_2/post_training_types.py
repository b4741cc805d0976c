"""Within 0.2: types of post_training name their machine (0.2.19, upstream
#3240).

`inline::torchtune` and `inline::huggingface` become the `-gpu` types: the
same code, config and packages as before. `inline::torchtune-cpu` only uses a
smaller build of torch.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.provider_settings import rename_provider_types

API = "post_training"


def run(context: StepContext) -> Changes:
    """Write the new type."""
    providers = context.providers_of(API)
    yield from rename_provider_types(context, providers, API)
