"""0.4.2 → 0.4.3: vector stores are registered at start, and their
`embedding_model` must be served (upstream #4616).

Before, nothing looks at the name. A start with another name ends in
`ModelNotFoundError`, so an id of a registered model becomes its served
name.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.model_names import (
    find_models,
    find_references,
    rename_references,
)
from stackcfg.releases.changes import CATALOG_SINCE


def run(context: StepContext) -> Changes:
    """Write the served names; those that 0.3 serves stay."""
    models = list(find_models(context, [CATALOG_SINCE], context.release.final))
    served = {name for model in models for name in model.old}
    kept = {
        reference.path
        for reference in find_references(context.data)
        if reference.name in served
    }
    yield from rename_references(context, models, kept)
