"""An embedding model without its dimension.

A model of the type `embedding` needs `embedding_dimension` in its metadata.
During start-up the server stops with "Embedding model must have an embedding
dimension in its metadata" (all releases).

    models:
    - model_id: nomic-embed-text
      provider_id: ollama
      model_type: embedding
      metadata: {embedding_dimension: 768}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stackcfg.paths import as_mapping
from stackcfg.releases.changes import DISABLED_PROVIDERS_SINCE
from stackcfg.runconfig.providers import is_disabled
from stackcfg.validation.queries.registered import registered_resources
from stackcfg.validation.rule import ERROR, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of


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


def _lacks_dimension(inspection: Inspection, entry: Any) -> bool:
    if not isinstance(entry, Mapping) or entry.get("model_type") != "embedding":
        return False
    # the server does not register the models of disabled providers
    if inspection.version >= DISABLED_PROVIDERS_SINCE and is_disabled(entry):
        return False
    return "embedding_dimension" not in as_mapping(entry.get("metadata"))


RULE = Rule("embedding-dimension", ERROR, __doc__, check)
