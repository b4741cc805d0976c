"""The table of renames against the facts: what is in it is true, and nothing is missing.

A config key that vanishes while another of the same type appears may be renamed, and so may a provider type that
vanishes. Each of these is in the table, or in the lists here, with the reason why it is no rename.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import pytest

from stackcfg.releases.models import Kind, config_model, key_spans, model_names
from stackcfg.releases.providers import (
    api_spans,
    apis,
    provider_spans,
    provider_types,
)
from stackcfg.releases.renames import (
    current_api_name,
    current_provider_type,
    find_key_rename,
    find_successor_api,
    find_successor_key,
    find_successor_type,
)
from stackcfg.releases.versions import (
    Release,
    described_releases,
    parse_release,
    read_facts,
)

NO_KEY_RENAMES: Mapping[tuple[str, str], str] = {
    ("AuthenticationConfig", "endpoint"): "a nested section since 0.2.4",
    ("AuthenticationConfig", "provider_type"): "a nested section since 0.2.15",
    ("AuthenticationConfig", "config"): "a nested section since 0.2.15",
    ("BedrockConfig", "profile_name"): "AWS credentials, dropped from 0.4.0 to 0.7.3",
    ("BedrockConfig", "aws_access_key_id"): "dropped from 0.4.0 to 0.7.3",
    ("BedrockConfig", "aws_secret_access_key"): "dropped from 0.4.0 to 0.7.3",
    ("BedrockConfig", "aws_session_token"): "dropped from 0.4.0 to 0.7.3",
    ("BedrockConfig", "retry_mode"): "dropped from 0.4.0 to 0.7.3",
    ("DatasetInput", "url"): "a nested 'source' since 0.1.8",
    ("TelemetryConfig", "service_name"): "missing in 0.1.8 only",
    ("ServerConfig", "disable_ipv6"): "'host' takes an address since 0.2.8",
}
"""Keys that vanish when a key of a similar type appears, and why they are not renamed."""

NO_TYPE_RENAMES = {
    "agents remote::sample": "an empty example, removed in 0.1.7",
    "inference remote::sample": "an empty example, removed in 0.1.7",
    "safety remote::sample": "an empty example, removed in 0.1.7",
    "vector_io remote::sample": "an empty example, removed in 0.1.7",
    "inference inline::meta-reference": "removed in 0.5.0",
    "inference inline::transformers": "removed in 1.2.0; inline::sentence-transformers ranks",
    "inference inline::vllm": "removed in 0.2.16; remote::vllm calls another server",
    "inference remote::hf::endpoint": "removed in 0.7.0",
    "inference remote::hf::serverless": "removed in 0.7.0",
    "inference remote::tgi": "removed in 0.7.0",
    "tool_runtime inline::code-interpreter": "removed in 0.2.5",
}
"""Provider types that vanish while their API stays, and why they are not renamed."""


def scalar_types(kind: Kind) -> set[str]:
    """Return the scalar types that a kind accepts; an URL and a secret are strings too."""
    if isinstance(kind, str):
        return {{"url": "str", "secret": "str"}.get(kind, kind)} - {"none"}
    if kind[0] == "union":
        return set().union(*map(scalar_types, kind[1:]))
    if kind[0] == "bound":
        return scalar_types(kind[2])
    return set()


def vanished_keys() -> Iterator[tuple[str, str, Release]]:
    for before, release in pairwise(described_releases()):
        for name in set(model_names(before)) & set(model_names(release)):
            old, new = (
                config_model(name, version).fields for version in (before, release)
            )
            added = set().union(
                *(scalar_types(new[key].kind) for key in new if key not in old)
            )
            for key in old:
                if key not in new and scalar_types(old[key].kind) & added:
                    yield name, key, release


def vanished_types() -> Iterator[tuple[str, str, Release]]:
    for before, release in pairwise(described_releases()):
        for api in sorted(apis(before)):
            for kind in provider_types(api, before):
                new = current_api_name(api, release) or api
                gone = kind not in provider_types(new, release)
                if gone and provider_types(new, release):
                    yield api, kind, release


def test_a_key_that_vanishes_is_renamed_or_explained() -> None:
    unexplained = [
        (model, key, release)
        for model, key, release in vanished_keys()
        if find_key_rename(model, key, release) is None
        and (model, key) not in NO_KEY_RENAMES
    ]
    assert unexplained == []


def test_a_provider_type_that_vanishes_is_renamed_or_explained() -> None:
    unexplained = []
    for api, kind, release in vanished_types():
        new = current_api_name(api, release) or api
        # a type can be missing in one release only
        comes_back = any(until >= release for _, until in provider_spans(api, kind))
        is_renamed = current_provider_type(new, kind, release)
        if not (comes_back or is_renamed or f"{api} {kind}" in NO_TYPE_RENAMES):
            unexplained.append((api, kind, release))
    assert unexplained == []


def rows(table: str) -> list[dict[str, Any]]:
    return list(read_facts("renames.json")[table])


def test_each_name_of_a_key_is_a_fact() -> None:
    for row in rows("keys"):
        for name in row["names"]:
            known = [model for model in row["models"] if name in key_spans(model)[0]]
            # upstream's own files have this one, which no release reads
            assert known or name == "vector_dbs", (row["models"], name)


def test_each_name_of_a_type_is_a_fact() -> None:
    for row in rows("provider_types"):
        for name in row["names"]:
            assert any(provider_spans(api, name) for api in row["apis"]), name


def test_each_newer_name_of_an_api_is_a_fact() -> None:
    for row in rows("apis"):
        assert api_spans(row["names"][-1]), row


def test_each_row_has_a_source() -> None:
    for table in ("keys", "apis", "provider_types", "instead", "mistaken_types"):
        assert all(row["source"] for row in rows(table))


def test_a_mistaken_type_is_in_no_release() -> None:
    for row in rows("mistaken_types"):
        for api in row["apis"]:
            assert provider_spans(api, row["name"]) == []
            assert all(provider_spans(api, meant) for meant in row["meant"])


KEYS = (
    ("OllamaImplConfig", "url", "0.7.3", "base_url"),
    ("OllamaImplConfig", "base_url", "0.3.5", "url"),
    ("OllamaImplConfig", "base_url", "0.7.3", None),
    ("AzureConfig", "api_base", "1.5.0", "base_url"),
    ("AzureConfig", "base_url", "0.2.23", "api_base"),
    ("BedrockConfig", "aws_bedrock_bearer_token", "0.7.3", "api_key"),
    ("BedrockConfig", "aws_bedrock_bearer_token", "0.3.5", None),
    ("BedrockConfig", "aws_bearer_token_bedrock", "1.1.3", "aws_bedrock_bearer_token"),
    ("StackRunConfig", "distro_name", "0.3.5", "image_name"),
    ("StackConfig", "image_name", "0.7.3", "distro_name"),
    ("GroqConfig", "auth_credential", "0.7.3", "api_key"),
    ("VLLMInferenceAdapterConfig", "auth_credential", "0.7.3", "api_token"),
    ("VertexAIConfig", "auth_credential", "0.7.3", None),
    ("CerebrasImplConfig", "base_url", "0.3.5", None),
    ("VectorStoreInput", "vector_db_id", "0.7.3", "vector_store_id"),
    ("VectorDBInput", "vector_store_id", "0.2.23", "vector_db_id"),
)


@pytest.mark.parametrize(("model", "key", "release", "expected"), KEYS)
def test_a_key_is_found_under_its_other_name(
    model: str, key: str, release: str, expected: str | None
) -> None:
    rename = find_key_rename(model, key, parse_release(release))
    assert (rename and rename.new) == expected


TYPES = (
    ("eval", "inline::meta-reference", "0.7.3", "inline::builtin"),
    ("eval", "inline::builtin", "0.5.2", "inline::meta-reference"),
    ("responses", "inline::meta-reference", "1.5.0", "inline::builtin"),
    ("agents", "inline::builtin", "0.6.1", "inline::meta-reference"),
    ("vector_io", "inline::meta-reference", "0.7.3", "inline::faiss"),
    ("vector_io", "inline::builtin", "0.3.5", "inline::faiss"),
    ("vector_io", "inline::builtin", "1.5.0", "inline::faiss"),
    ("vector_io", "inline::sqlite_vec", "1.5.0", "inline::sqlite-vec"),
    ("tool_runtime", "inline::file-search", "0.3.5", "inline::rag-runtime"),
    ("post_training", "inline::torchtune", "0.3.5", "inline::torchtune-gpu"),
    ("post_training", "inline::torchtune-cpu", "0.2.18", "inline::torchtune"),
    ("inference", "remote::groq-openai-compat", "0.3.5", "remote::groq"),
    ("inference", "remote::tgi", "0.7.3", ""),
    ("post_training", "inline::torchtune", "0.7.3", ""),
)


@pytest.mark.parametrize(("api", "kind", "release", "expected"), TYPES)
def test_a_type_is_found_under_its_other_name(
    api: str, kind: str, release: str, expected: str
) -> None:
    assert current_provider_type(api, kind, parse_release(release)) == expected


APIS = (
    ("agents", "0.7.3", "responses"),
    ("responses", "0.6.1", "agents"),
    ("vector_dbs", "0.3.0", "vector_stores"),
    ("vector_stores", "0.2.23", "vector_dbs"),
    ("memory", "0.3.5", "vector_io"),
    ("memory_banks", "0.3.5", "vector_stores"),
    ("telemetry", "0.7.3", ""),
    ("interactions", "0.3.5", ""),
)


@pytest.mark.parametrize(("api", "release", "expected"), APIS)
def test_an_api_is_found_under_its_other_name(
    api: str, release: str, expected: str
) -> None:
    assert current_api_name(api, parse_release(release)) == expected


def test_what_a_later_release_has_again_has_no_successor() -> None:
    early = parse_release("0.5.2")
    assert find_successor_type("eval", "inline::builtin", early) == ""
    assert find_successor_api("responses", early) == ""
    assert find_successor_key("StackConfig", "distro_name", (0, 4, 7)) is None
    assert (
        find_successor_key("BedrockConfig", "aws_bedrock_bearer_token", early) is None
    )
