"""What the facts say of models, providers, stores and resources of a release."""

from __future__ import annotations

from typing import Any

import pytest

from stackcfg.releases.model_names import accepted_names, model_places, served_name
from stackcfg.releases.models import config_model, field_spans, key_spans, root_model
from stackcfg.releases.providers import (
    api_spans,
    apis,
    has_provider_key,
    is_provider_known,
    provider_spec,
    provider_types,
    resolve_api_name,
)
from stackcfg.releases.resources import (
    listed_models,
    provider_id_of,
    registered_lists,
    resource_lists,
    unregistrable_until,
)
from stackcfg.releases.stores import (
    INLINE,
    KV,
    LAST_INLINE,
    REFERENCE,
    SQL,
    StoreField,
    engine_defaults,
    engines,
    find_engine,
    load_store_fields,
    with_declared_fields,
)
from stackcfg.releases.versions import Release

VLLM = ("inference", "remote::vllm")


def test_the_root_model_has_the_name_of_its_release() -> None:
    assert root_model((0, 3, 5)).name == "StackRunConfig"
    assert root_model((1, 5, 0)).name == "StackConfig"


def test_a_model_has_the_fields_of_its_release() -> None:
    assert "tls_verify" in config_model("VLLMInferenceAdapterConfig", (0, 4, 7)).fields
    assert "storage" not in root_model((0, 2, 24)).fields
    assert "storage" in root_model((0, 3, 0)).fields


def test_a_model_that_no_release_has_accepts_every_key() -> None:
    model = config_model("NoSuchConfig", (0, 3, 5))
    assert (dict(model.fields), model.open) == ({}, True)
    assert field_spans("NoSuchConfig", "a") == []
    assert key_spans("NoSuchConfig")[0] == {}


def test_a_provider_is_known_to_its_releases() -> None:
    assert provider_spec(*VLLM, (0, 3, 5)) is not None
    assert provider_spec("inference", "remote::nothing", (0, 3, 5)) is None
    assert "remote::vllm" in provider_types("inference", (0, 3, 5))
    assert is_provider_known(*VLLM, (0, 3, 5)) is True
    assert is_provider_known("inference", "remote::nothing", (0, 3, 5)) is None
    assert has_provider_key(*VLLM, "url", (0, 3, 5))
    assert not has_provider_key(*VLLM, "nothing", (0, 3, 5))


def test_an_api_is_known_to_its_releases() -> None:
    assert "telemetry" in apis((0, 3, 0))
    assert "telemetry" not in apis((1, 5, 0))
    assert api_spans("telemetry")
    assert api_spans("nothing") == []


@pytest.mark.parametrize(
    ("word", "version", "expected"),
    [
        ("post-training", (0, 2, 15), "post-training"),
        ("post-training", (0, 2, 16), "post_training"),
        ("Files", (0, 3, 5), "files"),
        ("Inference", (0, 3, 5), "Inference"),
        ("nothing", (0, 3, 5), "nothing"),
    ],
)
def test_the_name_of_an_api_is_resolved(
    word: str, version: tuple[int, ...], expected: str
) -> None:
    assert resolve_api_name(word, version) == expected


def test_stores_of_the_server_are_inline_and_then_references() -> None:
    catalog = load_store_fields()
    assert not catalog.server_fields(LAST_INLINE, REFERENCE)
    assert not catalog.server_fields((0, 3, 0), INLINE)
    stores = catalog.server_fields((0, 3, 0), REFERENCE)
    assert {"metadata", "inference"} <= {field.use for field in stores}


def test_declared_fields_come_first() -> None:
    own = StoreField(
        "kvstore", ("kvstore",), REFERENCE, KV, (0, 3), (1, 5, 0), "eval", "inline::my"
    )
    catalog = with_declared_fields([own])
    assert catalog.provider_fields("eval", "inline::my", (0, 3, 5), REFERENCE) == [own]
    assert catalog.fields == load_store_fields().fields


def test_a_field_that_no_release_has_is_not_known() -> None:
    guess = StoreField("x", ("x",), REFERENCE, SQL)
    assert (guess.known, guess.known_in((0, 3, 5))) == (False, False)
    assert guess.name_field == "table_name"
    assert all(field.known for field in load_store_fields().fields)


def test_engines_have_the_defaults_of_their_release() -> None:
    sqlite = find_engine(KV, "sqlite")
    assert sqlite is not None
    assert engine_defaults(sqlite)["db_path"].endswith("/runtime/kvstore.db")
    assert find_engine(SQL, "redis") is None
    for engine in engines():
        assert set(engine_defaults(engine, (0, 3, 5))) == set(engine.fields)


def test_resources_moved_into_their_section() -> None:
    old = {path for path, _ in registered_lists((0, 2, 24))}
    new = {path for path, _ in registered_lists((0, 3, 0))}
    assert ("models",) in old
    assert ("registered_resources", "models") in new
    assert {each.old for each in resource_lists()} >= {path[0] for path in old}


@pytest.mark.parametrize(
    ("kind", "entry", "expected"),
    [
        ("models", {"provider_id": "vllm"}, "vllm"),
        ("models", "vllm", None),
        ("datasets", {"metadata": {"provider_id": "hf"}}, "hf"),
        ("datasets", {"source": {"uri": "huggingface://a"}}, "huggingface"),
        ("datasets", {"source": {"uri": "file:///a"}}, "localfs"),
        ("datasets", {"source": {"uri": 1}}, None),
        ("datasets", {}, "localfs"),
    ],
)
def test_the_provider_of_a_resource_is_read(
    kind: str, entry: Any, expected: str | None
) -> None:
    assert provider_id_of(kind, entry, (0, 3, 5)) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [((0, 1, 7), "own"), ((0, 1, 8), "localfs"), ((0, 2, 4), "hf")],
)
def test_the_provider_of_a_dataset_was_read_elsewhere(
    version: Release, expected: str
) -> None:
    entry = {"provider_id": "own", "metadata": {"provider_id": "hf"}}
    assert provider_id_of("datasets", entry, version) == expected


@pytest.mark.parametrize(
    ("version", "alias", "plain", "prefixed"),
    [
        ((0, 2, 15), "a", "b", "vllm/c"),
        ((0, 2, 16), "a", "vllm/b", "vllm/c"),
        ((0, 3, 0), "vllm/own", "vllm/b", "vllm/own"),
        ((0, 7, 3), "vllm/own", "vllm/b", "vllm/own"),
        ((0, 8, 0), "vllm/a", "vllm/b", "vllm/c"),
        ((1, 5, 0), "vllm/a", "vllm/b", "vllm/c"),
    ],
)
def test_each_release_has_its_way_of_naming_models(
    version: Release, alias: str, plain: str, prefixed: str
) -> None:
    for model_id, own, expected in (
        ("a", "own", alias),
        ("b", None, plain),
        ("vllm/c", "own", prefixed),
    ):
        model = {"model_id": model_id, "provider_id": "vllm", "provider_model_id": own}
        assert served_name(model, version) == expected


def test_a_prefix_is_doubled_until_0_7() -> None:
    model = {"model_id": "vllm/b", "provider_id": "vllm"}
    assert served_name(model, (0, 7, 3)) == "vllm/vllm/b"
    assert served_name(model, (0, 8, 0)) == "vllm/b"


def test_a_model_without_provider_has_no_known_name() -> None:
    assert served_name({"model_id": "a"}, (0, 3, 0)) is None
    assert served_name({"model_id": 1, "provider_id": "vllm"}, (0, 3, 0)) is None


def test_the_name_of_the_provider_is_accepted_for_a_while() -> None:
    model = {"model_id": "a", "provider_id": "vllm", "provider_model_id": "own"}
    assert accepted_names(model, (0, 2, 15)) == ("a",)
    assert accepted_names(model, (0, 2, 16)) == ("a", "own")
    assert accepted_names(model, (0, 3, 0)) == ("vllm/own",)


def test_vector_stores_name_a_model_while_they_are_registered() -> None:
    path = ("registered_resources", "vector_stores", "*", "embedding_model")
    missing = {
        version: {place.path: place.missing for place in model_places(version)}[path]
        for version in ((0, 3, 5), (0, 4, 5), (1, 5, 0))
    }
    assert missing == {(0, 3, 5): "ignored", (0, 4, 5): "refused", (1, 5, 0): "refused"}


def test_models_that_a_provider_lists_are_known_for_some() -> None:
    embedding = listed_models("inline::sentence-transformers", "embedding", (0, 3, 0))
    assert embedding == {"nomic-ai/nomic-embed-text-v1.5"}
    assert listed_models("remote::vllm", "llm", (0, 3, 0)) is None


@pytest.mark.parametrize("name", ["datasets", "benchmarks"])
def test_two_releases_fail_to_register_a_list(name: str) -> None:
    last = (0, 4, 1)
    assert unregistrable_until(name, (0, 4, 0)) == last
    assert unregistrable_until(name, last) == last
    assert unregistrable_until(name, (0, 4, 2)) is None
    assert unregistrable_until("models", last) is None
