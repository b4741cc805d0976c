"""A registered vector store with another dimension than its embedding model.

From 0.3.0 a store takes vectors of the length that its own entry says. Those of its
model have the length in the model's `metadata`. If the two differ, the server
starts and lists the store, and can neither add a file to it nor search it:
"Embedding at index 0 has dimension 768, expected 384". Until 0.2 a store gets the
dimension of its model. Stores are registered from 0.4.3 on.
Source: `_validate_embedding` and `register_vector_store` of 0.4.3, 0.7.3 and 1.5.0.

    registered_resources:
      models:
      - model_id: embed
        provider_id: vllm
        model_type: embedding
        metadata: {embedding_dimension: 768}
      vector_stores:
      - vector_store_id: docs
        embedding_model: vllm/embed
        embedding_dimension: 384   # 768
"""

from __future__ import annotations

from collections.abc import Mapping

from stackcfg.light_typing import Any, Final
from stackcfg.paths import as_mapping, value_at
from stackcfg.runconfig.values import is_integer
from stackcfg.validation.queries.registered import (
    is_for_one_provider,
    registered_resources,
)
from stackcfg.validation.queries.served_models import served_names_at
from stackcfg.validation.queries.wording import when_failing
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of

DIMENSION: Final = "embedding_dimension"


def check(inspection: Inspection) -> Findings:
    """Report each vector store that cannot hold the vectors of its model."""
    dimensions = [
        _dimensions_of_models(inspection, each) for each in inspection.readings
    ]
    for resource in registered_resources(inspection):
        if resource.kind != "vector_stores":
            continue
        path = resource.path
        found = [
            _find_other(inspection, as_mapping(value_at(reading, path)), known)
            for reading, known in zip(inspection.readings, dimensions, strict=True)
        ]
        wrong = next((each for each in found if each is not None), None)
        if wrong is None:
            continue
        model, dimension = wrong
        failing = [each is not None for each in found]
        yield RuleFinding(
            value_of(*path, DIMENSION),
            f"the vectors of '{model}' have {dimension} numbers{when_failing(failing)}; "
            f"{inspection.release} adds nothing to this store, and cannot search it",
            help=f"write '{DIMENSION}: {dimension}', or correct it in the "
            "'metadata' of the model; a store that exists must be made again",
        )


def _dimensions_of_models(
    inspection: Inspection,
    reading: Any,
) -> dict[str, set[Any]]:
    """Return the dimensions that the registered models of each name have."""
    found: dict[str, set[Any]] = {}
    for resource in registered_resources(inspection):
        if resource.kind != "models":
            continue
        model = as_mapping(value_at(reading, resource.path))
        if not is_for_one_provider(model, inspection.version):
            continue
        dimension = as_mapping(model.get("metadata")).get(DIMENSION)
        # a dimension that is not known is not another one
        known = dimension if is_integer(dimension) else None
        for name in served_names_at(inspection, reading, resource.path):
            found.setdefault(name, set()).add(known)
    return found


def _find_other(
    inspection: Inspection, store: Mapping[str, Any], known: Mapping[str, set[Any]]
) -> tuple[str, int] | None:
    """Return the model of a store and its dimension, if that is certainly another."""
    if not is_for_one_provider(store, inspection.version):
        return None
    if not is_integer(store.get(DIMENSION)):
        return None
    model = store.get("embedding_model")
    if not isinstance(model, str):
        return None
    dimensions = known.get(model, {None})
    if None in dimensions or store[DIMENSION] in dimensions:
        return None
    return model, min(dimensions)


RULE = Rule("store-dimension", WARNING, __doc__, check)
