"""A vector store on pgvector whose id is too long for the name of its table.

The table of a store has the name `vs_` and the id. PostgreSQL cuts names of more than
63 characters, and 1.1.0 and later ask for the index of the table by the whole name:
they stop at their start with "Error creating PGVectorIndex" (PostgreSQL: "identifier
too long"). Vectors of more than 2,000 numbers have no index, and are not asked for.
Source: `check_conflicting_vector_index_exists` of 1.0.4, 1.1.3 and 1.5.0, and starts on
PostgreSQL 16.

    vector_stores:
    - vector_store_id: the-handbook-of-the-company-and-all-that-was-ever-added-to-it-since
      provider_id: pgvector   # at most 60 characters
"""

from __future__ import annotations

from collections.abc import Mapping

from stackcfg.light_typing import Any, Final
from stackcfg.paths import as_mapping, value_at
from stackcfg.releases.rows import chunk_tables
from stackcfg.runconfig.providers import is_disabled
from stackcfg.validation.queries.registered import (
    is_for_one_provider,
    registered_resources,
)
from stackcfg.validation.queries.severity import severity_of_readings
from stackcfg.validation.queries.wording import when_failing
from stackcfg.validation.rule import ERROR, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of

API: Final = "vector_io"
LISTS: Final = ("vector_stores", "vector_dbs")


def check(inspection: Inspection) -> Findings:
    """Report each registered vector store with which the server does not start."""
    for resource in registered_resources(inspection):
        if resource.kind not in LISTS:
            continue
        longest = [
            _longest_id(inspection, each, as_mapping(value_at(each, resource.path)))
            for each in inspection.readings
        ]
        failing = [each > 0 for each in longest]
        if any(failing):
            yield RuleFinding(
                value_of(*resource.path, "vector_store_id"),
                f"the id has more than {max(longest)} characters{when_failing(failing)}, "
                "which the table of a store on pgvector cannot be called; "
                f"{inspection.release} refuses to start",
                help="make the store again with a shorter id",
                severity=severity_of_readings(failing),
            )


def _longest_id(
    inspection: Inspection,
    reading: Any,
    store: Mapping[str, Any],
) -> int:
    """Return how long an id may be at most if that of a store is longer, else 0."""
    if not is_for_one_provider(store, inspection.version):
        return 0
    identifier = store.get("vector_store_id")
    dimension = store.get("embedding_dimension")
    tables = chunk_tables().get(_provider_type(inspection, reading, store))
    if tables is None or not isinstance(identifier, str):
        return 0
    if not isinstance(dimension, int):
        return 0
    if tables.is_refused(identifier, dimension, inspection.version):
        return tables.longest_id
    return 0


def _provider_type(
    inspection: Inspection, reading: Any, store: Mapping[str, Any]
) -> str:
    """Return the type of the provider of a store, of several the first one."""
    wanted = store.get("provider_id")
    for provider in inspection.providers:
        entry = as_mapping(value_at(reading, provider.path))
        if provider.api != API or is_disabled(entry):
            continue
        if wanted in (None, entry.get("provider_id")):
            return provider.kind
    return ""


RULE = Rule("long-store-id", ERROR, __doc__, check)
