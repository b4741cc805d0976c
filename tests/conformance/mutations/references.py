"""Faults in references to backends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any, Final

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
    Path,
    backends,
    choose,
    family,
    fitting,
    kind,
    node,
    planted,
    put,
    references,
    rename,
    typo,
)
from tests.conformance.mutations.samples import ENGINES, KV_REFERENCE, QUOTA


def _server_store(config: Config, rng: Random) -> Path | None:
    found = [path for path in references(config) if path[:2] == ("storage", "stores")]
    return rng.choice(found) if found else None


def _provider_store(wanted: str) -> Callable[[Config, Random], Path | None]:
    def find(config: Config, rng: Random) -> Path | None:
        found = [
            path
            for path in references(config)
            if path[0] == "providers" and family(config, path) == wanted
        ]
        return rng.choice(found) if found else None

    return find


def _nested_store(name: str) -> Callable[[Config, Random], Path | None]:
    return lambda config, rng: choose(
        config, rng, f"providers.agents.*.config.persistence.{name}"
    )


def _quota_store(config: Config, _: Random) -> Path:
    put(config, ("server", "quota"), fitting(config, QUOTA))
    return ("server", "quota", "kvstore")


REFERENCE_PLACES: Final[Mapping[str, Callable[[Config, Random], Path | None]]] = {
    "server-store": _server_store,
    "provider-kv": _provider_store("kv"),
    "provider-sql": _provider_store("sql"),
    "agent-state": _nested_store("agent_state"),
    "agent-responses": _nested_store("responses"),
    "quota": _quota_store,
}

Fault = Callable[[Config, Random, Path], Mutant | None]


def _name_field(config: Config, path: Path) -> str:
    return "namespace" if family(config, path) == "kv" else "table_name"


def _backend_is(make: Callable[[str, Random], Any]) -> Fault:
    def fault(config: Config, rng: Random, path: Path) -> Mutant | None:
        put(config, (*path, "backend"), make(str(node(config, path)["backend"]), rng))
        return Mutant(config, ((*path, "backend"),))

    return fault


def _name_is(make: Callable[[str], Any]) -> Fault:
    def fault(config: Config, _: Random, path: Path) -> Mutant | None:
        place = (*path, _name_field(config, path))
        put(config, place, make(str(node(config, place))))
        return Mutant(config, (place,))

    return fault


def _reference_is(value: Any) -> Fault:
    def fault(config: Config, _: Random, path: Path) -> Mutant | None:
        put(config, path, value)
        return Mutant(config, (path,))

    return fault


def _of_the_other_family(config: Config, _: Random, path: Path) -> Mutant | None:
    other = "sql" if family(config, path) == "kv" else "kv"
    if not backends(config, other):
        return None
    put(config, (*path, "backend"), backends(config, other)[-1])
    return Mutant(config, ((*path, "backend"),))


def _without(key: Callable[[Config, Path], str]) -> Fault:
    def fault(config: Config, _: Random, path: Path) -> Mutant | None:
        put(config, (*path, key(config, path)), ABSENT)
        return Mutant(config, holders=(path,))

    return fault


def _other_name(config: Config, path: Path) -> str:
    return "table_name" if family(config, path) == "kv" else "namespace"


def _names_swapped(config: Config, _: Random, path: Path) -> Mutant | None:
    new = rename(config, (*path, _name_field(config, path)), _other_name(config, path))
    return Mutant(config, (new,), (path,))


def _with_key(key: Callable[[Config, Path], str], value: Any) -> Fault:
    def fault(config: Config, _: Random, path: Path) -> Mutant | None:
        place = (*path, key(config, path))
        put(config, place, value)
        return Mutant(config, (place,))

    return fault


def _key_mistyped(config: Config, rng: Random, path: Path) -> Mutant | None:
    key = rng.choice(["backend", _name_field(config, path)])
    return Mutant(config, (rename(config, (*path, key), typo(key, rng)),), (path,))


def _half_inline(config: Config, _: Random, path: Path) -> Mutant | None:
    put(config, (*path, "type"), "sqlite")
    put(config, (*path, "db_path"), "/data/old.db")
    return Mutant(config, ((*path, "type"), (*path, "db_path")))


INLINE: Final = {"type": "sqlite", "db_path": "${env.SQLITE_STORE_DIR:=/data}/old.db"}

REFERENCE_FAULTS: Final[Mapping[str, tuple[str, Fault]]] = {
    "backend-unknown": (REFUSED, _backend_is(lambda _, __: "nope")),
    "backend-mistyped": (REFUSED, _backend_is(lambda name, rng: typo(name, rng) + "_")),
    "backend-empty": (REFUSED, _backend_is(lambda _, __: "")),
    "backend-in-another-case": (REFUSED, _backend_is(lambda name, _: name.swapcase())),
    "backend-with-spaces": (REFUSED, _backend_is(lambda name, _: f" {name} ")),
    "backend-null": (REFUSED, _backend_is(lambda _, __: None)),
    "backend-a-number": (REFUSED, _backend_is(lambda _, __: 17)),
    "backend-a-list": (REFUSED, _backend_is(lambda name, _: [name])),
    "backend-inline": (REFUSED, _backend_is(lambda _, __: INLINE)),
    "backend-by-variable": (
        WHOLE,
        _backend_is(lambda name, _: "${env.MY_BACKEND:=" + name + "}"),
    ),
    "backend-by-wrong-variable": (
        REFUSED,
        _backend_is(lambda _, __: "${env.MY_BACKEND:=nope}"),
    ),
    "backend-by-empty-variable": (
        REFUSED,
        _backend_is(lambda _, __: "${env.MY_BACKEND:=}"),
    ),
    "backend-by-old-variable": (
        REFUSED,
        _backend_is(lambda name, _: "${env.MY_BACKEND:" + name + "}"),
    ),
    "backend-of-the-other-family": (REFUSED, _of_the_other_family),
    "backend-missing": (REFUSED, _without(lambda _, __: "backend")),
    "name-missing": (REFUSED, _without(_name_field)),
    "name-null": (REFUSED, _name_is(lambda _: None)),
    "name-a-number": (REFUSED, _name_is(lambda _: 17)),
    "name-a-list": (REFUSED, _name_is(lambda name: [name])),
    "name-empty": (WHOLE, _name_is(lambda _: "")),
    "name-by-variable": (WHOLE, _name_is(lambda name: "${env.MY_NAME:=" + name + "}")),
    "name-by-empty-variable": (REFUSED, _name_is(lambda _: "${env.MY_NAME:=}")),
    "name-by-variable-of-digits": (REFUSED, _name_is(lambda _: "${env.MY_NAME:=123}")),
    "name-of-the-other-family": (REFUSED, _names_swapped),
    "both-names": (DROPPED, _with_key(_other_name, "mine")),
    "stray-key": (DROPPED, _with_key(lambda _, __: "db_path", "/data/x.db")),
    "stray-empty-key": (WHOLE, _with_key(lambda _, __: "db_path", None)),
    "key-mistyped": (REFUSED, _key_mistyped),
    "half-inline": (DROPPED, _half_inline),
    "inline": (REFUSED, _reference_is(INLINE)),
    "text": (REFUSED, _reference_is("kv_default")),
    "list": (REFUSED, _reference_is([KV_REFERENCE])),
    "empty": (REFUSED, _reference_is({})),
    "null": (f"{REFUSED} {WHOLE}", _reference_is(None)),
}

FILLED_IN: Final = ("backend-by-empty-variable", "name-by-empty-variable")
"""Faults that are none at a provider: a variable without a value is a setting that its user fills in."""


def _faulty(find: Callable[[Config, Random], Path | None], fault: Fault) -> Mutate:
    def mutate(config: Config, rng: Random) -> Mutant | None:
        path = find(config, rng)
        return None if path is None else fault(config, rng, path)

    return mutate


def reference_kinds() -> Iterator[Kind]:
    for place, find in REFERENCE_PLACES.items():
        for name, (expected, fault) in REFERENCE_FAULTS.items():
            if place not in ("server-store", "quota") and name in FILLED_IN:
                expected = WHOLE
            yield kind(f"{place}/{name}", expected, _faulty(find, fault))
    yield kind("backend/renamed-everywhere", WHOLE, _renamed_everywhere)
    yield kind("backend/one-for-each-reference", WHOLE, _one_each)
    for engine in ENGINES:
        yield kind(f"{engine}/used-by-all", WHOLE, _moved_to(engine))
    yield kind("quota-section/right", WHOLE, planted("server.quota", QUOTA))
    yield kind("quota-section/empty", REFUSED, planted("server.quota", {}))
    yield kind("quota-section/null", WHOLE, planted("server.quota", None))
    yield kind(
        "quota-section/stray-key",
        DROPPED,
        planted("server.quota", QUOTA, "db_path", "/data/q.db"),
    )
    yield kind(
        "quota-section/period-unknown",
        REFUSED,
        planted("server.quota", QUOTA, "period", "week", "Day", 1, None),
    )
    yield kind(
        "quota-section/count-a-word",
        REFUSED,
        planted("server.quota", QUOTA, "anonymous_max_requests", "many", None, 1.5),
    )
    yield kind(
        "quota-section/count-text",
        WHOLE,
        planted("server.quota", QUOTA, "authenticated_max_requests", "70"),
    )


def _renamed_everywhere(config: Config, rng: Random) -> Mutant | None:
    path = choose(config, rng, "storage.backends.*")
    if path is None:
        return None
    renamed: list[Path] = []
    for reference in references(config):
        if node(config, reference)["backend"] == path[-1]:
            put(config, (*reference, "backend"), "my-own name.1")
            renamed.append(reference)
    rename(config, path, "my-own name.1")
    # stores that a later release puts on this backend, since the file leaves them out, are looked for here
    holders = (("storage", "stores"), ("storage", "backends"))
    # one that a later release has in the other family is refused under the new name, too
    return Mutant(config, entries=tuple(renamed), holders=holders)


def _one_each(config: Config, _: Random) -> Mutant | None:
    for number, path in enumerate(references(config)):
        engine = f"{family(config, path)}_sqlite"
        put(
            config,
            ("storage", "backends", f"b{number}"),
            {"type": engine, "db_path": f"/data/{number}.db"},
        )
        put(config, (*path, "backend"), f"b{number}")
    return Mutant(config)


def _moved_to(engine: str) -> Mutate:
    def mutate(config: Config, _: Random) -> Mutant | None:
        config["storage"]["backends"][MINE] = dict(ENGINES[engine])
        for path in references(config):
            if family(config, path) == engine.split("_")[0]:
                put(config, (*path, "backend"), MINE)
        return Mutant(config)

    return mutate
