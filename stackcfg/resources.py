"""The resources that a config registers: their lists, the API that serves each, the provider that an entry names.

At start-up the server registers them list by list (`register_resources`, `RESOURCES`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from stackcfg.config_models import registered, routers
from stackcfg.document import Path
from stackcfg.milestones import CATALOG
from stackcfg.releases import Release

SECTION: Final = "registered_resources"
"""Where the lists stand since 0.3.0 (#3861); before, at the top level."""

DATASETS: Final = "datasets"

DEFAULT_MODELS: Final[tuple[Path, ...]] = (
    ("vector_stores", "default_embedding_model"),
    ("vector_stores", "default_reranker_model"),
    ("vector_stores", "rewrite_query_params", "model"),
)
"""Models that must be registered, each named by its provider and its id."""

_TABLES: Final[Mapping[str, str]] = {"scoring_fns": "scoring_functions"}
"""Lists that are called otherwise than the API of their routing table."""


@cache
def resource_lists(version: Release) -> tuple[tuple[Path, str], ...]:
    """The lists that a release registers, each with the API whose providers serve it."""
    base: Path = (SECTION,) if version >= CATALOG else ()
    found = [((*base, name), routers(version).get(_TABLES.get(name, name))) for name in sorted(registered(version))]
    return tuple((path, api) for path, api in found if api is not None)


def provider_of(kind: str, entry: Any) -> Any:
    """What an entry of a list names as its provider; of a dataset, the one that it is registered with.

    A dataset names none: the server takes `huggingface` for an address that begins so, and else `localfs`.
    """
    if not isinstance(entry, Mapping):
        return None
    if kind != DATASETS:
        return entry.get("provider_id")
    metadata, source = entry.get("metadata"), entry.get("source")
    if isinstance(metadata, Mapping) and metadata.get("provider_id"):
        return metadata["provider_id"]
    address = source.get("uri", "") if isinstance(source, Mapping) else ""
    if not isinstance(address, str):
        return None
    return "huggingface" if address.startswith("huggingface") else "localfs"
