"""Faults in registered resources, in further sections and in default models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

from tests.conformance.mutations.language import (
    ABSENT,
    COMMENTED,
    DROPPED,
    FLOW,
    INDENTED,
    JSON,
    REFUSED,
    WHOLE,
    Config,
    Kind,
    Mutant,
    Mutate,
    below,
    both,
    cased,
    change,
    choose,
    drop,
    kind,
    named,
    node,
    planted,
    provider,
    restyled,
    stray,
)
from tests.conformance.mutations.samples import LOCAL_DATA, MCP, OLLAMA, RESOURCES


def resource_kinds() -> Iterator[Kind]:
    section = "registered_resources"
    yield kind("resources/missing", WHOLE, drop(section))
    yield kind("resources/null", REFUSED, change(section, None))
    yield kind("resources/list", REFUSED, change(section, [{"models": []}]))
    yield kind("resources/mistyped", f"{DROPPED} {WHOLE}", named(section))
    yield kind("resources/empty", WHOLE, change(section, {}))
    yield kind(
        "resources/unknown-section",
        DROPPED,
        stray(section, "agents", [{"agent_id": "a"}]),
    )
    yield kind(
        "resources/unknown-empty-section", WHOLE, stray(section, "connectors", [], None)
    )
    yield kind(
        "resources/section-mistyped", f"{DROPPED} {WHOLE}", named(f"{section}.*")
    )
    yield kind(
        "resources/section-in-another-case", f"{DROPPED} {WHOLE}", cased(f"{section}.*")
    )
    yield kind(
        "resources/vector-dbs",
        DROPPED,
        planted(f"{section}.vector_dbs", [{"vector_db_id": "v"}]),
    )
    stores = [
        {"vector_store_id": "v", "embedding_model": "m", "embedding_dimension": 8}
    ]
    yield kind(
        "resources/vector-stores", DROPPED, planted(f"{section}.vector_stores", stores)
    )
    yield kind(
        "resources/vector-stores-empty", WHOLE, planted(f"{section}.vector_stores", [])
    )
    yield kind(
        "resources/vector-stores-half",
        REFUSED,
        planted(f"{section}.vector_stores", [{"vector_store_id": "v"}]),
    )
    for name, entry in RESOURCES.items():
        group = f"{section}.{name}"
        place = planted(group, [entry])
        if name == "tool_groups":
            place = both(provider("tool_runtime", MCP), place)
        if name == "datasets":
            place = both(provider("datasetio", LOCAL_DATA), place)
        key = next(iter(entry))
        yield kind(f"{name}/right", WHOLE, place)
        yield kind(f"{name}/null", REFUSED, planted(group, None))
        yield kind(f"{name}/mapping", REFUSED, planted(group, {"mine": entry}))
        yield kind(f"{name}/entry-unlisted", REFUSED, planted(group, entry))
        yield kind(f"{name}/entry-text", REFUSED, planted(group, ["mine"], "0", "mine"))
        yield kind(f"{name}/entry-null", REFUSED, both(place, _second_null(group)))
        yield kind(f"{name}/id-missing", REFUSED, both(place, drop(f"{group}.0.{key}")))
        yield kind(
            f"{name}/id-null", REFUSED, both(place, change(f"{group}.0.{key}", None))
        )
        yield kind(
            f"{name}/id-a-number",
            REFUSED,
            both(place, change(f"{group}.0.{key}", 17, "${env.MY_ID:=17}")),
        )
        yield kind(
            f"{name}/id-as-identifier",
            REFUSED,
            both(place, named(f"{group}.0.{key}", "identifier")),
        )
        yield kind(
            f"{name}/stray-key",
            DROPPED,
            both(place, stray(f"{group}.0", "my_key", "x", 17, {"a": 1})),
        )
        yield kind(
            f"{name}/stray-empty-key",
            WHOLE,
            both(place, stray(f"{group}.0", "my_key", None, "")),
        )
        settings = [each for each in entry if each not in (key, "provider_id")]
        fields = place, group, settings
        yield kind(
            f"{name}/of-a-wrong-type",
            REFUSED,
            _some_field(*fields, lambda at: change(at, 17, [{"a": 1}], False)),
        )
        yield kind(f"{name}/field-missing", "", _some_field(*fields, drop))
        yield kind(
            f"{name}/field-null", "", _some_field(*fields, lambda at: change(at, None))
        )
        yield kind(
            f"{name}/field-mistyped",
            f"{REFUSED} {DROPPED}",
            _some_field(*fields, named),
        )
    models, datasets = f"{section}.models", f"{section}.datasets"
    model = planted(models, [RESOURCES["models"]])
    dataset = both(
        provider("datasetio", LOCAL_DATA), planted(datasets, [RESOURCES["datasets"]])
    )
    yield kind(
        "models/type-unknown",
        REFUSED,
        both(model, change(f"{models}.0.model_type", "embeddings", "LLM", "rerank2")),
    )
    yield kind(
        "models/metadata-free",
        WHOLE,
        both(model, change(f"{models}.0.metadata", {"anything": {"at": ["all"]}})),
    )
    yield kind(
        "models/model-name-key",
        REFUSED,
        both(model, named(f"{models}.0.model_id", "model")),
    )
    yield kind(
        "models/of-0.2-at-the-old-name",
        DROPPED,
        both(model, stray(f"{models}.0", "llama_model", "x")),
    )
    yield kind(
        "datasets/of-0.1",
        REFUSED,
        planted(
            datasets, [{"dataset_id": "d", "dataset_schema": {}, "url": {"uri": "u"}}]
        ),
    )
    yield kind(
        "datasets/purpose-unknown",
        REFUSED,
        both(dataset, change(f"{datasets}.0.purpose", "eval", "training")),
    )
    yield kind(
        "datasets/source-type-unknown",
        REFUSED,
        both(dataset, change(f"{datasets}.0.source.type", "s3", None)),
    )
    yield kind(
        "datasets/source-type-missing",
        REFUSED,
        both(dataset, drop(f"{datasets}.0.source.type")),
    )
    yield kind(
        "datasets/source-uri-missing",
        REFUSED,
        both(dataset, drop(f"{datasets}.0.source.uri")),
    )
    yield kind(
        "datasets/source-text",
        REFUSED,
        both(dataset, change(f"{datasets}.0.source", "file:///d.csv")),
    )
    rows = {"type": "rows", "rows": [{"question": "why"}]}
    yield kind(
        "datasets/source-rows",
        WHOLE,
        both(dataset, change(f"{datasets}.0.source", rows)),
    )
    yield kind(
        "datasets/source-rows-wrong",
        REFUSED,
        both(dataset, change(f"{datasets}.0.source", {**rows, "rows": {"a": 1}})),
    )
    yield kind(
        "datasets/source-stray-key",
        DROPPED,
        both(dataset, stray(f"{datasets}.0.source", "path", "/d.csv")),
    )
    functions = f"{section}.scoring_fns"
    function = planted(functions, [RESOURCES["scoring_fns"]])
    yield kind(
        "scoring_fns/return-type-unknown",
        REFUSED,
        both(function, change(f"{functions}.0.return_type.type", "float", 17)),
    )
    params = {
        "type": "regex_parser",
        "parsing_regexes": ["a"],
        "aggregation_functions": ["accuracy"],
    }
    yield kind(
        "scoring_fns/params",
        WHOLE,
        both(function, stray(f"{functions}.0", "params", params)),
    )
    wrong = [
        {**params, "type": "regexp"},
        {**params, "aggregation_functions": ["best"]},
        {**params, "parsing_regexes": "a"},
    ]
    yield kind(
        "scoring_fns/params-wrong",
        REFUSED,
        both(function, stray(f"{functions}.0", "params", *wrong)),
    )
    groups = f"{section}.tool_groups"
    group_entry = both(
        provider("tool_runtime", MCP), planted(groups, [RESOURCES["tool_groups"]])
    )
    yield kind(
        "tool_groups/endpoint-text",
        REFUSED,
        both(group_entry, change(f"{groups}.0.mcp_endpoint", "http://tools")),
    )
    yield kind(
        "tool_groups/endpoint-url",
        REFUSED,
        both(group_entry, named(f"{groups}.0.mcp_endpoint.uri", "url")),
    )
    yield kind(
        "tool_groups/provider-missing",
        REFUSED,
        both(group_entry, drop(f"{groups}.0.provider_id")),
    )
    yield kind(
        "resources/of-a-switched-off-provider",
        WHOLE,
        both(model, stray(f"{models}.0", "provider_id", None, "${env.X:=}")),
    )


def _second_null(group: str) -> Mutate:
    """A section whose second entry says nothing."""

    def mutate(config: Config, _: Random) -> Mutant | None:
        entries = node(config, tuple(group.split(".")))
        entries.append(None)
        return Mutant(config, ((*group.split("."), len(entries) - 1),))

    return mutate


def _some_field(
    place: Mutate, group: str, fields: list[str], make: Callable[[str], Mutate]
) -> Mutate:
    """The first entry of a section, with a change in one of its fields."""

    def mutate(config: Config, rng: Random) -> Mutant | None:
        return both(place, make(f"{group}.0.{rng.choice(fields)}"))(config, rng)

    return mutate


def further_section_kinds() -> Iterator[Kind]:
    yield kind("telemetry/missing", WHOLE, drop("telemetry"))
    yield kind("telemetry/flag", REFUSED, planted("telemetry", True))
    yield kind("telemetry/null", REFUSED, planted("telemetry", None))
    yield kind("telemetry/empty", WHOLE, planted("telemetry", {}))
    yield kind(
        "telemetry/enabled",
        WHOLE,
        planted("telemetry", {"enabled": False}, "enabled", "yes", "off", 1, 0, "true"),
    )
    yield kind(
        "telemetry/enabled-a-word",
        REFUSED,
        planted("telemetry", {"enabled": True}, "enabled", "maybe", 2, None, []),
    )
    yield kind(
        "telemetry/stray-key",
        DROPPED,
        planted("telemetry", {"enabled": True}, "sinks", "console", ["console"]),
    )
    yield kind(
        "telemetry/list", REFUSED, planted("telemetry", [{"provider_id": "meta"}])
    )
    yield kind(
        "logging/right",
        DROPPED,
        planted("logging", {"category_levels": {"core": "debug"}}),
    )
    yield kind("logging/empty", WHOLE, planted("logging", {}))
    yield kind("logging/null", WHOLE, planted("logging", None))
    yield kind("logging/text", REFUSED, planted("logging", "debug"))
    yield kind(
        "logging/levels-wrong",
        REFUSED,
        planted("logging", {"category_levels": ["core"]}),
    )
    yield kind(
        "logging/level-a-number",
        REFUSED,
        planted("logging", {"category_levels": {"core": 10}}),
    )
    yield kind(
        "logging/config",
        WHOLE,
        planted("logging_config", {"category_levels": {"core": "debug"}}),
    )
    yield kind("logging/config-nothing", WHOLE, planted("logging_config", None))
    yield kind(
        "logging/config-stray-key",
        DROPPED,
        planted("logging_config", {}, "core", "debug"),
    )
    for name, value in (
        ("text", "debug"),
        ("list", ["core"]),
        ("levels", {"category_levels": ["core"]}),
    ):
        yield kind(f"logging/config-{name}", REFUSED, planted("logging_config", value))
    number = {"category_levels": {}}
    yield kind(
        "logging/config-number",
        REFUSED,
        planted("logging_config", number, "category_levels.core", 10),
    )
    listed = {"provider_id": "mine", "model_id": "nomic-embed-text:latest"}
    defaults = {"default_embedding_model": listed}
    yield kind("vector-stores/right", WHOLE, _vector_stores(defaults))
    yield kind("vector-stores/null", WHOLE, planted("vector_stores", None))
    yield kind("vector-stores/empty", WHOLE, planted("vector_stores", {}))
    yield kind("vector-stores/text", REFUSED, planted("vector_stores", "faiss"))
    yield kind("vector-stores/list", REFUSED, planted("vector_stores", [defaults]))
    yield kind(
        "vector-stores/stray-key",
        DROPPED,
        _vector_stores(defaults, "file_search_params", {"a": 1}),
    )
    model = "default_embedding_model"
    yield kind(
        "vector-stores/model-text", REFUSED, _vector_stores(defaults, model, "p/m")
    )
    yield kind("vector-stores/model-null", WHOLE, _vector_stores(defaults, model, None))
    yield kind(
        "vector-stores/model-id-missing",
        REFUSED,
        _vector_stores(defaults, f"{model}.model_id", ABSENT),
    )
    yield kind(
        "vector-stores/model-id-wrong",
        REFUSED,
        _vector_stores(defaults, f"{model}.model_id", 17, None),
    )
    # only the names in the code of a provider are those of embedding models
    yield kind(
        "vector-stores/model-unlisted",
        REFUSED,
        _vector_stores(defaults, f"{model}.model_id", "all-minilm"),
    )
    yield kind(
        "vector-stores/model-stray-key",
        DROPPED,
        _vector_stores(defaults, f"{model}.dimension", 8),
    )
    yield kind(
        "vector-stores/provider-wrong",
        REFUSED,
        _vector_stores(defaults, "default_provider_id", 17, ["faiss"]),
    )
    yield from _default_model()
    yield from _default_shield()
    yield kind(
        "vector-stores/key-mistyped",
        DROPPED,
        both(_vector_stores(defaults), named(f"vector_stores.{model}")),
    )


def _default_shield() -> Iterator[Kind]:
    """Releases before 0.4 drop the section."""
    scanner = {
        "provider_id": "mine",
        "provider_type": "inline::code-scanner",
        "config": {},
    }
    shields = planted(
        "registered_resources.shields", [{"shield_id": "scan", "provider_id": "mine"}]
    )
    there = both(provider("safety", scanner), shields)
    default = {"default_shield_id": "scan"}
    yield kind("default-shield/right", DROPPED, both(there, planted("safety", default)))
    faults = ("default_shield_id", "scanner", "Scan", "")
    yield kind(
        "default-shield/another",
        DROPPED,
        both(there, planted("safety", default, *faults)),
    )
    none = planted("registered_resources.shields", [])
    yield kind(
        "default-shield/of-none",
        DROPPED,
        both(both(provider("safety", scanner), none), planted("safety", default)),
    )
    unserved = both(planted("apis", ["inference"]), planted("safety", default))
    yield kind("default-shield/without-safety", DROPPED, unserved)


def _default_model() -> Iterator[Kind]:
    local = {
        "provider_id": "mine",
        "provider_type": "inline::sentence-transformers",
        "config": {},
    }
    model = {
        "model_id": "mini",
        "provider_id": "mine",
        "provider_model_id": "all/mini",
        "model_type": "embedding",
        "metadata": {"embedding_dimension": 8},
    }
    there = both(
        provider("inference", local), planted("registered_resources.models", [model])
    )
    name = "default_embedding_model"
    settings = {name: {"provider_id": "mine", "model_id": "all/mini"}}
    listed = {
        name: {"provider_id": "mine", "model_id": "nomic-ai/nomic-embed-text-v1.5"}
    }
    yield kind(
        "default-model/listed", WHOLE, both(there, planted("vector_stores", listed))
    )
    yield kind(
        "default-model/by-its-provider-model-id",
        WHOLE,
        both(there, planted("vector_stores", settings)),
    )
    for word, value in (("its-model-id", "mini"), ("another-name", "all/minis")):
        fault = planted("vector_stores", settings, f"{name}.model_id", value)
        yield kind(f"default-model/by-{word}", REFUSED, both(there, fault))


def _vector_stores(settings: Mapping[str, Any], at: str = "", *faults: Any) -> Mutate:
    """Settings of vector stores, and the provider whose model they name."""
    return both(
        provider("inference", OLLAMA), planted("vector_stores", settings, at, *faults)
    )


def harmless_kinds() -> Iterator[Kind]:
    for style in (FLOW, INDENTED, COMMENTED, JSON):
        yield kind(f"written/{style}", WHOLE, restyled(style))
    yield kind("reordered/top-level", WHOLE, _reordered(""))
    yield kind("reordered/storage", WHOLE, _reordered("storage"))
    yield kind("reordered/backends", WHOLE, _reordered("storage.backends"))
    yield kind("reordered/references", WHOLE, _reordered("storage.stores.*"))
    yield kind("reordered/provider", WHOLE, _reordered("providers.*.*"))
    yield kind("reordered/everything", WHOLE, _all_reordered)
    yield kind("reordered/providers-of-an-api", WHOLE, _group_reversed)


def _reordered(pattern: str) -> Mutate:
    def mutate(config: Config, rng: Random) -> Mutant | None:
        path = choose(config, rng, pattern) if pattern else ()
        if path is None:
            return None
        _shuffled(node(config, path), rng)
        return Mutant(config)

    return mutate


def _shuffled(mapping: dict[Any, Any], rng: Random) -> None:
    entries = list(mapping.items())
    rng.shuffle(entries)
    mapping.clear()
    mapping.update(entries)


def _all_reordered(config: Config, rng: Random) -> Mutant | None:
    for path in [(), *below(config)]:
        if isinstance(node(config, path), dict):
            _shuffled(node(config, path), rng)
    return Mutant(config)


def _group_reversed(config: Config, rng: Random) -> Mutant | None:
    path = choose(config, rng, "providers.*", bool)
    if path is None:
        return None
    node(config, path).reverse()
    return Mutant(config)
