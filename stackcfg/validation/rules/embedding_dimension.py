"""An embedding model without its dimension.

A model of the type `embedding` needs `embedding_dimension` in its metadata; at start-up the server stops with
"Embedding model must have an embedding dimension in its metadata" (all releases since 0.1.7).

    models:
    - model_id: nomic-embed-text
      provider_id: ollama
      model_type: embedding
      metadata: {embedding_dimension: 768}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackcfg.paths import value_at
from stackcfg.releases.changes import DISABLED_PROVIDERS_SINCE
from stackcfg.releases.versions import format_release
from stackcfg.validation.findings import ERROR
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.queries.registered import registered_resources
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each such model."""
    for resource in registered_resources(inspection):
        if resource.path[-2] != "models" or not resource.is_served:
            continue
        if any(
            _lacks(value_at(reading, resource.path), inspection)
            for reading in inspection.readings
        ):
            yield RuleFinding(
                value_of(*resource.path, "model_type"),
                "an embedding model needs 'embedding_dimension' in its 'metadata'; "
                f"{format_release(inspection.version)} refuses to start",
                help="write the length of its vectors: metadata: {embedding_dimension: 768}",
            )


def _lacks(entry: Any, inspection: Inspection) -> bool:
    if not isinstance(entry, Mapping) or entry.get("model_type") != "embedding":
        return False
    skipped = inspection.version >= DISABLED_PROVIDERS_SINCE and entry.get(
        "provider_id"
    ) in (
        None,
        "",
        "__disabled__",
    )
    metadata = entry.get("metadata")
    return not skipped and "embedding_dimension" not in (
        metadata if isinstance(metadata, Mapping) else {}
    )


RULE: Final = Rule("embedding-dimension", ERROR, __doc__, check=check)
