"""The resources that a config registers: their lists, the API that serves each, the provider that an entry names.

At start-up the server registers them list by list (`register_resources`, `RESOURCES`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from stackcfg.paths import Path
from stackcfg.releases.changes import CATALOG_SINCE, MODELS_RENAMED_SINCE
from stackcfg.releases.models import registered_at_start, routers
from stackcfg.releases.versions import Release, parse_release, read_facts

RESOURCES_SECTION: Final = "registered_resources"
"""Where the lists stand since 0.3.0 (#3861); before, at the top level."""

MODELS: Final[Path] = (RESOURCES_SECTION, "models")
DATASETS: Final = "datasets"

DEFAULT_MODELS: Final[Mapping[Path, str]] = {
    ("vector_stores", "default_embedding_model"): "embedding",
    ("vector_stores", "default_reranker_model"): "rerank",
    ("vector_stores", "rewrite_query_params", "model"): "llm",
}
"""Models that must be registered, each named by its provider and its id, and what kind of model it must be."""

DEFAULT_PROVIDER: Final[Path] = ("vector_stores", "default_provider_id")
"""The provider of vector_io that new vector stores get; nothing looks for it at start-up."""

_TABLES: Final[Mapping[str, str]] = {"scoring_fns": "scoring_functions"}
"""Lists that are called otherwise than the API of their routing table."""


@cache
def registered_lists(version: Release) -> tuple[tuple[Path, str], ...]:
    """The lists that a release registers, each with the API whose providers serve it."""
    base: Path = (RESOURCES_SECTION,) if version >= CATALOG_SINCE else ()
    found = [
        ((*base, name), routers(version).get(_TABLES.get(name, name)))
        for name in sorted(registered_at_start(version))
    ]
    return tuple((path, api) for path, api in found if api is not None)


@cache
def listed_models(
    provider_type: str, model_type: str, version: Release
) -> frozenset[str] | None:
    """The models that a provider lists by itself, always the same ones; None where only a running one can tell.

    Source: `list_models` of the providers in the released wheels.
    """
    rows = [
        row
        for row in read_facts("resources.json")["listed"]
        if row["provider_type"] == provider_type
    ]
    there = [
        row
        for row in rows
        if parse_release(row["since"]) <= version <= parse_release(row["until"])
    ]
    return (
        frozenset(row["model"] for row in there if row["model_type"] == model_type)
        if there
        else None
    )


def served_model_id(model: Mapping[str, Any], version: Release) -> Any:
    """What a registered model is called behind its provider's id and a slash.

    Source: `register_model` of the releases: by its `provider_model_id` if it has one, from 0.8.0 always by its
    `model_id`, which may have the provider's id before it already.
    """
    name, own = model.get("model_id"), model.get("provider_model_id")
    if version < MODELS_RENAMED_SINCE:
        return own or name
    return (
        name.removeprefix(f"{model.get('provider_id')}/")
        if isinstance(name, str)
        else name
    )


def model_type_of(model: Mapping[str, Any]) -> Any:
    """What kind of model an entry registers; the models' default where it does not say."""
    return model.get("model_type") or "llm"


def provider_id_of(kind: str, entry: Any) -> Any:
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


class Resource(NamedTuple):
    """A list of registered resources: its key at the top level, its key in the section, keys renamed inside."""

    old: str
    new: str
    keys: Mapping[str, str]
    inert_until: Release | None = None


@cache
def resource_lists() -> tuple[Resource, ...]:
    """The lists that 0.3.0 moved under `registered_resources` (#3861, #3864)."""
    return tuple(
        Resource(
            row["old"],
            row["new"],
            row["keys"],
            parse_release(row["inert_until"]) if "inert_until" in row else None,
        )
        for row in read_facts("resources.json")["resources"]
    )
