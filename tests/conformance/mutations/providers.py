"""Faults in provider entries and their configs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any, Final

from tests.conformance.mutations.language import (
    ABSENT,
    DROPPED,
    REFUSED,
    UNMET,
    WHOLE,
    Config,
    Kind,
    Mutant,
    Mutate,
    Path,
    both,
    cased,
    change,
    choose,
    copied,
    drop,
    kind,
    named,
    node,
    provider,
    provider_entries,
    put,
    rename,
    stray,
    switched_on,
    typo,
)
from tests.conformance.mutations.references import INLINE
from tests.conformance.mutations.samples import (
    AZURE,
    BEDROCK,
    EXAMPLES,
    FAISS,
    FLAG,
    KV_REFERENCE,
    LIST,
    LLAMA_GUARD,
    LOCAL_FILES,
    MAPPING,
    MILVUS,
    NUMBER,
    OLLAMA,
    OPENAI,
    PGVECTOR,
    SEARCH,
    TEXT,
    VLLM,
    WEAVIATE,
)
from tests.conformance.mutations.storage import one_level_up, wrap


def provider_entry_kinds() -> Iterator[Kind]:
    yield kind("providers/missing", REFUSED, drop("providers"))
    yield kind("providers/null", REFUSED, change("providers", None))
    yield kind(
        "providers/list", REFUSED, change("providers", [{"inference": [OLLAMA]}])
    )
    yield kind("providers/text", REFUSED, change("providers", "remote::ollama"))
    yield kind("providers/mistyped", REFUSED, named("providers"))
    yield kind("providers/empty", f"{UNMET} {WHOLE}", change("providers", {}))
    yield kind("providers/api-null", REFUSED, change("providers.*", None))
    yield kind("providers/api-text", REFUSED, change("providers.*", "remote::ollama"))
    yield kind("providers/api-mapping", REFUSED, _group_as_mapping)
    yield kind("providers/api-one-entry-unlisted", REFUSED, _group_unlisted)
    yield kind(
        "providers/api-unknown", REFUSED, stray("providers", "bogus", [OLLAMA], [])
    )
    yield kind("providers/api-mistyped", REFUSED, named("providers.*"))
    yield kind("providers/routed-api-in-another-case", REFUSED, _api_cased(*ROUTED))
    yield kind(
        "providers/other-api-in-another-case",
        WHOLE,
        _api_cased("files", "batches", "post_training"),
    )
    yield kind(
        "providers/routed-api-with-a-dash",
        REFUSED,
        named("providers.vector_io", "vector-io"),
    )
    yield kind(
        "providers/api-of-a-later-release",
        REFUSED,
        stray("providers", "responses", [OLLAMA]),
    )
    yield kind(
        "providers/api-of-an-older-release",
        REFUSED,
        stray("providers", "memory", [FAISS]),
    )
    yield kind("providers/api-routed", REFUSED, stray("providers", "models", [OLLAMA]))
    yield kind(
        "providers/api-routed-and-empty",
        REFUSED,
        stray("providers", "vector_stores", []),
    )
    yield kind(
        "providers/api-built-in", REFUSED, stray("providers", "inspect", [OLLAMA])
    )
    telemetry = {
        "provider_id": "meta",
        "provider_type": "inline::meta-reference",
        "config": {"sinks": "console"},
    }
    yield kind(
        "providers/telemetry", REFUSED, stray("providers", "telemetry", [telemetry])
    )
    yield kind("providers/telemetry-empty", WHOLE, stray("providers", "telemetry", []))
    yield kind(
        "providers/telemetry-switched-off",
        WHOLE,
        stray("providers", "telemetry", [{**telemetry, "provider_id": None}]),
    )
    yield kind(
        "providers/api-emptied", f"{UNMET} {WHOLE}", _needless("providers.*", [])
    )
    yield kind("providers/needed-api-removed", UNMET, _needed_removed)
    yield kind("providers/files-removed", UNMET, _files_removed)
    yield kind("providers/under-the-wrong-api", REFUSED, _wrong_api)
    yield kind("provider/null", REFUSED, change("providers.*.*", None))
    yield kind("provider/text", REFUSED, change("providers.*.*", "remote::ollama"))
    yield kind(
        "provider/list", REFUSED, change("providers.*.*", ["ollama", "remote::ollama"])
    )
    yield kind("provider/empty", REFUSED, change("providers.*.*", {}))
    yield kind("provider/keyed-by-its-name", REFUSED, _keyed_by_name)
    yield kind("provider/id-missing", REFUSED, drop("providers.*.*.provider_id"))
    yield kind(
        "provider/id-a-number",
        REFUSED,
        change("providers.*.*.provider_id", 17, "${env.MY_ID:=17}"),
    )
    yield kind(
        "provider/id-a-list", REFUSED, change("providers.*.*.provider_id", ["mine"], {})
    )
    yield kind("provider/id-key-mistyped", REFUSED, named("providers.*.*.provider_id"))
    yield kind("provider/id-as-id", REFUSED, named("providers.*.*.provider_id", "id"))
    yield kind("provider/id-twice", f"{WHOLE} {UNMET}", _id_twice)
    yield kind("provider/type-missing", REFUSED, drop("providers.*.*.provider_type"))
    yield kind(
        "provider/type-null", REFUSED, change("providers.*.*.provider_type", None)
    )
    yield kind(
        "provider/type-a-number", REFUSED, change("providers.*.*.provider_type", 17)
    )
    yield kind(
        "provider/type-key-mistyped", REFUSED, named("providers.*.*.provider_type")
    )
    yield kind(
        "provider/type-as-type", REFUSED, named("providers.*.*.provider_type", "type")
    )
    yield kind(
        "provider/type-unknown",
        REFUSED,
        change("providers.*.*.provider_type", "remote::bogus", "inline::bogus", ""),
    )
    yield kind("provider/type-mistyped", REFUSED, _type_mistyped)
    yield kind(
        "provider/type-without-its-prefix",
        REFUSED,
        _type_changed(lambda kind: kind.split("::", 1)[1]),
    )
    yield kind(
        "provider/type-with-the-other-prefix", REFUSED, _type_changed(_other_prefix)
    )
    yield kind(
        "provider/type-with-one-colon",
        REFUSED,
        _type_changed(lambda kind: kind.replace("::", ":")),
    )
    yield kind("provider/type-in-another-case", REFUSED, _type_changed(str.upper))
    for api, gone in (
        ("inference", "inline::vllm"),
        ("inference", "remote::fireworks-openai-compat"),
        ("inference", "inline::meta-reference-quantized"),
        ("post_training", "inline::torchtune"),
        ("tool_runtime", "inline::code-interpreter"),
        ("vector_io", "inline::builtin"),
        ("agents", "inline::builtin"),
        ("tool_runtime", "inline::file-search"),
    ):
        yield kind(
            f"provider/type-of-another-release-{api}-{gone}",
            REFUSED,
            change(f"providers.{api}.*.provider_type", gone),
        )
    yield kind(
        "provider/type-by-variable",
        WHOLE,
        _type_changed(lambda kind: "${env.MY_TYPE:=" + kind + "}"),
    )
    yield kind(
        "provider/type-by-wrong-variable",
        REFUSED,
        change("providers.*.*.provider_type", "${env.T:=remote::bogus}"),
    )
    yield kind("provider/config-null", REFUSED, change("providers.*.*.config", None))
    yield kind(
        "provider/config-text",
        REFUSED,
        change("providers.*.*.config", "url=http://there"),
    )
    yield kind(
        "provider/config-list",
        REFUSED,
        change("providers.*.*.config", [{"url": "http://there"}]),
    )
    yield kind(
        "provider/config-by-empty-variable",
        REFUSED,
        change("providers.*.*.config", "${env.MY_CONFIG:=}"),
    )
    yield kind(
        "provider/config-mistyped",
        f"{REFUSED} {DROPPED}",
        named("providers.*.*.config", where=bool),
    )
    yield kind(
        "provider/config-one-level-too-high",
        f"{REFUSED} {DROPPED} {WHOLE}",
        _config_unwrapped,
    )
    yield kind(
        "provider/config-one-level-too-deep", f"{REFUSED} {DROPPED}", _config_nested
    )
    yield kind(
        "provider/stray-key",
        DROPPED,
        stray("providers.*.*", "my_key", TEXT, MAPPING, False),
    )
    yield kind(
        "provider/stray-empty-key",
        WHOLE,
        stray("providers.*.*", "my_key", None, "", {}),
    )
    yield kind("provider/module-null", WHOLE, stray("providers.*.*", "module", None))
    yield kind(
        "provider/module-a-number", REFUSED, stray("providers.*.*", "module", 17)
    )


ROUTED: Final = (
    "inference",
    "safety",
    "vector_io",
    "tool_runtime",
    "datasetio",
    "scoring",
    "eval",
)


def _api_cased(*apis: str) -> Mutate:
    def mutate(config: Config, rng: Random) -> Mutant | None:
        found = [api for api in apis if switched_on(config, api)]
        if not found:
            return None
        return cased(f"providers.{rng.choice(found)}")(config, rng)

    return mutate


def _group_as_mapping(config: Config, rng: Random) -> Mutant | None:
    path = choose(config, rng, "providers.*", bool)
    if path is None:
        return None
    put(
        config,
        path,
        {str(each.get("provider_id")): each for each in node(config, path)},
    )
    return Mutant(config, (path,))


def _group_unlisted(config: Config, rng: Random) -> Mutant | None:
    path = choose(config, rng, "providers.*", bool)
    if path is None:
        return None
    put(config, path, node(config, path)[0])
    return Mutant(config, (path,))


def _needless(pattern: str, value: Any) -> Mutate:
    """Another value where something else may come to lack what was there; the judge says who."""
    return change(pattern, value)


def _needed_removed(config: Config, rng: Random) -> Mutant | None:
    """An API goes, from the list of those to serve as well, and a provider that is left needs it."""
    needs = {
        "agents": ("vector_io", "safety", "tool_runtime"),
        "eval": ("scoring", "datasetio", "agents"),
    }
    pairs = [
        (user, api)
        for user, apis in needs.items()
        for api in apis
        if user in config["providers"]
    ]
    found = [
        api
        for user, api in pairs
        if api in config["providers"] and switched_on(config, user)
    ]
    if not found:
        return None
    api = rng.choice(found)
    del config["providers"][api]
    if config.get("apis"):
        config["apis"] = [each for each in config["apis"] if each != api]
    else:
        config["apis"] = list(config["providers"])
    return Mutant(config, holders=(("providers",),))


def _files_removed(config: Config, _: Random) -> Mutant | None:
    users = [
        path
        for path, entry in provider_entries(config)
        if entry.get("provider_type") in FILES_USERS
    ]
    if not users or not switched_on(config, "files"):
        return None
    del config["providers"]["files"]
    config["apis"] = [each for each in config.get("apis") or [] if each != "files"]
    return Mutant(config, holders=(("providers",),))


FILES_USERS: Final = ("inline::rag-runtime", "inline::reference")

OF_ONE_API: Final = (
    *(
        "inline::faiss",
        "inline::sqlite-vec",
        "remote::chromadb",
        "inline::rag-runtime",
        "remote::tavily-search",
    ),
    *(
        "inline::localfs",
        "inline::basic",
        "inline::reference",
        "inline::code-scanner",
        "remote::huggingface",
    ),
)
"""Provider types that neither inference nor safety has."""


def _wrong_api(config: Config, rng: Random) -> Mutant | None:
    found = [
        path
        for path, entry in provider_entries(config)
        if entry.get("provider_type") in OF_ONE_API
    ]
    if not found:
        return None
    path = rng.choice(found)
    entry = {**node(config, path), "provider_id": "moved"}
    other = "inference" if "inference" in config["providers"] else "safety"
    config["providers"].setdefault(other, []).append(entry)
    return Mutant(config, (("providers", other, len(config["providers"][other]) - 1),))


def _keyed_by_name(config: Config, rng: Random) -> Mutant | None:
    path = choose(config, rng, "providers.*.*")
    if path is None:
        return None
    entry = dict(node(config, path))
    put(config, path, {str(entry.pop("provider_id", "mine")): entry})
    return Mutant(config, (path,))


def _id_twice(config: Config, rng: Random) -> Mutant | None:
    path = choose(config, rng, "providers.*.*")
    if path is None:
        return None
    group = node(config, path[:2])
    group.append(copied(node(config, path)))
    return Mutant(config, (path, (*path[:2], len(group) - 1)))


def _type_mistyped(config: Config, rng: Random) -> Mutant | None:
    path = choose(config, rng, "providers.*.*.provider_type")
    if path is None:
        return None
    put(config, path, typo(node(config, path), rng))
    return Mutant(config, (path,))


def _other_prefix(text: str) -> str:
    inline = text.startswith("inline::")
    return (
        text.replace("inline::", "remote::")
        if inline
        else text.replace("remote::", "inline::")
    )


def _type_changed(change_text: Callable[[str], str]) -> Mutate:
    def mutate(config: Config, rng: Random) -> Mutant | None:
        path = choose(config, rng, "providers.*.*.provider_type")
        if path is None or change_text(node(config, path)) in PAIRED_TYPES:
            return None
        put(config, path, change_text(node(config, path)))
        return Mutant(config, (path,))

    return mutate


PAIRED_TYPES: Final = (
    "inline::chromadb",
    "inline::milvus",
    "inline::qdrant",
    "remote::chromadb",
    "remote::milvus",
    "remote::qdrant",
)
"""Types that exist with either prefix."""


def _config_unwrapped(config: Config, rng: Random) -> Mutant | None:
    path = choose(config, rng, "providers.*.*.config", bool)
    if path is None or not isinstance(node(config, path), dict):
        return None
    entry = node(config, path[:-1])
    held = entry.pop("config")
    entry.update(held)
    return Mutant(config, tuple((*path[:-1], key) for key in held), (path[:-1],))


def _config_nested(config: Config, rng: Random) -> Mutant | None:
    path = choose(config, rng, "providers.*.*.config", bool)
    if path is None:
        return None
    put(config, path, {"config": node(config, path)})
    return Mutant(config, ((*path, "config"),), (path,))


def provider_config_kinds() -> Iterator[Kind]:
    any_config = "providers.*.*.config"
    yield kind(
        "config/key-mistyped",
        f"{REFUSED} {DROPPED} {WHOLE}",
        named(f"{any_config}.*", where=bool),
    )
    yield kind(
        "config/key-in-another-case",
        f"{REFUSED} {DROPPED} {WHOLE}",
        cased(f"{any_config}.*"),
    )
    yield kind(
        "config/stray-key",
        f"{DROPPED} {WHOLE}",
        stray(any_config, "my_key", TEXT, NUMBER, FLAG, LIST, MAPPING),
    )
    yield kind(
        "config/stray-empty-key", WHOLE, stray(any_config, "my_key", None, "", [], {})
    )
    for place, old in (
        ("vector_io.*.config.persistence", "kvstore"),
        ("vector_io.*.config.persistence", "persistance"),
        ("agents.*.config.persistence", "persistence_store"),
        ("agents.*.config.persistence.agent_state", "persistence_store"),
        ("agents.*.config.persistence.responses", "responses_store"),
        ("files.*.config.metadata_store", "kvstore"),
        ("files.*.config.metadata_store", "persistence"),
        ("eval.*.config.kvstore", "persistence"),
        ("datasetio.*.config.kvstore", "persistence"),
        ("batches.*.config.kvstore", "sqlstore"),
    ):
        name = place.replace(".*", "").replace(".config", "")
        expected = f"{REFUSED} {DROPPED}" if place.startswith("vector_io") else REFUSED
        yield kind(
            f"config/{name}-as-{old}", expected, named(f"providers.{place}", old)
        )
    for place in (
        *(
            "vector_io.*.config.persistence",
            "vector_io.*.config.db_path",
            "agents.*.config.persistence",
        ),
        *(
            "agents.*.config.persistence.agent_state",
            "agents.*.config.persistence.responses",
        ),
        *(
            "files.*.config.metadata_store",
            "files.*.config.storage_dir",
            "eval.*.config.kvstore",
        ),
        *("datasetio.*.config.kvstore", "batches.*.config.kvstore"),
    ):
        name = place.replace(".*", "").replace(".config", "")
        expected = (
            f"{REFUSED} {WHOLE}"
            if "vector_io" in place or "files" in place
            else REFUSED
        )
        yield kind(f"config/{name}-missing", expected, drop(f"providers.{place}"))
        inline = (
            {"agent_state": INLINE, "responses": INLINE}
            if place.endswith("agents.*.config.persistence")
            else INLINE
        )
        if not place.endswith(("db_path", "storage_dir")):
            yield kind(
                f"config/{name}-inline", REFUSED, change(f"providers.{place}", inline)
            )
    yield kind(
        "config/agents-reference-not-nested",
        REFUSED,
        change("providers.agents.*.config.persistence", KV_REFERENCE),
    )
    yield kind(
        "config/agents-stores-one-level-too-high",
        REFUSED,
        one_level_up("providers.agents.*.config.persistence.*"),
    )
    yield kind(
        "config/vector-reference-nested",
        REFUSED,
        wrap("providers.vector_io.*.config.persistence", "kv", ()),
    )
    old = {"persistence_store": INLINE, "responses_store": INLINE}
    yield kind(
        "config/agents-of-0.2", REFUSED, change("providers.agents.*.config", old)
    )
    yield kind(
        "config/agents-old-and-new",
        DROPPED,
        stray("providers.agents.*.config", "persistence_store", INLINE),
    )
    yield kind(
        "config/vector-old-and-new",
        f"{DROPPED} {WHOLE}",
        stray("providers.vector_io.*.config", "kvstore", INLINE),
    )
    responses = "providers.agents.*.config.persistence.responses"
    yield kind(
        "config/agents-num-writers-a-word",
        REFUSED,
        change(f"{responses}.num_writers", "four", None, 1.5),
    )
    yield kind(
        "config/agents-num-writers-text", WHOLE, change(f"{responses}.num_writers", "4")
    )
    yield kind(
        "config/agents-state-num-writers",
        DROPPED,
        stray(responses.replace("responses", "agent_state"), "num_writers", 4),
    )
    for api, example in EXAMPLES:
        name = f"{api}/{example['provider_type']}"
        yield kind(f"{name}/right", WHOLE, provider(api, example))
        yield kind(
            f"{name}/stray-key",
            f"{DROPPED} {WHOLE}",
            provider(api, example, "config.my_key", "x"),
        )
        wrong = f"{REFUSED} {WHOLE}" if example is MILVUS else REFUSED
        yield kind(
            f"{name}/of-a-wrong-type",
            wrong,
            _some_setting(api, example, {"a": 1}, [{"a": 1}]),
        )
        yield kind(f"{name}/setting-null", "", _some_setting(api, example, None))
        yield kind(f"{name}/setting-missing", "", _some_setting(api, example, ABSENT))
        yield kind(
            f"{name}/setting-mistyped",
            "",
            both(provider(api, example), _last_mistyped(api)),
        )
        yield kind(
            f"{name}/by-empty-variable",
            "",
            _some_setting(api, example, "${env.MY_SETTING:=}"),
        )
    yield kind(
        "vllm/max-tokens-a-word",
        REFUSED,
        provider("inference", VLLM, "config.max_tokens", "many", "${env.N:=many}"),
    )
    yield kind(
        "vllm/max-tokens-text",
        WHOLE,
        provider("inference", VLLM, "config.max_tokens", "64", "${env.N:=64}", 64.0),
    )
    yield kind(
        "vllm/max-tokens-by-old-variable",
        REFUSED,
        provider("inference", VLLM, "config.max_tokens", "${env.N:64}"),
    )
    yield kind(
        "vllm/tls-verify-text",
        REFUSED,
        provider("inference", VLLM, "config.tls_verify", "true", "False"),
    )
    yield kind(
        "vllm/api-key", DROPPED, provider("inference", VLLM, "config.api_key", "k")
    )
    yield kind(
        "vllm/base-url",
        DROPPED,
        provider("inference", VLLM, "config.base_url", "http://there"),
    )
    yield kind(
        "vllm/api-token-a-number",
        REFUSED,
        provider("inference", VLLM, "config.api_token", 17, "${env.T:=17}"),
    )
    yield kind(
        "vllm/refresh-models-a-word",
        REFUSED,
        provider("inference", VLLM, "config.refresh_models", "maybe", 2),
    )
    yield kind(
        "vllm/refresh-models-like-true",
        WHOLE,
        provider("inference", VLLM, "config.refresh_models", "yes", "off", 1),
    )
    yield kind(
        "openai/auth-credential",
        DROPPED,
        provider("inference", OPENAI, "config.auth_credential", "k"),
    )
    yield kind(
        "openai/url",
        DROPPED,
        provider("inference", OPENAI, "config.url", "http://there"),
    )
    yield kind(
        "openai/api-key-old-variable",
        WHOLE,
        provider("inference", OPENAI, "config.api_key", "${env.K:none}"),
    )
    yield kind(
        "openai/api-key-bare-variable",
        WHOLE,
        provider("inference", OPENAI, "config.api_key", "${env.MY_KEY}"),
    )
    yield kind(
        "ollama/base-url",
        DROPPED,
        provider("inference", OLLAMA, "config.base_url", "http://there"),
    )
    yield kind(
        "ollama/url-a-number",
        REFUSED,
        provider("inference", OLLAMA, "config.url", 17, "${env.U:=11434}", False),
    )
    yield kind(
        "azure/api-base-no-url",
        REFUSED,
        provider("inference", AZURE, "config.api_base", "there", "/v1", "http://"),
    )
    yield kind(
        "azure/api-base-old-variable",
        REFUSED,
        provider("inference", AZURE, "config.api_base", "${env.U:http://a}"),
    )
    yield kind(
        "azure/base-url",
        DROPPED,
        provider("inference", AZURE, "config.base_url", "http://there"),
    )
    yield kind(
        "bedrock/timeout-a-word",
        REFUSED,
        provider("inference", BEDROCK, "config.connect_timeout", "long"),
    )
    yield kind("pgvector/kvstore", DROPPED, provider("vector_io", _kvstore(PGVECTOR)))
    yield kind("weaviate/kvstore", DROPPED, provider("vector_io", _kvstore(WEAVIATE)))
    yield kind("milvus/kvstore", REFUSED, provider("vector_io", _kvstore(MILVUS)))
    yield kind(
        "pgvector/port-text",
        WHOLE,
        provider("vector_io", PGVECTOR, "config.port", "5433", "${env.P:=5433}"),
    )
    yield kind(
        "pgvector/port-a-word",
        REFUSED,
        provider("vector_io", PGVECTOR, "config.port", "abc", "${env.P:5433}"),
    )
    yield kind(
        "files/ttl-a-word",
        REFUSED,
        provider("files", LOCAL_FILES, "config.ttl_secs", "long", 1.5, None),
    )
    yield kind(
        "safety/excluded-categories-text",
        REFUSED,
        provider("safety", LLAMA_GUARD, "config.excluded_categories", "S1"),
    )
    yield kind(
        "search/max-results-a-word",
        REFUSED,
        provider("tool_runtime", SEARCH, "config.max_results", "few", None, 1.5),
    )


def _some_setting(api: str, example: Mapping[str, Any], *faults: Any) -> Mutate:
    """A further provider with a fault in one of its settings."""

    def mutate(config: Config, rng: Random) -> Mutant | None:
        return provider(
            api, example, f"config.{rng.choice(list(example['config']))}", *faults
        )(config, rng)

    return mutate


def _last_mistyped(api: str) -> Mutate:
    """A typo in a setting of the last provider."""

    def mutate(config: Config, rng: Random) -> Mutant | None:
        holder: Path = ("providers", api, len(config["providers"][api]) - 1, "config")
        key = rng.choice(list(node(config, holder)))
        return Mutant(
            config, (rename(config, (*holder, key), typo(key, rng)),), (holder,)
        )

    return mutate


def _kvstore(example: Mapping[str, Any]) -> dict[str, Any]:
    settings = {
        key: value for key, value in example["config"].items() if key != "persistence"
    }
    return {**example, "config": {**settings, "kvstore": INLINE}}


def disabled_provider_kinds() -> Iterator[Kind]:
    faulty: dict[str, Any] = {
        "provider_type": "remote::bogus",
        "config": {"persistence": {"backend": "nope"}},
    }
    wrong: dict[str, Any] = {
        "provider_type": "inline::faiss",
        "config": {"persistence": {"backend": "nope", "namespace": 5}},
    }
    for name, switch in (
        ("null", None),
        ("empty", ""),
        ("disabled", "__disabled__"),
        ("empty-variable", "${env.MY_SWITCH:=}"),
        ("disabled-variable", "${env.MY_SWITCH:=__disabled__}"),
        ("conditional-on-nothing", "${env.MY_SWITCH:+}"),
    ):
        yield kind(
            f"off-by-{name}/unknown-type",
            WHOLE,
            provider("vector_io", {"provider_id": switch, **faulty}),
        )
        yield kind(
            f"off-by-{name}/wrong-config",
            WHOLE,
            provider("vector_io", {"provider_id": switch, **wrong}),
        )
        nameless = {"provider_id": switch, "provider_type": None, "config": {}}
        expected = WHOLE if "disabled" in name else REFUSED
        yield kind(
            f"off-by-{name}/type-null", expected, provider("vector_io", nameless)
        )
        shapeless = {
            "provider_id": switch,
            "provider_type": "inline::faiss",
            "config": "none",
        }
        yield kind(
            f"off-by-{name}/config-text", expected, provider("vector_io", shapeless)
        )
    conditional = "${env.MY_SWITCH:+mine}"
    yield kind(
        "conditional/unknown-type",
        REFUSED,
        provider("vector_io", {"provider_id": conditional, **faulty}),
    )
    yield kind(
        "conditional/wrong-config",
        REFUSED,
        provider("vector_io", {"provider_id": conditional, **wrong}),
    )
    yield kind(
        "conditional/right",
        WHOLE,
        provider("vector_io", {**FAISS, "provider_id": conditional}),
    )
    yield kind(
        "conditional/literal-old-form",
        WHOLE,
        provider("vector_io", {**FAISS, "provider_id": "${env.S+mine}"}),
    )
