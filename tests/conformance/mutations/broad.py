"""The same change anywhere in a config."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, Final

from tests.conformance.mutations.language import (
    ABSENT,
    DISABLED,
    WHOLE,
    Config,
    Kind,
    Mutant,
    Mutate,
    Path,
    anything,
    below,
    copied,
    kind,
    node,
    put,
    rename,
    resource_entries,
    typo,
)
from tests.conformance.mutations.samples import (
    FLAG,
    LIST,
    MAPPING,
    NOTHING,
    NUMBER,
    TEXT,
)

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
        path
        for path, entry in resource_entries(config)
        if entry.get("provider_id") in DISABLED
    }
    for path in below(config):
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
    make: Callable[[Any], Any], where: Callable[[Any], bool] = anything
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


def broad_kinds() -> Iterator[Kind]:
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
        _item_anywhere(lambda items, at: items.insert(at, copied(items[at]))),
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
