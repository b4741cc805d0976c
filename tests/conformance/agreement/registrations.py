"""Faults of registered resources, and of the defaults that name them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stackcfg.paths import Path, as_mapping, value_at
from tests.conformance.agreement.draft import Draft, Fault
from tests.conformance.mutations.language import ABSENT, copied, put

SECTION = "registered_resources"
LISTS = (
    *("models", "shields", "vector_dbs", "vector_stores", "datasets"),
    *("scoring_fns", "benchmarks", "tool_groups", "memory_banks", "eval_tasks"),
)
API_OF = {
    "models": "inference",
    "shields": "safety",
    "vector_dbs": "vector_io",
    "vector_stores": "vector_io",
    "datasets": "datasetio",
    "scoring_fns": "scoring",
    "benchmarks": "eval",
    "tool_groups": "tool_runtime",
}
METADATA: tuple[Any, ...] = (
    {},
    None,
    {"embedding_dimension": 384},
    {"embedding_dimension": "384"},
    {"embedding_dimension": None},
    {"embedding_dimension": "many"},
    {"embedding_dimension": "${env.MY_DIMENSION:=384}"},
    {"embedding_dimension": "${env.MY_DIMENSION:=}"},
    {"dimension": 384},
)


def registration_faults() -> Iterator[Fault]:
    """Yield the faults, the frequent ones more than once."""
    yield from (_add, _add, _add, _add, _change_provider, _change_provider)
    yield from (_repeat, _repeat, _change_entry, _change_entry, _name_default)
    yield from (_name_default, _drop_entry)


def _holder(draft: Draft) -> tuple[Path, Mapping[str, Any]]:
    """Return the path and the schema of the mapping that holds the lists."""
    maker = draft.maker(draft.root)
    fields = as_mapping(draft.root.get("properties"))
    if SECTION not in fields:
        return (), fields
    section = maker.resolve(as_mapping(fields[SECTION]))
    return (SECTION,), as_mapping(section.get("properties"))


def _lists(draft: Draft) -> list[Path]:
    holder, _ = _holder(draft)
    return [
        (*holder, name)
        for name in LISTS
        if isinstance(value_at(draft.config, (*holder, name)), list)
        and value_at(draft.config, (*holder, name))
    ]


def _choose_entry(draft: Draft) -> Path | None:
    lists = _lists(draft)
    if not lists:
        return None
    path = draft.rng.choice(lists)
    place = draft.rng.randrange(len(value_at(draft.config, path)))
    if not isinstance(value_at(draft.config, (*path, place)), dict):
        return None
    return (*path, place)


def _provider_id(draft: Draft, kind: str) -> Any:
    own = draft.ids(API_OF.get(kind, ""))
    some: tuple[Any, ...] = ("nope", None, "", "__disabled__", "all", ABSENT, 17)
    conditional = ("${env.MY_ID:+mine}", "${env.MY_ID:=}", "${env.MY_ID:=nope}")
    if own and draft.rng.random() < 0.5:
        return draft.rng.choice(own)
    return draft.rng.choice((*some, *conditional, *draft.ids()))


def _set_provider(draft: Draft, entry: dict[str, Any], kind: str) -> None:
    value = _provider_id(draft, kind)
    entry.pop("provider_id", None)
    if value is not ABSENT:
        entry["provider_id"] = value


def _add(draft: Draft) -> str | None:
    holder, fields = _holder(draft)
    kinds = [name for name in LISTS if name in fields]
    if not kinds:
        return None
    kind = draft.rng.choice(kinds)
    maker = draft.maker(draft.root)
    items = as_mapping(maker.resolve(as_mapping(fields[kind])).get("items"))
    entry = maker.make(items)
    if not isinstance(entry, dict):
        return None
    _set_provider(draft, entry, kind)
    if kind == "models" and draft.rng.random() < 0.8:
        types = ("llm", "embedding", "embedding", "rerank", None)
        entry["model_type"] = draft.rng.choice(types)
        entry["metadata"] = draft.rng.choice(METADATA)
    path = (*holder, kind)
    if not isinstance(value_at(draft.config, path), list):
        put(draft.config, path, [])
    value_at(draft.config, path).append(entry)
    return f"{kind}: entry added"


def _change_provider(draft: Draft) -> str | None:
    path = _choose_entry(draft)
    if path is None:
        return None
    _set_provider(draft, value_at(draft.config, path), str(path[-2]))
    return f"{path[-2]}: provider changed"


def _repeat(draft: Draft) -> str | None:
    path = _choose_entry(draft)
    if path is None:
        return None
    entry = copied(value_at(draft.config, path))
    form = draft.rng.choice(("equal", "other provider", "other value", "key less"))
    if form == "other provider":
        _set_provider(draft, entry, str(path[-2]))
    elif form == "other value":
        names = [*entry, "metadata", "params", "provider_model_id", "args"]
        entry[draft.rng.choice(names)] = draft.rng.choice(({"a": 1}, "b", None, {}))
    elif form == "key less":
        del entry[draft.rng.choice(list(entry))]
    value_at(draft.config, path[:-1]).append(entry)
    return f"{path[-2]}: entry repeated, {form}"


def _change_entry(draft: Draft) -> str | None:
    path = _choose_entry(draft)
    if path is None:
        return None
    entry = value_at(draft.config, path)
    key = draft.rng.choice([*entry, "metadata", "model_type", "params"])
    values = [*METADATA, *draft.names(key), draft.odd(), "embedding", "nope"]
    entry[key] = draft.rng.choice(values)
    return f"{path[-2]}: value changed"


def _drop_entry(draft: Draft) -> str | None:
    path = _choose_entry(draft)
    if path is None:
        return None
    put(draft.config, path, ABSENT)
    return f"{path[-2]}: entry removed"


def _name_default(draft: Draft) -> str | None:
    """Name a model or shield in the sections that have defaults of them."""
    fields = as_mapping(draft.root.get("properties"))
    section = draft.rng.choice(("vector_stores", "vector_stores", "safety"))
    if section not in fields:
        return None
    maker = draft.maker(draft.root)
    value = maker.make(as_mapping(fields[section]))
    if not isinstance(value, dict):
        return None
    if draft.rng.random() < 0.7:
        for name in ("default_embedding_model", "default_reranker_model"):
            if isinstance(value.get(name), dict):
                value[name] = _served_model(draft)
    if section == "safety" and draft.rng.random() < 0.7:
        value["default_shield_id"] = draft.rng.choice(
            [*draft.names("shield_id"), "nope", "", None]
        )
    put(draft.config, (section,), value)
    return f"{section} replaced"


def _served_model(draft: Draft) -> dict[str, Any]:
    models = [*draft.names("model_id"), *draft.names("provider_model_id"), "nope"]
    return {
        "provider_id": draft.rng.choice([*draft.ids("inference"), "nope"]),
        "model_id": draft.rng.choice(models),
    }
