"""How a fault is made: finding and changing parts of a config, and makers of kinds of faults."""

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
        mutant = self.mutate(copied(config), Random(f"{seed} {self.name}"))
        if mutant is None or unreferenced(mutant.config) - unreferenced(config):
            return None
        dangling = [
            path for path in _dangling(mutant.config) if path not in _dangling(config)
        ]
        return replace(mutant, entries=(*mutant.entries, *dangling))


def written(config: Config, style: str = BLOCK) -> str:
    """The config as YAML, every value written out, without aliases."""
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


def unreferenced(config: Config) -> set[tuple[str, str]]:
    """Resources, by section and provider, whose provider is nowhere: registration fails, which no judge sees."""
    there = {_text(entry.get("provider_id")) for _, entry in provider_entries(config)}
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


def copied(value: Any) -> Any:
    """A copy in which nothing is shared, whatever was an alias before."""
    if isinstance(value, dict):
        return {key: copied(each) for key, each in value.items()}
    return [copied(each) for each in value] if isinstance(value, list) else value


def node(config: Any, path: Path) -> Any:
    """Return the value at a path."""
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
    """Set the value at a path, or remove it; make missing mappings on the way."""
    for step in path[:-1]:
        if isinstance(step, str) and not isinstance(config.get(step), dict | list):
            config[step] = {}
        config = config[step]
    if value is ABSENT:
        del config[path[-1]]
    else:
        config[path[-1]] = copied(value)


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


def anything(_: Any) -> bool:
    return True


def choose(
    config: Config, rng: Random, pattern: str, where: Where = anything
) -> Path | None:
    """One of the places that match, outside of providers that are switched off."""
    off = {
        path
        for path, entry in resource_entries(config)
        if entry.get("provider_id") in DISABLED
    }
    found = [
        path
        for path in spots(config, pattern)
        if path[:3] not in off and where(node(config, path))
    ]
    return rng.choice(found) if found else None


def resource_entries(config: Config) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The provider entries that are mappings."""
    for path in spots(config, "providers.*.*"):
        entry = node(config, path)
        if isinstance(entry, dict) and isinstance(path[2], int):
            yield path, entry


def provider_entries(config: Config) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The provider entries that are not switched off."""
    return (
        (path, entry)
        for path, entry in resource_entries(config)
        if entry.get("provider_id") not in DISABLED
    )


def references(config: Config) -> list[Path]:
    """Every store reference of an enabled provider or of the server: a mapping with a backend."""
    found = [*spots(config, "storage.stores.*"), *spots(config, "server.quota.kvstore")]
    for path, _ in provider_entries(config):
        found += [path + rest for rest in ((), *below(node(config, path)))]
    return [
        path
        for path in found
        if isinstance(node(config, path), dict) and "backend" in node(config, path)
    ]


def below(value: Any) -> Iterator[Path]:
    for key in _keys(value):
        yield (key,)
        yield from ((key, *rest) for rest in below(value[key]))


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


def change(pattern: str, *values: Any, where: Where = anything) -> Mutate:
    """Another value at an existing path."""

    def mutate(config: Config, rng: Random) -> Mutant | None:
        path = choose(config, rng, pattern, where)
        if path is None:
            return None
        put(config, path, rng.choice(values))
        return Mutant(config, (path,))

    return mutate


def drop(pattern: str, where: Where = anything) -> Mutate:
    """A key or an entry less."""

    def mutate(config: Config, rng: Random) -> Mutant | None:
        path = choose(config, rng, pattern, where)
        if path is None:
            return None
        put(config, path, ABSENT)
        return Mutant(config, holders=(path[:-1],))

    return mutate


def named(pattern: str, name: str = "", where: Where = anything) -> Mutate:
    """A key under another name: a given one, or its own with a typo."""

    def mutate(config: Config, rng: Random) -> Mutant | None:
        path = choose(config, rng, pattern, where)
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
        path = choose(config, rng, pattern)
        if path is None:
            return None
        key = str(path[-1])
        new = rng.choice([key.upper(), key.capitalize()])
        return Mutant(config, (rename(config, path, new),), holders=(path[:-1],))

    return mutate


def stray(pattern: str, key: Any, *values: Any, where: Where = anything) -> Mutate:
    """A further key in a mapping; an empty pattern is the config itself."""

    def mutate(config: Config, rng: Random) -> Mutant | None:
        path = choose(config, rng, pattern, where) if pattern else ()
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

    The change may be a fault only together with the value at `against`.
    """

    def mutate(config: Config, rng: Random) -> Mutant | None:
        root = tuple(path.split("."))
        put(config, root, fitting(config, value))
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


def fitting(config: Config, value: Any) -> Any:
    """The piece with `KV` and `SQL` replaced by the names of backends that the config has."""
    if isinstance(value, dict):
        return {key: fitting(config, each) for key, each in value.items()}
    if isinstance(value, list):
        return [fitting(config, each) for each in value]
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
        if api in ("vector_io", "safety") and not switched_on(config, "inference"):
            return None
        group = config["providers"].setdefault(api, [])
        if config.get("apis") and api not in config["apis"]:
            config["apis"].append(api)
        group.append(fitting(config, dict(entry)))
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


def switched_on(config: Config, api: str) -> bool:
    return any(path[1] == api for path, _ in provider_entries(config))
