"""0.7 → ogx 0.8: the served name of a registered model ends in its `model_id`
(0.8.0).

Before, it ended in its `provider_model_id`. The server puts the provider's id
before it: `vllm/meta-llama/Llama-3` of 0.3 to 0.7 is `vllm/llama` in 0.8 where
`model_id` is `llama`. A default model with the old name is not found, and the
server exits at start. Source: `register_model` of 0.3.0, 0.7.3 and ogx 0.8.0.

The registry of the old server holds its vector stores with the old name of
their model. A start with another name ends in "already exists with conflicting
field values" (`DiskDistributionRegistry.register`), so the `model_id` of such a
model becomes the one that keeps its name.
"""

from collections.abc import Iterator, Sequence

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.model_names import (
    NamedModel,
    find_models,
    find_references,
    id_for_name,
    rename_references,
    report_names,
)
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.resources import RESOURCES_SECTION

VECTOR_STORES = (RESOURCES_SECTION, "vector_stores")


def run(context: StepContext) -> Changes:
    """Rename references, keep the names of vector stores, report the others."""
    models = list(find_models(context, [CATALOG_SINCE], context.release.final))
    kept = list(_models_of_vector_stores(context, models))
    for model in kept:
        yield from _keep_name(context, model)
    renamed = [model for model in models if model not in kept]
    yield from rename_references(context, renamed)
    # the step of 0.3 has reported the names of an older file
    if context.release.age.possibly_before(CATALOG_SINCE):
        return
    change = "is called '<new>' now; change the clients that name it"
    if not context.is_older:
        change = "of 0.7 is called '<new>' from 0.8.0 on; change its clients"
    change += (
        ", write '<id>' as its 'model_id', "
        "or run 'stackcfg data copy', which keeps the old name"
    )
    yield from report_names(context, renamed, change)


def _models_of_vector_stores(
    context: StepContext, models: Sequence[NamedModel]
) -> Iterator[NamedModel]:
    """Yield the models that a vector store names by a name that goes."""
    named = {
        reference.name
        for reference in find_references(context.data)
        if reference.path[:2] == VECTOR_STORES
    }
    served = {model.new for model in models}
    for model in models:
        if model.old[0] in named - served:
            yield model


def _keep_name(context: StepContext, model: NamedModel) -> Changes:
    name = model.old[0]
    new_id = id_for_name(model, name)
    path = (*model.path, "model_id")
    yield from context.text.set(path, new_id)
    message = (
        f"'model_id' is '{new_id}' now, so that the model is still called "
        f"'{name}': the registry of the old server has this name for a vector store"
    )
    yield context.info(message, path)
