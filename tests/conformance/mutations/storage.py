"""Faults in `storage` and its backends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from tests.conformance.mutations.language import (
    ABSENT,
    DROPPED,
    MINE,
    REFUSED,
    WHOLE,
    Config,
    Kind,
    Mutant,
    Mutate,
    both,
    change,
    choose,
    drop,
    given,
    kind,
    named,
    node,
    planted,
    put,
    stray,
)
from tests.conformance.mutations.samples import (
    ENGINES,
    KV_REFERENCE,
    LIST,
    MAPPING,
    ODD_VARIABLES,
    SQL_REFERENCE,
    TEXT,
)


def storage_kinds() -> Iterator[Kind]:
    yield kind("storage/missing", REFUSED, drop("storage"))
    yield kind("storage/null", REFUSED, change("storage", None))
    yield kind("storage/text", REFUSED, change("storage", "sqlite"))
    yield kind("storage/list", REFUSED, change("storage", [{"backends": {}}]))
    yield kind("storage/empty", REFUSED, change("storage", {}))
    yield kind("storage/mistyped", REFUSED, named("storage"))
    yield kind("storage/stray-key", DROPPED, stray("storage", "my_key", TEXT, MAPPING))
    yield kind(
        "storage/stray-empty-key", WHOLE, stray("storage", "my_key", None, {}, [])
    )
    yield kind(
        "storage/stores-as-references", REFUSED, named("storage.stores", "references")
    )
    yield kind(
        "storage/references-too",
        DROPPED,
        stray("storage", "references", {"metadata": KV_REFERENCE}),
    )
    yield kind("storage/stores-missing", REFUSED, drop("storage.stores"))
    yield kind("storage/stores-null", REFUSED, change("storage.stores", None))
    yield kind("storage/stores-empty", REFUSED, change("storage.stores", {}))
    yield kind(
        "storage/stores-list",
        REFUSED,
        change("storage.stores", [{"metadata": KV_REFERENCE}]),
    )
    yield kind("storage/stores-mistyped", REFUSED, named("storage.stores"))
    yield kind("storage/backends-missing", REFUSED, drop("storage.backends"))
    yield kind("storage/backends-null", REFUSED, change("storage.backends", None))
    yield kind("storage/backends-empty", REFUSED, change("storage.backends", {}))
    yield kind(
        "storage/backends-text", REFUSED, change("storage.backends", "kv_sqlite")
    )
    yield kind("storage/backends-list", REFUSED, _backends_as_list)
    yield kind("storage/backends-mistyped", REFUSED, named("storage.backends"))
    yield kind(
        "storage/store-directly-below", REFUSED, one_level_up("storage.stores.*")
    )
    yield kind("storage/backends-directly-below", REFUSED, _backends_unwrapped)
    yield kind("storage/stores-in-backends", REFUSED, _stores_in_backends)
    for name in ("metadata", "inference", "conversations"):
        # what nobody serves needs no store
        missing, other = (
            (f"{REFUSED} {WHOLE}", f"{REFUSED} {DROPPED}")
            if name == "inference"
            else (REFUSED, REFUSED)
        )
        yield kind(f"stores/{name}-missing", missing, drop(f"storage.stores.{name}"))
        yield kind(f"stores/{name}-mistyped", other, named(f"storage.stores.{name}"))
        yield kind(
            f"stores/{name}-under-its-old-name",
            other,
            named(f"storage.stores.{name}", f"{name}_store"),
        )
    yield kind(
        "stores/unknown", DROPPED, stray("storage.stores", "my_store", KV_REFERENCE)
    )
    yield kind(
        "stores/unknown-and-empty", WHOLE, stray("storage.stores", "my_store", None, {})
    )
    yield kind(
        "stores/of-a-later-release",
        DROPPED,
        stray("storage.stores", "prompts", KV_REFERENCE),
    )
    yield kind(
        "stores/responses", DROPPED, planted("storage.stores.responses", SQL_REFERENCE)
    )
    yield kind(
        "stores/responses-null", WHOLE, stray("storage.stores", "responses", None)
    )
    yield kind(
        "stores/responses-unknown-backend",
        REFUSED,
        planted("storage.stores.responses", SQL_REFERENCE, "backend", "nope", "kv"),
    )
    yield kind(
        "stores/queue-settings",
        WHOLE,
        given("storage.stores.inference.max_write_queue_size", 5, "5"),
    )
    yield kind(
        "stores/queue-size-a-word",
        REFUSED,
        given("storage.stores.inference.max_write_queue_size", "many"),
    )
    yield kind(
        "stores/num-writers-null",
        REFUSED,
        given("storage.stores.inference.num_writers", None),
    )
    yield kind(
        "stores/num-writers-mistyped",
        DROPPED,
        named("storage.stores.inference.num_writers"),
    )
    yield kind(
        "stores/num-writers-text",
        WHOLE,
        given("storage.stores.inference.num_writers", "8"),
    )
    yield kind(
        "stores/num-writers-a-fraction",
        REFUSED,
        given("storage.stores.inference.num_writers", 1.5),
    )
    yield kind(
        "stores/num-writers-by-variable",
        WHOLE,
        given("storage.stores.inference.num_writers", "${env.N:=8}"),
    )
    yield kind(
        "stores/queue-settings-at-conversations",
        DROPPED,
        given("storage.stores.conversations.num_writers", 4),
    )


def _backends_as_list(config: Config, _: Random) -> Mutant | None:
    section = config["storage"]["backends"]
    config["storage"]["backends"] = [
        {"name": name, **each} for name, each in section.items()
    ]
    return Mutant(config, (("storage", "backends"),))


def one_level_up(pattern: str) -> Mutate:
    def mutate(config: Config, rng: Random) -> Mutant | None:
        path = choose(config, rng, pattern)
        if (
            path is None
            or not isinstance(path[-1], str)
            or not isinstance(node(config, path[:-2]), dict)
        ):
            return None
        new = (*path[:-2], path[-1])
        if path[-1] in node(config, path[:-2]):
            return None
        value = node(config, path)
        put(config, path, ABSENT)
        put(config, new, value)
        return Mutant(config, (new,), (path[:-1],))

    return mutate


def _backends_unwrapped(config: Config, _: Random) -> Mutant | None:
    section = config["storage"].pop("backends")
    config["storage"].update(section)
    return Mutant(config, tuple(("storage", name) for name in section), (("storage",),))


def _stores_in_backends(config: Config, _: Random) -> Mutant | None:
    config["storage"]["backends"]["stores"] = config["storage"].pop("stores")
    return Mutant(config, (("storage", "backends", "stores"),), (("storage",),))


def backend_kinds() -> Iterator[Kind]:
    extra = f"storage.backends.{MINE}"
    yield kind("backend/type-missing", REFUSED, drop("storage.backends.*.type"))
    yield kind("backend/type-null", REFUSED, change("storage.backends.*.type", None))
    yield kind("backend/type-a-number", REFUSED, change("storage.backends.*.type", 17))
    yield kind("backend/type-mistyped-key", REFUSED, named("storage.backends.*.type"))
    yield kind(
        "backend/type-legacy",
        REFUSED,
        change("storage.backends.*.type", "sqlite", "postgres", "redis", "mongodb"),
    )
    yield kind(
        "backend/type-unknown",
        REFUSED,
        change("storage.backends.*.type", "kv_dynamo", "sql_mysql", "kv-sqlite"),
    )
    yield kind(
        "backend/type-in-another-case",
        REFUSED,
        change("storage.backends.*.type", "KV_SQLITE", "Sql_Postgres"),
    )
    yield kind("backend/type-of-the-other-family", REFUSED, _family_swapped)
    yield kind("backend/type-by-variable", WHOLE, _type_by_variable)
    yield kind(
        "backend/type-by-legacy-variable",
        REFUSED,
        change("storage.backends.*.type", "${env.MY_TYPE:=sqlite}"),
    )
    yield kind("backend/null", REFUSED, change("storage.backends.*", None))
    yield kind(
        "backend/text", REFUSED, change("storage.backends.*", "sqlite:///data/kv.db")
    )
    yield kind("backend/list", REFUSED, change("storage.backends.*", LIST))
    yield kind("backend/empty", REFUSED, change("storage.backends.*", {}))
    yield kind("backend/missing", REFUSED, drop("storage.backends.*"))
    yield kind("backend/name-mistyped", REFUSED, named("storage.backends.*"))
    yield kind(
        "backend/stray-key",
        DROPPED,
        stray("storage.backends.*", "my_key", TEXT, MAPPING, 0),
    )
    yield kind(
        "backend/stray-empty-key",
        WHOLE,
        stray("storage.backends.*", "my_key", None, "", []),
    )
    yield kind(
        "backend/config-one-level-too-deep",
        f"{REFUSED} {DROPPED}",  # redis has a default for each setting
        wrap("storage.backends.*", "config"),
    )
    for engine, settings in ENGINES.items():
        yield kind(f"{engine}/unused-and-right", WHOLE, planted(extra, settings))
        yield kind(
            f"{engine}/stray-key",
            DROPPED,
            planted(extra, settings, "my_key", TEXT, 17, MAPPING),
        )
        yield kind(
            f"{engine}/key-mistyped",
            f"{REFUSED} {DROPPED} {WHOLE}",
            both(planted(extra, settings), named(f"{extra}.*")),
        )
        if "db_path" in settings:
            yield kind(
                f"{engine}/db-path-missing",
                REFUSED,
                planted(extra, settings, "db_path", ABSENT),
            )
            yield kind(
                f"{engine}/db-path-wrong",
                REFUSED,
                planted(extra, settings, "db_path", None, 17, LIST, MAPPING, True),
            )
            yield kind(
                f"{engine}/db-path-by-empty-variable",
                REFUSED,
                planted(extra, settings, "db_path", "${env.MY_PATH:=}"),
            )
            yield kind(
                f"{engine}/db-path-by-digits",
                REFUSED,
                planted(extra, settings, "db_path", "${env.MY_PATH:=1234}"),
            )
            yield kind(
                f"{engine}/server-settings",
                DROPPED,
                planted(extra, settings, "host", "localhost"),
            )
            yield kind(
                f"{engine}/path",
                REFUSED,
                both(planted(extra, settings), named(f"{extra}.db_path", "path")),
            )
            yield kind(
                f"{engine}/db-path-odd-variable",
                WHOLE,
                planted(extra, settings, "db_path", *ODD_VARIABLES),
            )
        else:
            yield kind(
                f"{engine}/port-list",
                REFUSED,
                planted(extra, settings, "port", LIST, MAPPING, None),
            )
            yield kind(
                f"{engine}/port-text", WHOLE, planted(extra, settings, "port", "5433")
            )
            yield kind(
                f"{engine}/port-by-variable",
                WHOLE,
                planted(extra, settings, "port", "${env.MY_PORT:=5433}"),
            )
            yield kind(
                f"{engine}/host-wrong",
                REFUSED,
                planted(extra, settings, "host", 17, None, LIST, {}),
            )
            yield kind(
                f"{engine}/db-path",
                DROPPED,
                planted(extra, settings, "db_path", "/data/x.db"),
            )
            yield kind(
                f"{engine}/url",
                DROPPED,
                planted(extra, settings, "url", "http://there"),
            )
        if "password" in settings:
            yield kind(
                f"{engine}/password-a-number",
                REFUSED,
                planted(extra, settings, "password", 1234),
            )
            yield kind(
                f"{engine}/password-of-digits",
                REFUSED,
                planted(extra, settings, "password", "${env.MY_PASS:=1234}"),
            )
            yield kind(
                f"{engine}/password-true",
                REFUSED,
                planted(extra, settings, "password", "${env.MY_PASS:=true}"),
            )
            yield kind(
                f"{engine}/password-empty",
                WHOLE,
                planted(extra, settings, "password", "${env.MY_PASS:=}", None, ""),
            )
            yield kind(
                f"{engine}/password-conditional",
                WHOLE,
                planted(extra, settings, "password", "${env.MY_PASS:+x}"),
            )
            yield kind(
                f"{engine}/db-wrong",
                REFUSED,
                planted(extra, settings, "db", None, 17, LIST),
            )
        yield kind(f"{engine}/namespace-wrong", *_namespace_wrong(engine, settings))
    for engine in ("kv_postgres", "sql_postgres"):
        yield kind(
            f"{engine}/user-missing",
            REFUSED,
            planted(extra, ENGINES[engine], "user", ABSENT),
        )
        yield kind(
            f"{engine}/user-null",
            REFUSED,
            planted(extra, ENGINES[engine], "user", None, "${env.MY_USER:=}"),
        )
        yield kind(
            f"{engine}/port-a-word",
            WHOLE,
            planted(extra, ENGINES[engine], "port", "abc"),
        )
    for engine in ("kv_redis", "kv_mongodb"):
        yield kind(
            f"{engine}/port-a-word",
            REFUSED,
            planted(extra, ENGINES[engine], "port", "abc", "${env.MY_PORT:=abc}"),
        )
    yield kind(
        "kv_postgres/table-name-wrong",
        REFUSED,
        planted(extra, ENGINES["kv_postgres"], "table_name", 17, None),
    )
    yield kind(
        "kv_postgres/table-name-not-sql",
        WHOLE,
        planted(extra, ENGINES["kv_postgres"], "table_name", "1-a b"),
    )
    yield kind(
        "kv_mongodb/user-left-out",
        WHOLE,
        planted(extra, ENGINES["kv_mongodb"], "user", ABSENT, None),
    )
    yield kind(
        "sql_postgres/ssl-mode",
        DROPPED,
        planted(extra, ENGINES["sql_postgres"], "ssl_mode", "require"),
    )
    yield kind(
        "sql_postgres/table-name",
        DROPPED,
        planted(extra, ENGINES["sql_postgres"], "table_name", "t"),
    )
    yield kind(
        "sql_postgres/pool",
        DROPPED,
        planted(extra, ENGINES["sql_postgres"], "pool_size", 5),
    )
    yield kind(
        "sql_sqlite/table-name",
        DROPPED,
        planted(extra, ENGINES["sql_sqlite"], "table_name", "t"),
    )
    yield kind(
        "kv_sqlite/table-name",
        DROPPED,
        planted(extra, ENGINES["kv_sqlite"], "table_name", "t"),
    )
    yield kind(
        "kv_redis/password",
        DROPPED,
        planted(extra, ENGINES["kv_redis"], "password", "p"),
    )
    yield kind("kv_redis/defaults-alone", WHOLE, planted(extra, {"type": "kv_redis"}))
    yield kind(
        "kv_mongodb/defaults-alone", WHOLE, planted(extra, {"type": "kv_mongodb"})
    )


def _namespace_wrong(engine: str, settings: Mapping[str, Any]) -> tuple[str, Mutate]:
    """A namespace is for KV backends; an SQL backend does not know it."""
    extra = f"storage.backends.{MINE}"
    if engine.startswith("kv_"):
        return REFUSED, planted(extra, settings, "namespace", 17, LIST)
    return DROPPED, planted(extra, settings, "namespace", "mine")


def _family_swapped(config: Config, rng: Random) -> Mutant | None:
    path = choose(
        config, rng, "storage.backends.*.type", lambda value: value in ENGINES
    )
    if path is None:
        return None
    other = {
        "kv_sqlite": "sql_sqlite",
        "sql_sqlite": "kv_sqlite",
        "kv_postgres": "sql_postgres",
    }
    put(
        config,
        path,
        other.get(
            node(config, path),
            "kv_postgres" if "sql" in node(config, path) else "sql_postgres",
        ),
    )
    return Mutant(config, (path,), (path[:-1],))


def _type_by_variable(config: Config, rng: Random) -> Mutant | None:
    path = choose(
        config, rng, "storage.backends.*.type", lambda value: value in ENGINES
    )
    if path is None:
        return None
    put(config, path, "${env.MY_TYPE:=" + node(config, path) + "}")
    return Mutant(config, (path,))


def wrap(pattern: str, key: str, keep: tuple[str, ...] = ("type",)) -> Mutate:
    """What a mapping holds, one level too deep, but for the keys to keep."""

    def mutate(config: Config, rng: Random) -> Mutant | None:
        path = choose(config, rng, pattern, lambda value: isinstance(value, dict))
        if path is None:
            return None
        held = node(config, path)
        inner = {name: held.pop(name) for name in list(held) if name not in keep}
        if not inner:
            return None
        held[key] = inner
        return Mutant(config, ((*path, key),), (path,))

    return mutate
