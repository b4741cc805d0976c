"""The resources that a config registers: models, shields and others.

At start-up the server registers them list by list
(`register_resources`, `RESOURCES`). The facts are in
`facts/resources.json` and `facts/releases.json`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache

from stackcfg.light_typing import Any, NamedTuple
from stackcfg.paths import Path, as_mapping
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.providers import has_provider_key, routers
from stackcfg.releases.versions import (
    Release,
    find_row,
    names_at,
    parse_release,
    read_facts,
    span_of,
)

RESOURCES_SECTION = "registered_resources"
"""The section of the lists since 0.3.0 (#3861), before at the top level."""

MODELS = (RESOURCES_SECTION, "models")
DATASETS = "datasets"

DEFAULT_MODELS: Mapping[Path, str] = {
    ("vector_stores", "default_embedding_model"): "embedding",
    ("vector_stores", "default_reranker_model"): "rerank",
    ("vector_stores", "rewrite_query_params", "model"): "llm",
}
"""Settings that name a registered model, by path, and the type it must have."""

DEFAULT_PROVIDER = ("vector_stores", "default_provider_id")
"""The vector_io provider of new vector stores; not checked at start-up."""

RESOURCE_IDS: Mapping[str, str] = {
    "models": "model_id",
    "shields": "shield_id",
    "vector_stores": "vector_store_id",
    "scoring_fns": "scoring_fn_id",
    "benchmarks": "benchmark_id",
    "tool_groups": "toolgroup_id",
    DATASETS: "dataset_id",
}
"""The key that holds the id of an entry, by list (0.3.0)."""

TOOL_GROUPS: Mapping[str, str] = {
    "inline::rag-runtime": "builtin::rag",
    "inline::file-search": "builtin::file_search",
    "remote::bing-search": "builtin::websearch",
    "remote::brave-search": "builtin::websearch",
    "remote::tavily-search": "builtin::websearch",
    "remote::wolfram-alpha": "builtin::wolfram_alpha",
}
"""The tool group that a provider type serves; since 0.7.0 the server
registers it (`toolgroup_id` of the provider specs, #4997).
"""

WEB_SEARCH = "builtin::websearch"
WEB_SEARCH_TYPES = [name for name, group in TOOL_GROUPS.items() if group == WEB_SEARCH]
"""The provider types of web search before 0.7.0."""

DATASET_SOURCE_SINCE = (0, 1, 8)
"""Datasets have a `source`, which decides on their provider."""

DATASET_PROVIDER_SINCE = (0, 2, 4)
"""The metadata of a dataset can name its provider."""

_EMPTY: tuple[Any, ...] = (None, "", {}, [])
_ROUTING_TABLES = {"scoring_fns": "scoring_functions"}
"""The API of a list's routing table, where it is not the name of the list."""


RENAMED_TYPES = {"vector_db": "vector_store"}
"""Types of resources that access rules name otherwise since 0.3.0."""

AUTO = "auto"
"""A model by this name is any of its provider, since `AUTO_MODELS_SINCE`."""

ALLOWED_MODELS = "allowed_models"
"""The key of an inference provider that lists the models it may serve."""

SERVED, UNLISTED, UNUSABLE, REFUSED = "served", "unlisted", "unusable", "refused"
"""What becomes of a model outside of that list: the release does not
read the list; does not list the model; registers it, and answers no
request for it; or does not register it, and ends at its start.
"""


class ListedModel(NamedTuple):
    """An embedding model that a provider lists without being asked for it."""

    provider_type: str
    model: str
    embedding_dimension: int
    since: Release
    until: Release


class Resource(NamedTuple):
    """A list of resources: its key at the top level and in the section (0.3.0).

    `keys` are renamed keys of entries. Until `inert_until` the list has
    no effect.
    """

    old: str
    new: str
    keys: Mapping[str, str]
    inert_until: Release | None = None


@cache
def resource_lists() -> tuple[Resource, ...]:
    """Return the lists that 0.3.0 moved to one section (#3861, #3864)."""
    found: list[Resource] = []
    for row in read_facts("resources.json")["resources"]:
        resource = Resource(**row)
        if "inert_until" in row:
            until = parse_release(row["inert_until"])
            resource = resource._replace(inert_until=until)
        found.append(resource)
    return tuple(found)


@cache
def access_types(version: Release) -> frozenset[str]:
    """Return the types of resources that an access rule can name.

    A rule for a type that a later release has no more is of no harm:
    there is nothing that it was for. Source: `ResourceType`,
    `AgentSessionInfo` and `SqlRecord`.
    """
    return frozenset(names_at(read_facts("resources.json")["access_types"], version))


@cache
def registered_at_start(version: Release) -> frozenset[str]:
    """Return the lists that start-up registers; others have no effect."""
    return frozenset(names_at(read_facts("releases.json")["registered"], version))


@cache
def registered_lists(version: Release) -> tuple[tuple[Path, str], ...]:
    """Return the lists that a release registers, and their APIs."""
    base: Path = ()
    if version >= CATALOG_SINCE:
        base = (RESOURCES_SECTION,)
    apis = routers(version)
    tables = {
        name: _ROUTING_TABLES.get(name, name) for name in registered_at_start(version)
    }
    return tuple(
        ((*base, name), apis[table])
        for name, table in sorted(tables.items())
        if table in apis
    )


@cache
def required_ids(version: Release) -> frozenset[str]:
    """Return the ids without which entries are dropped (0.4.1, #4455)."""
    return frozenset(names_at(read_facts("releases.json")["skipped_without"], version))


@cache
def unregistrable_until(name: str, version: Release) -> Release | None:
    """Return the last release that fails at a list, if this one does."""
    for row in read_facts("resources.json")["unregistrable"]:
        since, until = span_of(row)
        if row["list"] == name and since <= version <= until:
            return until
    return None


@cache
def keys_to_register(name: str, version: Release) -> frozenset[str]:
    """Return the keys of a list's entries that only the registration requires.

    The model of the config lets them be absent
    (`RegisterScoringFunctionRequest`).
    """
    found: set[str] = set()
    for row in read_facts("resources.json")["needed"]:
        since, until = span_of(row)
        if row["list"] == name and since <= version <= until:
            found.add(row["key"])
    return frozenset(found)


@cache
def listed_models(
    provider_type: str, model_type: str, version: Release
) -> frozenset[str] | None:
    """Return the fixed models that a provider lists (`list_models`).

    None if only a running provider knows its models. A remote provider
    lists as embedding models the names of its
    `embedding_model_metadata`, and all others as `llm`
    (`construct_model_from_identifier` of `openai_mixin.py`).
    """
    facts = read_facts("resources.json")
    for row in facts["listed_of_type"]:
        is_of_provider = provider_type in row["provider_types"]
        if is_of_provider and row["model_type"] == model_type and _holds(row, version):
            return frozenset(row["models"])
    listed = [
        row
        for row in facts["listed"]
        if row["provider_type"] == provider_type and _holds(row, version)
    ]
    if not listed:
        return None
    return frozenset(_names_of_type(listed, model_type))


def _names_of_type(
    rows: Iterable[Mapping[str, Any]],
    model_type: str,
) -> Iterator[str]:
    for row in rows:
        if row["model_type"] == model_type:
            yield row["model"]


def _holds(row: Mapping[str, Any], version: Release) -> bool:
    since, until = span_of(row)
    return since <= version <= until


@cache
def word_of_listed_embeddings(provider_type: str, version: Release) -> str:
    """Return the word by which a provider tells its embedding models;
    empty if it does not.

    They are listed without their dimension
    (`construct_model_from_identifier` of `vllm.py`), which a default
    model needs until 1.0.4.
    """
    for row in read_facts("resources.json")["listed_without_dimension"]:
        if row["provider_type"] == provider_type and _holds(row, version):
            return str(row["word"])
    return ""


@cache
def models_listed_until(version: Release) -> tuple[ListedModel, ...]:
    """Return the embedding models that providers list in a release for
    the last time.
    """
    return tuple(
        ListedModel(
            row["provider_type"],
            row["model"],
            row["embedding_dimension"],
            *span_of(row),
        )
        for row in read_facts("resources.json")["listed_before"]
        if parse_release(row["until"]) == version
    )


@cache
def outside_allowed_models(provider_type: str, version: Release) -> str:
    """Return what becomes of a registered model that `allowed_models` leaves out.

    Before 0.3.0 two provider types pass the list on, from 0.3.0 to
    0.3.2 none does. Since 0.3.3 the OpenAI mixin reads it:
    `list_models` and `_validate_model_allowed`; until 0.5.4
    `register_model` registers what `list_models` has, and since 0.6.0
    everything. Types with methods of their own have rows of their own.
    """
    if not has_provider_key("inference", provider_type, ALLOWED_MODELS, version):
        return SERVED
    rows = [
        row
        for row in read_facts("resources.json")["outside_allowed"]
        if row.get("provider_type", provider_type) == provider_type
    ]
    row = find_row(rows, version)
    assert row is not None
    return str(row["becomes"])


def is_allowed_model(
    provider_type: str,
    name: str,
    allowed: Collection[Any],
) -> bool:
    """Return whether `allowed_models` has a model by the name of its provider.

    Ollama looks for it with the tag `latest`, too (`register_model`).
    """
    if provider_type == "remote::ollama" and f"{name}:latest" in allowed:
        return True
    return name in allowed


def model_type_of(model: Mapping[str, Any]) -> Any:
    """Return the type of a registered model, `llm` by default."""
    return model.get("model_type") or "llm"


def registered_values(kind: str, entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the values of an entry that the registry compares.

    An omitted field and an empty one are the same; the `model_id` of a
    model is in its served name. Source:
    `DiskDistributionRegistry.register`.
    """
    values = {key: value for key, value in entry.items() if value not in _EMPTY}
    if kind == "models":
        name = values.pop("model_id", None)
        values.setdefault("provider_model_id", name)
        values["model_type"] = model_type_of(entry)
    return values


def provider_id_of(kind: str, entry: Any, version: Release) -> Any:
    """Return the provider that an entry of a list names.

    A dataset has it in its metadata (0.2.4); without one, the server
    takes `huggingface` for an address that begins so, and `localfs` for
    any other (`register_dataset`).
    """
    if not isinstance(entry, Mapping):
        return None
    if kind != DATASETS or version < DATASET_SOURCE_SINCE:
        return entry.get("provider_id")
    provider_id = as_mapping(entry.get("metadata")).get("provider_id")
    if provider_id and version >= DATASET_PROVIDER_SINCE:
        return provider_id
    address = as_mapping(entry.get("source")).get("uri", "")
    if not isinstance(address, str):
        return None
    if address.startswith("huggingface"):
        return "huggingface"
    return "localfs"
