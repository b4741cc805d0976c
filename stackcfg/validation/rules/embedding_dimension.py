"""An embedding model without its dimension.

A model of the type `embedding` needs `embedding_dimension` in its metadata.
During start-up the server stops with "Embedding model must have an embedding
dimension in its metadata" (all releases). A vector database of 0.2 and earlier gets
the dimension of its model, which must be a whole number then.

    models:
    - model_id: nomic-embed-text
      provider_id: ollama
      model_type: embedding
      metadata: {embedding_dimension: 768}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stackcfg.light_typing import Any, Final
from stackcfg.paths import Path, as_mapping, value_at
from stackcfg.releases.changes import CATALOG_SINCE, DISABLED_PROVIDERS_SINCE
from stackcfg.releases.versions import Release
from stackcfg.runconfig.providers import is_disabled
from stackcfg.runconfig.substitution import UNKNOWN
from stackcfg.validation.model_check import check_type
from stackcfg.validation.queries.registered import (
    is_of_every_provider,
    is_removed,
    registered_resources,
)
from stackcfg.validation.queries.served_models import served_names_at
from stackcfg.validation.queries.severity import severity_of_readings
from stackcfg.validation.rule import ERROR, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of

DEFAULT_MODEL: Final = ("vector_stores", "default_embedding_model")
VECTOR_DBS: Final = "vector_dbs"
NULL_ACCEPTED_SINCE: Final = (1, 1, 0)
"""Since then the dimension is found out when a vector store is made
(`_validate_embedding_model`)."""


def check(inspection: Inspection) -> Findings:
    """Report each embedding model without a dimension in any reading."""
    for resource in registered_resources(inspection):
        if resource.kind != "models":
            continue
        entries = inspection.values_at(resource.path)
        if any(_lacks_dimension(inspection, entry) for entry in entries):
            yield RuleFinding(
                value_of(*resource.path, "model_type"),
                "an embedding model needs 'embedding_dimension' in its "
                "'metadata'; "
                f"{inspection.release} refuses to start",
                help="write the length of its vectors: "
                "metadata: {embedding_dimension: 768}",
            )
    if value_at(inspection.data, DEFAULT_MODEL):
        yield from _check_default_model(inspection)
    if inspection.version < CATALOG_SINCE:
        yield from _check_vector_dbs(inspection)


def _check_vector_dbs(inspection: Inspection) -> Findings:
    """Report the models of vector databases whose dimension is no whole number.

    A vector database gets the dimension of its model, whatever its own entry
    says (`register_vector_db`).
    """
    readings = [(each, _dbs_by_model(inspection, each)) for each in inspection.readings]
    for resource in registered_resources(inspection):
        if resource.kind != "models":
            continue
        wrong = [
            _is_of_vector_db(dbs, served_names_at(inspection, reading, resource.path))
            and _is_refused(inspection, value_at(reading, resource.path))
            for reading, dbs in readings
        ]
        if any(wrong):
            yield RuleFinding(
                value_of(*resource.path, "metadata", "embedding_dimension"),
                "the dimension of the model of a vector database is no whole "
                f"number; {inspection.release} refuses to start",
                help="write the length of its vectors: 768",
                severity=severity_of_readings(wrong),
            )


def _dbs_by_model(inspection: Inspection, reading: Any) -> dict[str, tuple[int, bool]]:
    """Return the first vector database of each model: its number, and whether the
    release registers it.
    """
    found: dict[str, tuple[int, bool]] = {}
    for number, resource in enumerate(registered_resources(inspection)):
        entry = as_mapping(value_at(reading, resource.path))
        model = entry.get("embedding_model")
        if resource.kind == VECTOR_DBS and isinstance(model, str):
            is_registered = _is_registered(entry, inspection.version)
            found.setdefault(model, (number, is_registered))
    return found


def _is_of_vector_db(dbs: Mapping[str, tuple[int, bool]], names: Sequence[str]) -> bool:
    """Return whether the first vector database of a model is registered."""
    found = [dbs[name] for name in names if name in dbs]
    return bool(found) and min(found)[1]


def _is_registered(entry: Mapping[str, Any], version: Release) -> bool:
    """Return whether a release registers an entry: without `provider_id` or with
    that of a disabled provider, the later ones skip it.
    """
    if version >= DISABLED_PROVIDERS_SINCE and not entry.get("provider_id"):
        return False
    return not is_removed(entry, version)


def _is_refused(inspection: Inspection, model: Any) -> bool:
    metadata = as_mapping(as_mapping(model).get("metadata"))
    if "embedding_dimension" not in metadata:
        return False
    value = metadata["embedding_dimension"]
    return bool(check_type("int", value, (), inspection.version, ""))


def _check_default_model(inspection: Inspection) -> Findings:
    """Report a default embedding model whose dimension is no whole number."""
    for resource in registered_resources(inspection):
        if resource.kind != "models":
            continue
        wrong = [
            _has_wrong_dimension(inspection, reading, resource.path)
            for reading in inspection.readings
        ]
        if any(wrong):
            yield RuleFinding(
                value_of(*resource.path, "metadata", "embedding_dimension"),
                "the dimension of the default embedding model is no whole number; "
                f"{inspection.release} refuses to start",
                help="write the length of its vectors: 768",
                severity=severity_of_readings(wrong),
            )


def _has_wrong_dimension(inspection: Inspection, reading: Any, path: Path) -> bool:
    default = as_mapping(value_at(reading, DEFAULT_MODEL))
    named = f"{default.get('provider_id')}/{default.get('model_id')}"
    metadata = as_mapping(value_at(reading, (*path, "metadata")))
    if named not in served_names_at(inspection, reading, path):
        return False
    if "embedding_dimension" not in metadata:
        return False
    value = metadata["embedding_dimension"]
    if value is None:
        return inspection.version < NULL_ACCEPTED_SINCE
    try:
        int(value)
    except (TypeError, ValueError):
        return value is not UNKNOWN
    return False


def _lacks_dimension(inspection: Inspection, entry: Any) -> bool:
    if not isinstance(entry, Mapping) or entry.get("model_type") != "embedding":
        return False
    # the server does not register the models of disabled providers
    if inspection.version >= DISABLED_PROVIDERS_SINCE and is_disabled(entry):
        return False
    if is_of_every_provider(entry, inspection.version):
        return False
    if is_removed(entry, inspection.version):
        return False
    return "embedding_dimension" not in as_mapping(entry.get("metadata"))


RULE = Rule("embedding-dimension", ERROR, __doc__, check)
