"""Faults made in run configs of 0.3 on purpose, and changes that do no harm, each kind under a name.

A kind changes the data of a config and says where a complaint would be right. What a release makes of it is for the
release to say; `expected` is what was measured, so that a kind that no longer does what its name says is noticed.

Two things that no judge can see without starting a server are kept out: a resource that names a provider which is not
there, and a variable without a default in a place where any text will not do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final

import yaml

Config = dict[str, Any]
Path = tuple[str | int, ...]
Where = Callable[[Any], bool]

REFUSED: Final = "refused"
DROPPED: Final = "dropped"
UNMET: Final = "unmet"
WHOLE: Final = "whole"

BLOCK, FLOW, INDENTED, COMMENTED, JSON = (
    "block",
    "flow",
    "indented",
    "commented",
    "json",
)

DISABLED: Final = (None, "", "__disabled__")
ABSENT: Final = object()
"""A value that is not there: putting it removes the key."""

MINE: Final = "mine_extra"
"""The name of a backend that a mutation brings along."""


@dataclass(frozen=True)
class Mutant:
    """A changed config.

    A complaint is right at the key of one of `entries` or anywhere below it, or at the key of one of `holders`, which
    lack something.
    """

    config: Config
    entries: tuple[Path, ...] = ()
    holders: tuple[Path, ...] = ()
    style: str = BLOCK

    @property
    def text(self) -> str:
        """The config as YAML."""
        return written(self.config, self.style)


Mutate = Callable[[Config, Random], Mutant | None]


@dataclass(frozen=True)
class Kind:
    """A way to change a config; `expected` is empty where the verdict depends on what is hit."""

    name: str
    expected: frozenset[str]
    mutate: Mutate
    expected_by: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def expects(self, release: str) -> frozenset[str]:
        """The verdicts that this release was seen to give."""
        return self.expected_by.get(release, self.expected)

    def mutant(self, config: Config, seed: str) -> Mutant | None:
        """A mutant of a copy, the same for the same seed; none where there is nothing to change."""
        mutant = self.mutate(_copy(config), Random(f"{seed} {self.name}"))
        if mutant is None or orphans(mutant.config) - orphans(config):
            return None
        dangling = [
            path for path in _dangling(mutant.config) if path not in _dangling(config)
        ]
        return replace(mutant, entries=(*mutant.entries, *dangling))


def written(config: Config, style: str = BLOCK) -> str:
    """The config as YAML, every value where it stands and nowhere as an alias."""
    if style == JSON:
        return json.dumps(config, indent=2) + "\n"
    flow, indent = style == FLOW and None, 6 if style == INDENTED else 2
    text = yaml.dump(
        config,
        Dumper=_Plain,
        sort_keys=False,
        width=10_000,
        default_flow_style=flow,
        indent=indent,
    )
    if style != COMMENTED:
        return text
    lines = [
        f"# a comment: {number}\n{line} # and one more\n"
        for number, line in enumerate(text.splitlines())
    ]
    return "".join(lines)


class _Plain(yaml.CSafeDumper):
    def ignore_aliases(self, _: object) -> bool:
        return True


def orphans(config: Config) -> set[tuple[str, str]]:
    """Resources, by section and provider, whose provider is nowhere: registration fails, which no judge sees."""
    there = {_text(entry.get("provider_id")) for _, entry in _providers(config)}
    resources = config.get("registered_resources")
    named = {
        (section, _text(each["provider_id"]))
        for section, entries in (
            resources.items() if isinstance(resources, dict) else ()
        )
        for each in (entries if isinstance(entries, list) else ())
        if isinstance(each, dict)
        and isinstance(each.get("provider_id"), str)
        and each["provider_id"] not in DISABLED
    }
    return {(section, name) for section, name in named if name not in there}


def _text(value: object) -> str:
    """A provider's name, without the condition that switches it."""
    text = str(value)
    return (
        text.split(":+", 1)[1].rstrip("}")
        if text.startswith("${env.") and ":+" in text
        else text
    )


def _copy(value: Any) -> Any:
    """A copy in which nothing is shared, whatever was an alias before."""
    if isinstance(value, dict):
        return {key: _copy(each) for key, each in value.items()}
    return [_copy(each) for each in value] if isinstance(value, list) else value


# finding and changing what is there


def node(config: Any, path: Path) -> Any:
    """What stands at a path."""
    for step in path:
        config = config[step]
    return config


def spots(config: Any, pattern: str) -> list[Path]:
    """The paths that a pattern with `*` for any key or index matches."""
    found: list[Path] = [()]
    for step in pattern.split("."):
        found = [
            (*path, key)
            for path in found
            for key in _keys(node(config, path))
            if step in ("*", str(key))
        ]
    return found


def _keys(value: Any) -> list[Any]:
    return (
        list(value)
        if isinstance(value, dict)
        else list(range(len(value)))
        if isinstance(value, list)
        else []
    )


def put(config: Config, path: Path, value: Any) -> None:
    """Set what stands at a path, or remove it; mappings on the way are made."""
    for step in path[:-1]:
        if isinstance(step, str) and not isinstance(config.get(step), dict | list):
            config[step] = {}
        config = config[step]
    if value is ABSENT:
        del config[path[-1]]
    else:
        config[path[-1]] = _copy(value)


def rename(config: Config, path: Path, name: Any) -> Path:
    """Give a key another name, at the same place in the order."""
    holder = node(config, path[:-1])
    entries = [
        (name if key == path[-1] else key, value) for key, value in holder.items()
    ]
    holder.clear()
    holder.update(entries)
    return (*path[:-1], name)


def typo(word: str, rng: Random) -> str:
    """The word with one letter too few, too many, or in the wrong order."""
    at = rng.randrange(len(word)) if word else 0
    forms = [
        word[:at] + word[at + 1 :],
        word[:at] + word[at : at + 1] * 2 + word[at + 1 :],
        word[1:2] + word[:1] + word[2:],
    ]
    return rng.choice([each for each in forms if each and each != word] or [f"{word}x"])


def _any(_: Any) -> bool:
    return True


def _chosen(
    config: Config, rng: Random, pattern: str, where: Where = _any
) -> Path | None:
    """One of the places that match, outside of providers that are switched off."""
    off = {
        path for path, entry in _entries(config) if entry.get("provider_id") in DISABLED
    }
    found = [
        path
        for path in spots(config, pattern)
        if path[:3] not in off and where(node(config, path))
    ]
    return rng.choice(found) if found else None


def _entries(config: Config) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The provider entries that are mappings."""
    for path in spots(config, "providers.*.*"):
        entry = node(config, path)
        if isinstance(entry, dict) and isinstance(path[2], int):
            yield path, entry


def _providers(config: Config) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The provider entries that are not switched off."""
    return (
        (path, entry)
        for path, entry in _entries(config)
        if entry.get("provider_id") not in DISABLED
    )


def references(config: Config) -> list[Path]:
    """Every store reference of an enabled consumer: a mapping with a backend."""
    found = [*spots(config, "storage.stores.*"), *spots(config, "server.quota.kvstore")]
    for path, _ in _providers(config):
        found += [path + below for below in ((), *_below(node(config, path)))]
    return [
        path
        for path in found
        if isinstance(node(config, path), dict) and "backend" in node(config, path)
    ]


def _below(value: Any) -> Iterator[Path]:
    for key in _keys(value):
        yield (key,)
        yield from ((key, *rest) for rest in _below(value[key]))


def _dangling(config: Config) -> list[Path]:
    """The backends of references that lead to none, or to one of the other family."""
    storage = config.get("storage")
    if not isinstance(storage, dict) or not isinstance(storage.get("backends"), dict):
        return []
    lost = []
    for path in references(config):
        name = node(config, path)["backend"]
        there = isinstance(name, str) and (
            "${" in name or name in backends(config, family(config, path))
        )
        if not there:
            lost.append((*path, "backend"))
    return lost


def family(config: Config, path: Path) -> str:
    """The family of stores that a reference is of, by its name field."""
    return "kv" if "namespace" in node(config, path) else "sql"


def backends(config: Config, kind: str) -> list[str]:
    """The names of the backends of a family."""
    section = config["storage"]["backends"]
    return [
        name
        for name, each in section.items()
        if isinstance(each, dict) and str(each.get("type")).startswith(kind)
    ]


# makers of kinds


def change(pattern: str, *values: Any, where: Where = _any) -> Mutate:
    """Another value at a place that is there."""

    def mutate(config: Config, rng: Random) -> Mutant | None:
        path = _chosen(config, rng, pattern, where)
        if path is None:
            return None
        put(config, path, rng.choice(values))
        return Mutant(config, (path,))

    return mutate


def drop(pattern: str, where: Where = _any) -> Mutate:
    """A key or an entry less."""

    def mutate(config: Config, rng: Random) -> Mutant | None:
        path = _chosen(config, rng, pattern, where)
        if path is None:
            return None
        put(config, path, ABSENT)
        return Mutant(config, holders=(path[:-1],))

    return mutate


def named(pattern: str, name: str = "", where: Where = _any) -> Mutate:
    """A key under another name: a given one, or its own with a typo."""

    def mutate(config: Config, rng: Random) -> Mutant | None:
        path = _chosen(config, rng, pattern, where)
        if path is None:
            return None
        new = name or typo(str(path[-1]), rng)
        if new in node(config, path[:-1]):
            return None
        return Mutant(config, (rename(config, path, new),), holders=(path[:-1],))

    return mutate


def cased(pattern: str) -> Mutate:
    """A key with its letters in another case."""

    def mutate(config: Config, rng: Random) -> Mutant | None:
        path = _chosen(config, rng, pattern)
        if path is None:
            return None
        key = str(path[-1])
        new = rng.choice([key.upper(), key.capitalize()])
        return Mutant(config, (rename(config, path, new),), holders=(path[:-1],))

    return mutate


def stray(pattern: str, key: Any, *values: Any, where: Where = _any) -> Mutate:
    """A further key in a mapping; an empty pattern is the config itself."""

    def mutate(config: Config, rng: Random) -> Mutant | None:
        path = _chosen(config, rng, pattern, where) if pattern else ()
        if (
            path is None
            or not isinstance(node(config, path), dict)
            or key in node(config, path)
        ):
            return None
        put(config, (*path, key), rng.choice(values))
        return Mutant(config, ((*path, key),))

    return mutate


def planted(
    path: str, value: Any, at: str = "", *faults: Any, against: str = ""
) -> Mutate:
    """A piece that is right by itself, put in with a fault: another value `at` a place in it, or nothing there.

    The fault may be one only together with what stands `against` it.
    """

    def mutate(config: Config, rng: Random) -> Mutant | None:
        root = tuple(path.split("."))
        put(config, root, _fitting(config, value))
        if not faults:
            return Mutant(config, (root,))
        place = (*root, *(_step(each) for each in at.split(".") if at))
        fault = rng.choice(faults)
        put(config, place, fault)
        if fault is ABSENT:
            return Mutant(config, holders=(place[:-1],))
        other = (
            ((*root, *(_step(each) for each in against.split("."))),) if against else ()
        )
        return Mutant(config, (place, *other), (place[:-1],) if fault is None else ())

    return mutate


def _step(text: str) -> str | int:
    return int(text) if text.isdigit() else text


def _fitting(config: Config, value: Any) -> Any:
    """The piece with `KV` and `SQL` replaced by the names of backends that the config has."""
    if isinstance(value, dict):
        return {key: _fitting(config, each) for key, each in value.items()}
    if isinstance(value, list):
        return [_fitting(config, each) for each in value]
    if value in ("KV", "SQL"):
        return backends(config, str(value).lower())[0]
    return value


def given(path: str, *values: Any) -> Mutate:
    """One of the values at a place, whether something is there or not."""

    def mutate(config: Config, rng: Random) -> Mutant | None:
        place = tuple(path.split("."))
        put(config, place, rng.choice(values))
        return Mutant(config, (place,))

    return mutate


def provider(api: str, entry: Mapping[str, Any], at: str = "", *faults: Any) -> Mutate:
    """A further provider of an API, with a fault where one is given."""

    def mutate(config: Config, rng: Random) -> Mutant | None:
        if api in ("vector_io", "safety") and not _on(config, "inference"):
            return None
        group = config["providers"].setdefault(api, [])
        if config.get("apis") and api not in config["apis"]:
            config["apis"].append(api)
        group.append(_fitting(config, dict(entry)))
        root: Path = ("providers", api, len(group) - 1)
        if not faults:
            return Mutant(config, (root,))
        place = (*root, *(_step(each) for each in at.split(".") if at))
        fault = rng.choice(faults)
        put(config, place, fault)
        if fault is ABSENT:
            return Mutant(config, holders=(place[:-1],))
        return Mutant(config, (place,))

    return mutate


def both(first: Mutate, second: Mutate) -> Mutate:
    """Two changes, one after the other."""

    def mutate(config: Config, rng: Random) -> Mutant | None:
        done = first(config, rng)
        if done is None:
            return None
        then = second(done.config, rng)
        if then is None:
            return None
        return Mutant(
            then.config, done.entries + then.entries, done.holders + then.holders
        )

    return mutate


def restyled(style: str) -> Mutate:
    """The same data, written otherwise."""
    return lambda config, _: Mutant(config, style=style)


def kind(name: str, expected: str, mutate: Mutate, **by_release: str) -> Kind:
    """A kind whose verdicts are given as words; those of a release as `r0_3_0="…"`."""
    special = {
        key[1:].replace("_", "."): frozenset(value.split())
        for key, value in by_release.items()
    }
    return Kind(name, frozenset(expected.split()), mutate, special)


# what is written, in the kinds below


TEXT, NUMBER, FLAG, LIST, MAPPING, NOTHING = (
    "some text",
    17,
    True,
    ["one", "two"],
    {"some": "thing"},
    None,
)

OAUTH: Final = {
    "provider_config": {
        "type": "oauth2_token",
        "audience": "us",
        "jwks": {"uri": "http://keys", "key_recheck_period": 60},
    }
}
INTROSPECTED: Final = {"url": "http://who", "client_id": "me", "client_secret": "hush"}
GITHUB: Final = {
    "provider_config": {"type": "github_token", "claims_mapping": {"login": "roles"}}
}
CUSTOM: Final = {"provider_config": {"type": "custom", "endpoint": "http://auth"}}
KUBERNETES: Final = {
    "provider_config": {"type": "kubernetes", "api_server_url": "https://cluster:6443"}
}
RULE: Final = {
    "permit": {
        "principal": "me",
        "actions": ["create", "read"],
        "resource": "model::*",
    },
    "description": "mine",
}
RULES: Final = {
    **CUSTOM,
    "access_policy": [
        RULE,
        {"forbid": {"actions": "read"}, "unless": "user with admin in roles"},
    ],
}
CORS: Final = {
    "allow_origins": ["http://here"],
    "allow_methods": ["GET"],
    "allow_credentials": True,
    "max_age": 60,
}
QUOTA: Final = {
    "kvstore": {"backend": "KV", "namespace": "quota"},
    "anonymous_max_requests": 5,
    "authenticated_max_requests": 50,
    "period": "day",
}

ENGINES: Final[dict[str, dict[str, Any]]] = {
    "kv_sqlite": {"type": "kv_sqlite", "db_path": "/data/kv.db", "namespace": "mine"},
    "kv_redis": {
        "type": "kv_redis",
        "host": "redis",
        "port": 6379,
        "namespace": "mine",
    },
    "kv_postgres": {
        "type": "kv_postgres",
        "host": "pg",
        "port": 5432,
        "db": "d",
        "user": "u",
        "password": "${env.MY_PASSWORD:=}",
        "ssl_mode": "require",
        "ca_cert_path": "/ca.pem",
        "table_name": "kv",
        "namespace": "mine",
    },
    "kv_mongodb": {
        "type": "kv_mongodb",
        "host": "mongo",
        "port": 27017,
        "db": "d",
        "user": "u",
        "password": "${env.MY_PASSWORD:=}",
        "collection_name": "kv",
        "namespace": "mine",
    },
    "sql_sqlite": {"type": "sql_sqlite", "db_path": "/data/sql.db"},
    "sql_postgres": {
        "type": "sql_postgres",
        "host": "pg",
        "port": 5432,
        "db": "d",
        "user": "u",
        "password": "${env.MY_PASSWORD:=}",
    },
}

ODD_VARIABLES: Final = (
    "${env.MY_DIR:/data}/x.db",
    "${env.my_dir:=/data}/x.db",
    "$env.MY_DIR/x.db",
    "${MY_DIR}/x.db",
)
"""What no release of 0.3 takes for a variable: literal text."""

RESOURCES: Final[dict[str, dict[str, Any]]] = {
    "models": {
        "model_id": "m",
        "model_type": "embedding",
        "metadata": {"embedding_dimension": 8},
        "provider_model_id": "x",
    },
    "shields": {
        "shield_id": "s",
        "params": {"strict": True},
        "provider_shield_id": "x",
    },
    "datasets": {
        "dataset_id": "d",
        "purpose": "eval/messages-answer",
        "metadata": {"by": "me", "provider_id": "mine"},
        "source": {"type": "uri", "uri": "file:///d.csv"},
    },
    "scoring_fns": {
        "scoring_fn_id": "f",
        "return_type": {"type": "number"},
        "description": "mine",
        "metadata": {"a": 1},
    },
    "benchmarks": {
        "benchmark_id": "b",
        "dataset_id": "d",
        "scoring_functions": ["f"],
        "metadata": {"a": 1},
    },
    "tool_groups": {
        "toolgroup_id": "t",
        "provider_id": "mcp",
        "mcp_endpoint": {"uri": "http://tools"},
        "args": {"a": 1},
    },
}
MCP: Final = {
    "provider_id": "mcp",
    "provider_type": "remote::model-context-protocol",
    "config": {},
}

OLLAMA: Final = {
    "provider_id": "mine",
    "provider_type": "remote::ollama",
    "config": {"url": "http://ollama"},
}
VLLM: Final = {
    "provider_id": "mine",
    "provider_type": "remote::vllm",
    "config": {
        "url": "http://vllm/v1",
        "max_tokens": 64,
        "api_token": "${env.MY_TOKEN:=}",
        "tls_verify": True,
        "refresh_models": True,
    },
}
OPENAI: Final = {
    "provider_id": "mine",
    "provider_type": "remote::openai",
    "config": {
        "api_key": "${env.MY_KEY:=}",
        "base_url": "http://o/v1",
        "allowed_models": ["m"],
    },
}
BEDROCK: Final = {
    "provider_id": "mine",
    "provider_type": "remote::bedrock",
    "config": {
        "aws_access_key_id": "${env.MY_KEY:=}",
        "region_name": "r",
        "connect_timeout": 1.5,
        "total_max_attempts": 3,
    },
}
AZURE: Final = {
    "provider_id": "mine",
    "provider_type": "remote::azure",
    "config": {
        "api_key": "${env.MY_KEY:=}",
        "api_base": "https://a.example/",
        "api_version": "1",
    },
}
KV_REFERENCE: Final = {"backend": "KV", "namespace": "mine"}
SQL_REFERENCE: Final = {"backend": "SQL", "table_name": "mine"}
FAISS: Final = {
    "provider_id": "mine",
    "provider_type": "inline::faiss",
    "config": {"persistence": KV_REFERENCE},
}
SQLITE_VEC: Final = {
    "provider_id": "mine",
    "provider_type": "inline::sqlite-vec",
    "config": {"db_path": "/data/v.db", "persistence": KV_REFERENCE},
}
CHROMA: Final = {
    "provider_id": "mine",
    "provider_type": "remote::chromadb",
    "config": {"url": "http://chroma", "persistence": KV_REFERENCE},
}
MILVUS: Final = {
    "provider_id": "mine",
    "provider_type": "remote::milvus",
    "config": {
        "uri": "http://milvus",
        "token": None,
        "timeout": 5,
        "persistence": KV_REFERENCE,
    },
}
PGVECTOR: Final = {
    "provider_id": "mine",
    "provider_type": "remote::pgvector",
    "config": {
        "host": "pg",
        "port": 5432,
        "db": "v",
        "user": "u",
        "password": "${env.MY_PASSWORD:=}",
        "persistence": KV_REFERENCE,
    },
}
QDRANT: Final = {
    "provider_id": "mine",
    "provider_type": "remote::qdrant",
    "config": {
        "url": "http://q",
        "grpc_port": 6334,
        "prefer_grpc": False,
        "timeout": 5,
        "persistence": KV_REFERENCE,
    },
}
WEAVIATE: Final = {
    "provider_id": "mine",
    "provider_type": "remote::weaviate",
    "config": {
        "weaviate_api_key": None,
        "weaviate_cluster_url": "w:8080",
        "persistence": KV_REFERENCE,
    },
}
LOCAL_FILES: Final = {
    "provider_id": "mine",
    "provider_type": "inline::localfs",
    "config": {
        "storage_dir": "/data/files",
        "metadata_store": SQL_REFERENCE,
        "ttl_secs": 60,
    },
}
S3: Final = {
    "provider_id": "mine",
    "provider_type": "remote::s3",
    "config": {
        "bucket_name": "b",
        "auto_create_bucket": False,
        "metadata_store": SQL_REFERENCE,
    },
}
LLAMA_GUARD: Final = {
    "provider_id": "mine",
    "provider_type": "inline::llama-guard",
    "config": {"excluded_categories": ["S1"]},
}
SEARCH: Final = {
    "provider_id": "mine",
    "provider_type": "remote::tavily-search",
    "config": {"api_key": "${env.MY_KEY:=}", "max_results": 3},
}
LOCAL_DATA: Final = {
    "provider_id": "mine",
    "provider_type": "inline::localfs",
    "config": {"kvstore": KV_REFERENCE},
}
EXAMPLES: Final = (
    *(("inference", each) for each in (OLLAMA, VLLM, OPENAI, BEDROCK, AZURE)),
    *(
        ("vector_io", each)
        for each in (FAISS, SQLITE_VEC, CHROMA, MILVUS, PGVECTOR, QDRANT, WEAVIATE)
    ),
    *(("files", each) for each in (LOCAL_FILES, S3)),
    *(("safety", LLAMA_GUARD), ("tool_runtime", SEARCH), ("datasetio", LOCAL_DATA)),
)


# the kinds


def _top_level() -> Iterator[Kind]:
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


def _apis() -> Iterator[Kind]:
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
    path = _chosen(config, rng, "apis.*")
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
    path = _chosen(config, rng, "apis.*")
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
    if not found or not _on(config, "agents"):
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


def _storage() -> Iterator[Kind]:
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
        "storage/store-directly-below", REFUSED, _one_level_up("storage.stores.*")
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


def _one_level_up(pattern: str) -> Mutate:
    def mutate(config: Config, rng: Random) -> Mutant | None:
        path = _chosen(config, rng, pattern)
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


def _backends() -> Iterator[Kind]:
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
        REFUSED,
        _wrapped("storage.backends.*", "config"),
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
    path = _chosen(
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
    path = _chosen(
        config, rng, "storage.backends.*.type", lambda value: value in ENGINES
    )
    if path is None:
        return None
    put(config, path, "${env.MY_TYPE:=" + node(config, path) + "}")
    return Mutant(config, (path,))


def _wrapped(pattern: str, key: str, keep: tuple[str, ...] = ("type",)) -> Mutate:
    """What a mapping holds, one level too deep, but for the keys to keep."""

    def mutate(config: Config, rng: Random) -> Mutant | None:
        path = _chosen(config, rng, pattern, lambda value: isinstance(value, dict))
        if path is None:
            return None
        held = node(config, path)
        inner = {name: held.pop(name) for name in list(held) if name not in keep}
        if not inner:
            return None
        held[key] = inner
        return Mutant(config, ((*path, key),), (path,))

    return mutate


# store references: the same faults wherever one stands


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
    return lambda config, rng: _chosen(
        config, rng, f"providers.agents.*.config.persistence.{name}"
    )


def _quota_store(config: Config, _: Random) -> Path:
    put(config, ("server", "quota"), _fitting(config, QUOTA))
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


def _references() -> Iterator[Kind]:
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
    path = _chosen(config, rng, "storage.backends.*")
    if path is None:
        return None
    for reference in references(config):
        if node(config, reference)["backend"] == path[-1]:
            put(config, (*reference, "backend"), "my-own name.1")
    rename(config, path, "my-own name.1")
    # stores that a later release puts on this backend, since the file leaves them out, are looked for here
    return Mutant(config, holders=(("storage", "stores"), ("storage", "backends")))


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


def _provider_entries() -> Iterator[Kind]:
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
        _type_changed(lambda text: text.split("::", 1)[1]),
    )
    yield kind(
        "provider/type-with-the-other-prefix", REFUSED, _type_changed(_other_prefix)
    )
    yield kind(
        "provider/type-with-one-colon",
        REFUSED,
        _type_changed(lambda text: text.replace("::", ":")),
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
        _type_changed(lambda text: "${env.MY_TYPE:=" + text + "}"),
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
        found = [api for api in apis if _on(config, api)]
        if not found:
            return None
        return cased(f"providers.{rng.choice(found)}")(config, rng)

    return mutate


def _group_as_mapping(config: Config, rng: Random) -> Mutant | None:
    path = _chosen(config, rng, "providers.*", bool)
    if path is None:
        return None
    put(
        config,
        path,
        {str(each.get("provider_id")): each for each in node(config, path)},
    )
    return Mutant(config, (path,))


def _group_unlisted(config: Config, rng: Random) -> Mutant | None:
    path = _chosen(config, rng, "providers.*", bool)
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
        api for user, api in pairs if api in config["providers"] and _on(config, user)
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


def _on(config: Config, api: str) -> bool:
    return any(path[1] == api for path, _ in _providers(config))


def _files_removed(config: Config, _: Random) -> Mutant | None:
    users = [
        path
        for path, entry in _providers(config)
        if entry.get("provider_type") in FILES_USERS
    ]
    if not users or not _on(config, "files"):
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
        for path, entry in _providers(config)
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
    path = _chosen(config, rng, "providers.*.*")
    if path is None:
        return None
    entry = dict(node(config, path))
    put(config, path, {str(entry.pop("provider_id", "mine")): entry})
    return Mutant(config, (path,))


def _id_twice(config: Config, rng: Random) -> Mutant | None:
    path = _chosen(config, rng, "providers.*.*")
    if path is None:
        return None
    group = node(config, path[:2])
    group.append(_copy(node(config, path)))
    return Mutant(config, (path, (*path[:2], len(group) - 1)))


def _type_mistyped(config: Config, rng: Random) -> Mutant | None:
    path = _chosen(config, rng, "providers.*.*.provider_type")
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
        path = _chosen(config, rng, "providers.*.*.provider_type")
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
    path = _chosen(config, rng, "providers.*.*.config", bool)
    if path is None or not isinstance(node(config, path), dict):
        return None
    entry = node(config, path[:-1])
    held = entry.pop("config")
    entry.update(held)
    return Mutant(config, tuple((*path[:-1], key) for key in held), (path[:-1],))


def _config_nested(config: Config, rng: Random) -> Mutant | None:
    path = _chosen(config, rng, "providers.*.*.config", bool)
    if path is None:
        return None
    put(config, path, {"config": node(config, path)})
    return Mutant(config, ((*path, "config"),), (path,))


def _provider_configs() -> Iterator[Kind]:
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
        _one_level_up("providers.agents.*.config.persistence.*"),
    )
    yield kind(
        "config/vector-reference-nested",
        REFUSED,
        _wrapped("providers.vector_io.*.config.persistence", "kv", ()),
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
    """A typo in a setting of the provider that stands last."""

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


def _switched_off() -> Iterator[Kind]:
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


def _variables() -> Iterator[Kind]:
    port = "server.port"
    yield kind("variable/port", WHOLE, given(port, "${env.MY_PORT:=8322}"))
    yield kind("variable/port-bare", WHOLE, given(port, "${env.MY_PORT}"))
    yield kind(
        "variable/port-odd-number",
        WHOLE,
        given(port, "${env.P:=08322}", "${env.P:=8_322}", "${env.P:= 8322 }"),
    )
    yield kind(
        "variable/port-in-parts",
        WHOLE,
        given(port, "8${env.P:=322}", "${env.A:=83}${env.B:=22}"),
    )
    yield kind(
        "variable/port-exponent",
        WHOLE,
        given(port, "${env.P:=8e3}", "${env.P:=8322.0}"),
    )
    yield kind("variable/port-old-form", REFUSED, given(port, "${env.MY_PORT:8322}"))
    yield kind("variable/port-lower-case", REFUSED, given(port, "${env.my_port:=8322}"))
    yield kind("variable/port-unclosed", REFUSED, given(port, "${env.MY_PORT:=8322"))
    yield kind("variable/port-empty", REFUSED, given(port, "${env.MY_PORT:=}"))
    yield kind(
        "variable/port-a-word",
        REFUSED,
        given(port, "${env.MY_PORT:=abc}", "${env.P:=83a}", "${env.P:=true}x"),
    )
    yield kind(
        "variable/port-out-of-range",
        REFUSED,
        given(port, "${env.MY_PORT:=80}", "${env.MY_PORT:=70000}"),
    )
    yield kind(
        "variable/port-conditional", REFUSED, given(port, "${env.MY_PORT:+8322}")
    )
    yield kind(
        "variable/port-upper-case-env", REFUSED, given(port, "${ENV.MY_PORT:=8322}")
    )
    yield kind(
        "variable/port-without-braces",
        REFUSED,
        given(port, "$env.MY_PORT", "$MY_PORT", "${MY_PORT:-8322}"),
    )
    yield kind(
        "variable/port-nested",
        REFUSED,
        given(port, "${env.MY_PORT:=${env.OTHER:=8322}}"),
    )
    yield kind(
        "variable/port-shell-default",
        REFUSED,
        given(port, "${env.MY_PORT:-8322}", "${env.MY_PORT-8322}"),
    )
    yield kind(
        "variable/port-with-space",
        REFUSED,
        given(port, "${ env.MY_PORT:=8322}", "${env. MY_PORT:=8322}"),
    )
    yield kind(
        "variable/host",
        WHOLE,
        given(
            "server.host", "${env.MY_HOST:=0.0.0.0}", "${env.MY_HOST:=}", "${env.H:+h}"
        ),
    )
    yield kind(
        "variable/host-digits",
        REFUSED,
        given("server.host", "${env.MY_HOST:=127}", "${env.MY_HOST:=1.5}"),
    )
    yield kind(
        "variable/host-flag",
        REFUSED,
        given("server.host", "${env.MY_HOST:=true}", "${env.MY_HOST:=False}"),
    )
    yield kind(
        "variable/host-like-null",
        WHOLE,
        given("server.host", "${env.MY_HOST:=null}", "${env.MY_HOST:=no}"),
    )
    yield kind(
        "variable/host-old-form",
        WHOLE,
        given("server.host", "${env.MY_HOST:0.0.0.0}", "${env.my_host:=h}"),
    )
    numbers = ("${env.ON:+2024}", "${env.ON:+true}")
    yield kind(
        "variable/switched-id", REFUSED, change("providers.*.*.provider_id", *numbers)
    )
    switched = {
        "provider_id": "${env.ON:+mine}",
        "provider_type": "remote::ollama",
        "module": "",
    }
    yield kind(
        "variable/switched-module",
        REFUSED,
        provider("inference", switched, "module", "${env.ON:+7}"),
    )
    yield kind(
        "variable/mapping", REFUSED, change("storage.stores.*", "${env.MY_STORE:={}}")
    )
    yield kind(
        "variable/section-by-empty-variable",
        REFUSED,
        change("storage.stores.*", "${env.MY_STORE:=}"),
    )
    yield kind(
        "variable/optional-section-by-empty-variable",
        WHOLE,
        planted("server.auth", "${env.MY_AUTH:=}"),
    )
    yield kind("variable/list", REFUSED, change("apis", "${env.MY_APIS:=inference}"))
    yield kind(
        "variable/flag",
        WHOLE,
        given(
            "telemetry.enabled", "${env.MY_FLAG:=true}", "${env.F:=0}", "${env.F:=yes}"
        ),
    )
    yield kind(
        "variable/flag-a-word",
        REFUSED,
        given("telemetry.enabled", "${env.MY_FLAG:=maybe}", "${env.F:=2}"),
    )
    yield kind(
        "variable/flag-old-form",
        REFUSED,
        given("telemetry.enabled", "${env.MY_FLAG:true}"),
    )
    yield kind(
        "variable/flag-empty", REFUSED, given("telemetry.enabled", "${env.MY_FLAG:=}")
    )


def _server() -> Iterator[Kind]:
    yield kind("server/missing", WHOLE, drop("server"))
    yield kind("server/null", REFUSED, change("server", None))
    yield kind("server/number", REFUSED, change("server", 8321))
    yield kind("server/list", REFUSED, change("server", [{"port": 8321}]))
    yield kind("server/empty", WHOLE, change("server", {}))
    yield kind("server/mistyped", DROPPED, named("server", where=bool))
    yield kind(
        "server/stray-key",
        DROPPED,
        stray("server", "my_key", TEXT, NUMBER, MAPPING, False),
    )
    yield kind("server/stray-empty-key", WHOLE, stray("server", "my_key", None, "", {}))
    for key in (True, 7, 1.5):
        yield kind(f"server/key-{key}", DROPPED, stray("server", key, TEXT))
        yield kind(f"top-level/key-{key}", REFUSED, stray("", key, TEXT))
        yield kind(
            f"provider/config-key-{key}",
            REFUSED,
            stray("providers.*.*.config", key, TEXT),
        )
    yield kind("server/insecure", DROPPED, stray("server", "insecure", True, False))
    yield kind("server/disable-ipv6", DROPPED, stray("server", "disable_ipv6", True))
    yield kind("server/port-mistyped-key", DROPPED, named("server.port"))
    yield kind("server/port-too-low", REFUSED, given("server.port", 80, 1023, 0, -1))
    yield kind("server/port-too-high", REFUSED, given("server.port", 70000, 65536))
    yield kind(
        "server/port-at-the-edge", WHOLE, given("server.port", 1024), r0_3_0=WHOLE
    )
    yield kind("server/port-text", WHOLE, given("server.port", "8322"))
    yield kind("server/port-a-word", REFUSED, given("server.port", "http"))
    yield kind("server/port-null", REFUSED, given("server.port", None))
    yield kind("server/port-a-fraction", REFUSED, given("server.port", 8321.5))
    yield kind("server/port-a-round-float", WHOLE, given("server.port", 8322.0))
    yield kind("server/port-true", REFUSED, given("server.port", True))
    yield kind("server/port-list", REFUSED, given("server.port", [8321]))
    yield kind("server/host", WHOLE, given("server.host", "0.0.0.0"))
    yield kind("server/host-null", WHOLE, given("server.host", None))
    yield kind("server/host-wrong", REFUSED, given("server.host", 127))
    yield kind("server/host-list", REFUSED, given("server.host", ["0.0.0.0", "::"]))
    yield kind(
        "server/tls",
        WHOLE,
        both(
            given("server.tls_certfile", "/c.pem"),
            given("server.tls_keyfile", "/k.pem"),
        ),
    )
    yield kind("server/tls-wrong", REFUSED, given("server.tls_cafile", True))
    yield kind("server/tls-mistyped", DROPPED, given("server.tls_cert_file", "/c.pem"))
    yield kind("server/workers", WHOLE, given("server.workers", 4), r0_3_0=DROPPED)
    yield kind(
        "server/workers-text", WHOLE, given("server.workers", "4"), r0_3_0=DROPPED
    )
    yield kind(
        "server/workers-a-word",
        REFUSED,
        given("server.workers", "many"),
        r0_3_0=DROPPED,
    )
    yield kind("server/keys-at-top", DROPPED, _port_at_top)
    for name, value in (
        ("oauth", OAUTH),
        ("github", GITHUB),
        ("custom", CUSTOM),
        ("kubernetes", KUBERNETES),
    ):
        yield kind(f"auth/{name}", WHOLE, planted("server.auth", value))
        yield kind(
            f"auth/{name}-stray-key",
            DROPPED,
            planted("server.auth", value, "provider_config.my_key", "x"),
        )
        yield kind(
            f"auth/{name}-stray-nothing",
            WHOLE,
            planted("server.auth", value, "provider_config.my_key", None, {}),
        )
        yield kind(
            f"auth/{name}-type-missing",
            REFUSED,
            planted("server.auth", value, "provider_config.type", ABSENT),
        )
        yield kind(
            f"auth/{name}-type-unknown",
            REFUSED,
            planted("server.auth", value, "provider_config.type", "saml", 17, None),
        )
    yield kind(
        "auth/of-0.2.4",
        REFUSED,
        planted(
            "server.auth",
            {"provider_type": "custom", "config": {"endpoint": "http://a"}},
        ),
    )
    yield kind(
        "auth/endpoint-alone",
        REFUSED,
        planted("server.auth", {"endpoint": "http://auth"}),
    )
    yield kind("auth/empty", REFUSED, planted("server.auth", {}))
    yield kind("auth/null", WHOLE, planted("server.auth", None))
    yield kind("auth/text", REFUSED, planted("server.auth", "custom"))
    yield kind("auth/true", REFUSED, planted("server.auth", True))
    yield kind("auth/stray-key", DROPPED, planted("server.auth", CUSTOM, "my_key", "x"))
    yield kind(
        "auth/old-keys-too",
        DROPPED,
        planted("server.auth", CUSTOM, "provider_type", "custom"),
    )
    yield kind(
        "auth/provider-config-null",
        REFUSED,
        planted("server.auth", CUSTOM, "provider_config", None),
    )
    yield kind(
        "auth/provider-config-mistyped",
        REFUSED,
        both(planted("server.auth", CUSTOM), named("server.auth.provider_config")),
    )
    yield kind(
        "auth/not-nested",
        REFUSED,
        planted("server.auth", {"type": "custom", "endpoint": "http://auth"}),
    )
    yield kind(
        "auth/custom-endpoint-missing",
        REFUSED,
        planted("server.auth", CUSTOM, "provider_config.endpoint", ABSENT),
    )
    yield kind(
        "auth/custom-endpoint-wrong",
        REFUSED,
        planted("server.auth", CUSTOM, "provider_config.endpoint", None, 17, []),
    )
    yield kind(
        "auth/oauth-keys-missing",
        REFUSED,
        planted("server.auth", OAUTH, "provider_config.jwks", ABSENT, None),
    )
    yield kind(
        "auth/oauth-keys-uri-missing",
        REFUSED,
        planted("server.auth", OAUTH, "provider_config.jwks.uri", ABSENT),
    )
    yield kind(
        "auth/oauth-keys-period-wrong",
        REFUSED,
        _oauth("jwks.key_recheck_period", "often", None),
    )
    yield kind("auth/oauth-keys-stray-key", DROPPED, _oauth("jwks.url", "http://keys"))
    yield kind("auth/oauth-two-ways", REFUSED, _oauth("introspection", INTROSPECTED))
    yield kind(
        "auth/oauth-introspection",
        WHOLE,
        both(_oauth("introspection", INTROSPECTED), drop("server.auth.*.jwks")),
    )
    yield kind(
        "auth/oauth-introspection-half",
        REFUSED,
        _oauth("introspection", {"url": "http://who"}),
    )
    yield kind("auth/oauth-verify-tls", REFUSED, _oauth("verify_tls", "maybe", None))
    yield kind(
        "auth/oauth-claims",
        WHOLE,
        _oauth("claims_mapping", {"sub": "roles"}, {"sub": ""}),
    )
    yield kind(
        "auth/oauth-claims-wrong",
        REFUSED,
        _oauth("claims_mapping", {"sub": ["roles"]}, ["sub"], {"sub": None}, None),
    )
    yield kind("auth/oauth-cafile-wrong", REFUSED, _oauth("tls_cafile", 17))
    yield kind(
        "auth/github-claims-wrong",
        REFUSED,
        planted("server.auth", GITHUB, "provider_config.claims_mapping", [1], None),
    )
    yield kind(
        "auth/kubernetes-no-url",
        REFUSED,
        planted("server.auth", KUBERNETES, "provider_config.api_server_url", "cluster"),
    )
    yield kind(
        "auth/kubernetes-ftp",
        REFUSED,
        planted(
            "server.auth", KUBERNETES, "provider_config.api_server_url", "ftp://c/"
        ),
    )
    yield kind(
        "auth/kubernetes-claim-empty",
        REFUSED,
        planted("server.auth", KUBERNETES, "provider_config.claims_mapping", {"a": ""}),
    )
    yield kind("policy/right", WHOLE, planted("server.auth", RULES))
    yield kind(
        "policy/mapping", REFUSED, planted("server.auth", RULES, "access_policy", RULE)
    )
    yield kind(
        "policy/null", REFUSED, planted("server.auth", RULES, "access_policy", None)
    )
    yield kind(
        "policy/one-level-too-high", DROPPED, planted("server.access_policy", [RULE])
    )
    yield kind(
        "policy/rule-empty",
        REFUSED,
        planted("server.auth", RULES, "access_policy.0", {}, {"when": "user is owner"}),
    )
    yield kind(
        "policy/rule-text",
        REFUSED,
        planted("server.auth", RULES, "access_policy.0", "permit all"),
    )
    yield kind(
        "policy/permit-and-forbid",
        REFUSED,
        planted(
            "server.auth",
            RULES,
            "access_policy.0.forbid",
            {"actions": "read"},
            against="access_policy.0.permit",
        ),
    )
    yield kind(
        "policy/when-and-unless",
        REFUSED,
        planted(
            "server.auth",
            RULES,
            "access_policy.1.when",
            "user is owner",
            against="access_policy.1.unless",
        ),
    )
    yield kind(
        "policy/condition-wrong",
        REFUSED,
        planted(
            "server.auth", RULES, "access_policy.0.when", "user likes it", ["x"], 17
        ),
    )
    yield kind(
        "policy/condition-right",
        WHOLE,
        planted("server.auth", RULES, "access_policy.0.when", ["user in owners teams"]),
    )
    yield kind(
        "policy/action-unknown",
        REFUSED,
        planted(
            "server.auth", RULES, "access_policy.0.permit.actions", "write", ["list"]
        ),
    )
    yield kind(
        "policy/actions-missing",
        REFUSED,
        planted("server.auth", RULES, "access_policy.0.permit.actions", ABSENT, None),
    )
    yield kind(
        "policy/rule-stray-key",
        DROPPED,
        planted("server.auth", RULES, "access_policy.0.my_key", "x"),
    )
    yield kind(
        "policy/scope-stray-key",
        DROPPED,
        planted("server.auth", RULES, "access_policy.0.permit.user", "x"),
    )
    yield kind(
        "policy/scope-text",
        REFUSED,
        planted("server.auth", RULES, "access_policy.0.permit", "read", ["read"]),
    )
    yield kind(
        "policy/principal-wrong",
        REFUSED,
        planted("server.auth", RULES, "access_policy.0.permit.principal", 17, ["me"]),
    )
    yield kind("cors/right", WHOLE, planted("server.cors", CORS))
    yield kind("cors/flag", WHOLE, given("server.cors", True, False, None))
    yield kind(
        "cors/flag-like", WHOLE, given("server.cors", "yes", 1, "${env.MY_CORS:=true}")
    )
    yield kind("cors/text", REFUSED, given("server.cors", "*", "http://here"))
    yield kind("cors/list", REFUSED, planted("server.cors", ["http://here"]))
    yield kind(
        "cors/stray-key",
        DROPPED,
        planted("server.cors", CORS, "origins", ["http://here"]),
    )
    yield kind(
        "cors/origins-text",
        REFUSED,
        planted("server.cors", CORS, "allow_origins", "*", None, [17]),
    )
    yield kind(
        "cors/wildcard-with-credentials",
        REFUSED,
        planted(
            "server.cors",
            CORS,
            "allow_origins",
            ["*"],
            ["a", "*"],
            against="allow_credentials",
        ),
    )
    yield kind(
        "cors/pattern",
        WHOLE,
        planted(
            "server.cors", CORS, "allow_origin_regex", r"https://.*\.here", "", None
        ),
    )
    yield kind(
        "cors/pattern-of-a-shell",
        REFUSED,
        planted("server.cors", CORS, "allow_origin_regex", "*.here", "(a"),
    )
    yield kind(
        "cors/max-age-negative",
        REFUSED,
        planted("server.cors", CORS, "max_age", -1, "long"),
    )
    yield kind(
        "cors/credentials-a-word",
        REFUSED,
        planted("server.cors", CORS, "allow_credentials", "maybe", []),
    )
    yield kind(
        "quota-section/inline",
        REFUSED,
        planted("server.quota", {**QUOTA, "kvstore": INLINE}),
    )
    yield kind(
        "quota-section/store-missing",
        REFUSED,
        planted("server.quota", QUOTA, "kvstore", ABSENT),
    )
    yield kind("quota-section/one-level-too-high", DROPPED, stray("", "quota", QUOTA))


def _oauth(at: str, *faults: Any) -> Mutate:
    return planted("server.auth", OAUTH, f"provider_config.{at}", *faults)


def _port_at_top(config: Config, _: Random) -> Mutant | None:
    if "port" not in config.get("server", {}):
        return None
    config.update(config.pop("server"))
    return Mutant(config, (("port",),))


def _resources() -> Iterator[Kind]:
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


def _further_sections() -> Iterator[Kind]:
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
    defaults = {"default_embedding_model": {"provider_id": "mine", "model_id": "m"}}
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


def _without_harm() -> Iterator[Kind]:
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
        path = _chosen(config, rng, pattern) if pattern else ()
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
    for path in [(), *_below(config)]:
        if isinstance(node(config, path), dict):
            _shuffled(node(config, path), rng)
    return Mutant(config)


def _group_reversed(config: Config, rng: Random) -> Mutant | None:
    path = _chosen(config, rng, "providers.*", bool)
    if path is None:
        return None
    node(config, path).reverse()
    return Mutant(config)


# the same change anywhere: which verdict follows is for the release to say


OF_THIS_MACHINE: Final = (
    "tls_verify",
    "module",
    "external_providers_dir",
    "external_apis_dir",
)
"""Settings that can name a file or a package: whether it is there is no matter of the config."""


def _anywhere(
    config: Config, rng: Random, where: Callable[[Path, Any], bool]
) -> Path | None:
    """A place that fits: every top-level key is as likely as any other."""
    tops = [key for key in config if isinstance(config[key], dict | list)]
    found: dict[Any, list[Path]] = {}
    off = {
        path for path, entry in _entries(config) if entry.get("provider_id") in DISABLED
    }
    for path in _below(config):
        if (
            path[0] in tops
            and path[:3] not in off
            and path[-1] not in OF_THIS_MACHINE
            and where(path, node(config, path))
        ):
            found.setdefault(path[0], []).append(path)
    return rng.choice(found[rng.choice(list(found))]) if found else None


def _in_mapping(config: Config) -> Callable[[Path, Any], bool]:
    return lambda path, _: (
        isinstance(path[-1], str) and isinstance(node(config, path[:-1]), dict)
    )


def _value_anywhere(
    make: Callable[[Any], Any], where: Callable[[Any], bool] = _any
) -> Mutate:
    def mutate(config: Config, rng: Random) -> Mutant | None:
        path = _anywhere(config, rng, lambda _, value: where(value))
        if path is None:
            return None
        put(config, path, make(node(config, path)))
        return Mutant(config, (path,), (path[:-1],))

    return mutate


def _key_anywhere(alter: Callable[[Config, Path, Random], Mutant | None]) -> Mutate:
    def mutate(config: Config, rng: Random) -> Mutant | None:
        path = _anywhere(config, rng, _in_mapping(config))
        return None if path is None else alter(config, path, rng)

    return mutate


def _removed(config: Config, path: Path, _: Random) -> Mutant:
    put(config, path, ABSENT)
    return Mutant(config, holders=(path[:-1],))


def _key_changed(
    make: Callable[[str, Random], str],
) -> Callable[[Config, Path, Random], Mutant | None]:
    def alter(config: Config, path: Path, rng: Random) -> Mutant | None:
        new = make(str(path[-1]), rng)
        if new in node(config, path[:-1]):
            return None
        return Mutant(config, (rename(config, path, new),), (path[:-1],))

    return alter


def _lifted(config: Config, path: Path, _: Random) -> Mutant | None:
    holder = node(config, path[:-2]) if len(path) > 1 else None
    if not isinstance(holder, dict) or path[-1] in holder:
        return None
    holder[path[-1]] = node(config, path)
    put(config, path, ABSENT)
    return Mutant(config, ((*path[:-2], path[-1]),), (path[:-1],))


def _lowered(config: Config, path: Path, _: Random) -> Mutant:
    put(config, path, {path[-1]: node(config, path)})
    return Mutant(config, (path,), (path[:-1],))


def _item_anywhere(alter: Callable[[list[Any], int], None]) -> Mutate:
    def mutate(config: Config, rng: Random) -> Mutant | None:
        path = _anywhere(config, rng, lambda path, _: isinstance(path[-1], int))
        if path is None:
            return None
        alter(node(config, path[:-1]), int(path[-1]))
        return Mutant(config, (path[:-1],))

    return mutate


def _is_plain(value: Any) -> bool:
    """A scalar that can be the default of a variable as it is written."""
    return (
        isinstance(value, str | int)
        and "$" not in str(value)
        and "}" not in str(value)
        and value != ""
    )


def _broad() -> Iterator[Kind]:
    for name, value in (
        ("text", TEXT),
        ("number", NUMBER),
        ("fraction", 0.5),
        ("flag", FLAG),
        ("list", LIST),
        ("mapping", MAPPING),
        ("null", NOTHING),
        ("empty-text", ""),
        ("empty-list", []),
        ("empty-mapping", {}),
        ("empty-variable", "${env.MY_VALUE:=}"),
    ):
        yield kind(
            f"any-value/{name}", "", _value_anywhere(lambda _, value=value: value)
        )
    yield kind("any-value/in-a-list", "", _value_anywhere(lambda value: [value]))
    yield kind(
        "any-list/its-first-item",
        "",
        _value_anywhere(
            lambda value: value[0],
            lambda value: bool(value) and isinstance(value, list),
        ),
    )
    yield kind(
        "any-list/mapping",
        "",
        _value_anywhere(
            lambda value: dict(enumerate(value)), lambda value: isinstance(value, list)
        ),
    )
    yield kind(
        "any-mapping/list",
        "",
        _value_anywhere(lambda value: [{k: v} for k, v in value.items()], _is_mapping),
    )
    yield kind(
        "any-mapping/list-of-values",
        "",
        _value_anywhere(lambda value: list(value.values()), _is_mapping),
    )
    yield kind(
        "any-scalar/its-text",
        "",
        _value_anywhere(str, lambda value: isinstance(value, int | float)),
    )
    yield kind(
        "any-scalar/variable",
        WHOLE,
        _value_anywhere(lambda value: "${env.MY_VALUE:=" + str(value) + "}", _is_plain),
    )
    yield kind(
        "any-scalar/old-variable",
        "",
        _value_anywhere(lambda value: "${env.MY_VALUE:" + str(value) + "}", _is_plain),
    )
    yield kind(
        "any-scalar/lower-case-variable",
        "",
        _value_anywhere(lambda value: "${env.mine:=" + str(value) + "}", _is_plain),
    )
    yield kind(
        "any-scalar/unclosed-variable",
        "",
        _value_anywhere(lambda value: "${env.MINE:=" + str(value), _is_plain),
    )
    yield kind("any-key/removed", "", _key_anywhere(_removed))
    yield kind("any-key/mistyped", "", _key_anywhere(_key_changed(typo)))
    yield kind(
        "any-key/in-another-case",
        "",
        _key_anywhere(_key_changed(lambda key, _: key.swapcase())),
    )
    yield kind(
        "any-key/other-separator", "", _key_anywhere(_key_changed(_other_separator))
    )
    yield kind("any-key/one-level-up", "", _key_anywhere(_lifted))
    yield kind("any-key/one-level-down", "", _key_anywhere(_lowered))
    yield kind(
        "any-mapping/stray-key", "", _stray_anywhere(TEXT, NUMBER, FLAG, LIST, MAPPING)
    )
    yield kind("any-mapping/stray-empty-key", "", _stray_anywhere(None, "", [], {}))
    yield kind(
        "any-item/removed", "", _item_anywhere(lambda items, at: items.pop(at) and None)
    )
    yield kind(
        "any-item/null",
        "",
        _item_anywhere(lambda items, at: items.__setitem__(at, None)),
    )
    yield kind(
        "any-item/repeated",
        "",
        _item_anywhere(lambda items, at: items.insert(at, _copy(items[at]))),
    )


def _is_mapping(value: Any) -> bool:
    return isinstance(value, dict) and bool(value)


def _other_separator(key: str, rng: Random) -> str:
    return key.replace("_", rng.choice("- .")) if "_" in key else f"{key}-"


def _stray_anywhere(*values: Any) -> Mutate:
    def mutate(config: Config, rng: Random) -> Mutant | None:
        path = _anywhere(config, rng, lambda _, value: isinstance(value, dict))
        if path is None:
            return None
        put(config, (*path, "my_key"), rng.choice(values))
        return Mutant(config, ((*path, "my_key"),))

    return mutate


def _all_kinds() -> Iterator[Kind]:
    for group in (
        *(
            _top_level,
            _apis,
            _storage,
            _backends,
            _references,
            _provider_entries,
            _provider_configs,
            _switched_off,
        ),
        *(_variables, _server, _resources, _further_sections, _without_harm, _broad),
    ):
        yield from group()


KINDS: Final[tuple[Kind, ...]] = tuple(_all_kinds())
