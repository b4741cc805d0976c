"""0.2 → 0.3: the dimension of a registered vector store is that of its
own entry (0.3.0).

Until 0.2 a vector store gets the dimension of its embedding model,
whatever `embedding_dimension` of its entry says. From 0.3.0 the entry
counts: if it differs, the server adds no file to the store, and a
search in it fails. Source: `register_vector_db` of 0.1.0 and 0.2.23,
`register_vector_store` of 0.3.5 and 1.5.0, and servers that were
started with a wrong dimension.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stackcfg.light_typing import Any, Final
from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.model_names import NamedModel, find_models
from stackcfg.paths import as_mapping, list_at, value_at
from stackcfg.releases.stores import LAST_INLINE
from stackcfg.runconfig.values import is_integer

STORES: Final = ("vector_dbs",)
DIMENSION: Final = "embedding_dimension"


def run(context: StepContext) -> Changes:
    """Write the dimension that the old server took."""
    age = context.release.age
    before = (age.oldest, min(age.newest, LAST_INLINE))
    models = list(find_models(context, before, context.release.final))
    for index, entry in enumerate(list_at(context.data, STORES)):
        store = as_mapping(entry)
        written = store.get(DIMENSION)
        dimension = _find_dimension(context, models, store)
        if dimension is None or not is_integer(written) or written == dimension:
            continue
        path = (*STORES, index, DIMENSION)
        yield from context.text.set(path, dimension)
        message = (
            f"'{DIMENSION}' is {dimension} now, as that of the embedding model: "
            f"0.2 took that, and did not read {written}; later releases do"
        )
        yield context.info(message, path)


def _find_dimension(
    context: StepContext, models: Sequence[NamedModel], store: Mapping[Any, Any]
) -> int | None:
    """Return the dimension of the model of a store; None if it is not certain."""
    found = {
        value_at(context.data, (*model.path, "metadata", DIMENSION))
        for model in models
        if store.get("embedding_model") in model.old
    }
    if len(found) != 1:
        return None
    dimension = found.pop()
    if not is_integer(dimension):
        return None
    return int(dimension)
