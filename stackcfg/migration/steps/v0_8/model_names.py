"""0.7 → ogx 0.8: the served name of a registered model ends in its
`model_id` (0.8.0).

Before, it ended in its `provider_model_id`. The server puts the
provider's id before it: `vllm/meta-llama/Llama-3` of 0.3 to 0.7 is
`vllm/llama` in 0.8 where `model_id` is `llama`. A default model with
the old name is not found, and the server exits at start.
Source: `register_model` of 0.3.0, 0.7.3 and ogx 0.8.0.

The registry of the old server holds its models with the old name, and
its vector stores with that of their model. With another name in the
config the server does not start: a vector store "already exists with
conflicting field values" (`DiskDistributionRegistry.register`), and so
does a model that its provider lists under the old name
(`update_registered_models`, 0.8.0 to ogx 1.5.0, which keeps in mind
only one registered name for a model of a provider). So the `model_id`
becomes the one that keeps the name. A file that may be for 0.8 already
can have its own names, which the user is asked for, but for those of
vector stores.
"""

from collections.abc import Iterator, Sequence

from stackcfg.migration.changes import ACTION_REQUIRED, CHECK, Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.access_rules import rename_resources
from stackcfg.migration.editing.model_names import (
    NamedModel,
    find_models,
    find_references,
    id_for_name,
    models_of_providers,
    rename_references,
    report_names,
)
from stackcfg.paths import value_at
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.resources import RESOURCES_SECTION
from stackcfg.yamltext.emit import Field

VECTOR_STORES = (RESOURCES_SECTION, "vector_stores")

_QUESTION = (
    "of 0.7 is called '<new>' from 0.8.0 on, and the server can refuse to start with "
    "the rows of 0.7; this file can be for either: say with --from which release it is "
    "for"
)


def run(context: StepContext) -> Changes:
    """Keep the names of models, rename references to the others, report those."""
    models = list(find_models(context, [CATALOG_SINCE], context.release.final))
    kept = _find_kept(context, models)
    for model in kept:
        yield from _keep_name(context, model)
    renamed = [model for model in models if model not in kept]
    served = [model._replace(new=model.old[0]) for model in kept]
    yield from rename_references(context, [*renamed, *served])
    # the steps of 0.3 have done the rules, and reported the names, of an older file
    if context.release.age.possibly_before(CATALOG_SINCE):
        return
    yield from rename_resources(context, renamed, {})
    if context.is_older:
        change = (
            "is called '<new>' now; change the clients that name it, write '<id>' as "
            "its 'model_id', or run 'stackcfg data copy', which keeps the old name"
        )
        yield from report_names(context, renamed, change)
        return
    for note in report_names(context, renamed, _QUESTION):
        yield note._replace(severity=ACTION_REQUIRED)


def ask(context: StepContext) -> Changes:
    """Report the models that have another name if the file is for 0.7."""
    models = list(find_models(context, [CATALOG_SINCE], context.release.final))
    for note in report_names(context, models, _QUESTION):
        # what any release refuses is reported for the file as it is
        if note.severity == CHECK:
            yield note


def _find_kept(context: StepContext, models: Sequence[NamedModel]) -> list[NamedModel]:
    """Return the models that must be served by a name that would go."""
    named = set(_names_of_vector_stores(context))
    if context.is_older and not context.release.age.possibly_before(CATALOG_SINCE):
        named |= _names_to_keep(context, models)
    kept = [
        model for model in models if model.old[0] in named and model.old[0] != model.new
    ]
    return _without_taken_names(kept, models)


def _without_taken_names(
    kept: list[NamedModel], models: Sequence[NamedModel]
) -> list[NamedModel]:
    """Return the models whose names no other one gets.

    A name is free where the model that would get it keeps its own name,
    too.
    """
    while True:
        taken = {model.new for model in models if model not in kept}
        free = [model for model in kept if model.old[0] not in taken]
        if free == kept:
            return free
        kept = free


def _names_of_vector_stores(context: StepContext) -> Iterator[str]:
    for reference in find_references(context.data):
        if reference.path[:2] == VECTOR_STORES:
            yield reference.name


def _names_to_keep(context: StepContext, models: Sequence[NamedModel]) -> set[str]:
    """Return the old names of models, but for those that two
    different ones had.
    """
    staying = models_of_providers(context, models)
    first = {model.old[0]: model for model in reversed(staying)}
    differ = {
        model.old[0] for model in staying if model.values != first[model.old[0]].values
    }
    return first.keys() - differ


def _keep_name(context: StepContext, model: NamedModel) -> Changes:
    name = model.old[0]
    new_id = id_for_name(model, name)
    path = (*model.path, "model_id")
    yield from context.text.set(path, new_id)
    if not value_at(context.data, (*model.path, "provider_model_id")):
        # the provider was asked for the old id
        own_name = Field("provider_model_id", model.provider_name)
        yield from context.text.merge(model.path, [own_name])
    message = (
        f"'model_id' is '{new_id}' now, so that the model is still called "
        f"'{name}': clients and the registry of the old server have this name"
    )
    yield context.info(message, path)
