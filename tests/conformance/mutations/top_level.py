"""Faults in top-level keys and in the list of APIs."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tests.conformance.mutations.language import (
    DROPPED,
    REFUSED,
    UNMET,
    WHOLE,
    Config,
    Kind,
    Mutant,
    Mutate,
    both,
    cased,
    change,
    choose,
    drop,
    kind,
    named,
    node,
    planted,
    put,
    stray,
    switched_on,
    typo,
)
from tests.conformance.mutations.samples import (
    ENGINES,
    FLAG,
    KV_REFERENCE,
    LIST,
    MAPPING,
    NUMBER,
    RESOURCES,
    TEXT,
)


def top_level_kinds() -> Iterator[Kind]:
    yield kind("nothing", WHOLE, lambda config, _: Mutant(config))
    yield kind("version/as-text", WHOLE, change("version", "2"))
    yield kind("version/missing", WHOLE, drop("version"))
    yield kind("version/a-word", REFUSED, change("version", "two", "v2"))
    yield kind("version/null", REFUSED, change("version", None))
    yield kind("version/a-fraction", REFUSED, change("version", 2.5))
    yield kind("image-name/missing", REFUSED, drop("image_name"))
    yield kind("image-name/null", REFUSED, change("image_name", None))
    yield kind("image-name/a-number", WHOLE, change("image_name", 17))
    yield kind(
        "image-name/by-variable-of-digits",
        WHOLE,
        change("image_name", "${env.MY_NAME:=123}"),
    )
    yield kind("image-name/as-distro-name", REFUSED, named("image_name", "distro_name"))
    yield kind(
        "image-name/by-empty-variable",
        REFUSED,
        change("image_name", "${env.MY_NAME:=}"),
    )
    yield kind(
        "container-image/given", WHOLE, stray("", "container_image", "image:1", None)
    )
    yield kind("container-image/a-number", REFUSED, stray("", "container_image", 17))
    yield kind(
        "external-providers-dir/a-number",
        REFUSED,
        stray("", "external_providers_dir", 17),
    )
    yield kind("top-level/key-mistyped", f"{REFUSED} {DROPPED}", named("*", where=bool))
    yield kind("top-level/key-in-another-case", f"{REFUSED} {DROPPED}", cased("*"))
    yield kind(
        "top-level/stray-key",
        DROPPED,
        stray("", "my_key", TEXT, NUMBER, FLAG, LIST, MAPPING, False, 0),
    )
    yield kind(
        "top-level/stray-empty-key",
        WHOLE,
        stray("", "my_key", None, "", [], {}, "${env.MY_KEY:=}"),
    )
    yield kind(
        "top-level/anchors-section",
        DROPPED,
        stray("", "x-anchors", {"store": {"type": "kv_sqlite"}}),
    )
    yield kind(
        "top-level/variable-as-key",
        DROPPED,
        stray("", "${env.MY_KEY:=server}", MAPPING),
    )
    for name, value in (
        ("metadata_store", {"type": "sqlite", "db_path": "/data/registry.db"}),
        ("inference_store", {"type": "sqlite", "db_path": "/data/inference.db"}),
        (
            "conversations_store",
            {"type": "sqlite", "db_path": "/data/conversations.db"},
        ),
        ("models", [RESOURCES["models"]]),
        ("shields", [RESOURCES["shields"]]),
        ("vector_dbs", [{"vector_db_id": "v"}]),
        ("tool_groups", [{"toolgroup_id": "t"}]),
        ("datasets", [RESOURCES["datasets"]]),
        ("benchmarks", [RESOURCES["benchmarks"]]),
        ("scoring_fns", [RESOURCES["scoring_fns"]]),
        ("connectors", [{"connector_id": "c"}]),
        ("safety", {"default_shield_id": "s"}),
        ("backends", {"kv_default": ENGINES["kv_sqlite"]}),
        ("stores", {"metadata": KV_REFERENCE}),
    ):
        yield kind(f"top-level/{name}", DROPPED, stray("", name, value))
    yield kind("top-level/registered-resources-unwrapped", DROPPED, _resources_at_top)


def _resources_at_top(config: Config, _: Random) -> Mutant | None:
    moved = {
        key: value
        for key, value in config.pop("registered_resources", {}).items()
        if value
    }
    if not moved or moved.keys() & config.keys():
        return None
    config.update(moved)
    return Mutant(config, tuple((key,) for key in moved))


def api_kinds() -> Iterator[Kind]:
    yield kind("apis/text", REFUSED, change("apis", "inference"))
    yield kind("apis/comma-text", REFUSED, change("apis", "inference, agents"))
    yield kind("apis/null", REFUSED, change("apis", None))
    yield kind("apis/mapping", REFUSED, change("apis", {"inference": True}))
    yield kind("apis/missing", WHOLE, drop("apis"))
    yield kind("apis/empty", WHOLE, change("apis", []))
    yield kind(
        "apis/entry-unknown",
        REFUSED,
        change("apis.*", "bogus", "responses", "memory", "file_processors"),
    )
    yield kind("apis/entry-mistyped", REFUSED, _api_mistyped)
    yield kind(
        "apis/entry-in-another-case", REFUSED, change("apis.*", "Inference", "SAFETY")
    )
    yield kind(
        "apis/entry-with-a-dash", REFUSED, change("apis.*", "vector-io", "tool-runtime")
    )
    yield kind("apis/entry-a-number", REFUSED, change("apis.*", 17))
    yield kind("apis/entry-null", REFUSED, change("apis.*", None))
    yield kind("apis/entry-a-mapping", REFUSED, change("apis.*", {"inference": {}}))
    yield kind("apis/entry-vector-dbs", REFUSED, _further_api("vector_dbs"))
    yield kind("apis/entry-telemetry", f"{UNMET} {WHOLE}", _further_api("telemetry"))
    for verdict, flags in ((WHOLE, ("yes", 1, "On")), (UNMET, ("no", "0", 0))):
        section = planted("telemetry", {}, "enabled", *flags)
        yield kind(
            f"apis/entry-telemetry-{verdict}",
            verdict,
            both(section, _further_api("telemetry")),
        )
    yield kind(
        "apis/entry-without-provider",
        UNMET,
        _further_api("batches", "post_training", "eval", "files"),
    )
    yield kind("apis/entry-twice", WHOLE, _api_twice)
    yield kind(
        "apis/entry-built-in",
        WHOLE,
        _further_api("inspect", "prompts", "conversations", "providers"),
    )
    yield kind("apis/entry-routed", WHOLE, _routed_api)
    yield kind("apis/needed-entry-removed", UNMET, _needed_entry_removed)
    yield kind(
        "apis/entry-by-variable",
        WHOLE,
        _further_api("${env.MY_API:=inspect}", "${env.MY_API:=prompts}"),
    )
    yield kind(
        "apis/entry-by-wrong-variable",
        REFUSED,
        _further_api("${env.MY_API:=bogus}", "${env.MY_API:=}"),
    )


def _api_mistyped(config: Config, rng: Random) -> Mutant | None:
    path = choose(config, rng, "apis.*")
    if path is None:
        return None
    put(config, path, typo(node(config, path), rng))
    return Mutant(config, (path,))


def _further_api(*names: str) -> Mutate:
    def mutate(config: Config, rng: Random) -> Mutant | None:
        fresh = [name for name in names if not config["providers"].get(name)]
        if not config.get("apis") or not fresh:
            return None
        config["apis"].append(rng.choice(fresh))
        return Mutant(config, (("apis", len(config["apis"]) - 1),))

    return mutate


def _api_twice(config: Config, rng: Random) -> Mutant | None:
    path = choose(config, rng, "apis.*")
    if path is None:
        return None
    config["apis"].append(node(config, path))
    return Mutant(config, (("apis", len(config["apis"]) - 1),))


def _needed_entry_removed(config: Config, rng: Random) -> Mutant | None:
    """A routed API that the agents need is not served any more, though it has providers."""
    found = [
        api
        for api in ("inference", "safety", "vector_io", "tool_runtime")
        if api in (config.get("apis") or [])
    ]
    if not found or not switched_on(config, "agents"):
        return None
    config["apis"].remove(rng.choice(found))
    return Mutant(config, holders=(("apis",),))


def _routed_api(config: Config, rng: Random) -> Mutant | None:
    apis = config.get("apis") or []
    routed = {
        "inference": "models",
        "safety": "shields",
        "vector_io": "vector_stores",
        "tool_runtime": "tool_groups",
    }
    fitting = [table for router, table in routed.items() if router in apis]
    if not fitting:
        return None
    apis.append(rng.choice(fitting))
    return Mutant(config, (("apis", len(apis) - 1),))
