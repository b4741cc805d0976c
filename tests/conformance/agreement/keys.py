"""Faults of keys and values anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stackcfg.paths import Path, value_at
from tests.conformance.agreement.draft import Draft, Fault
from tests.conformance.mutations.language import ABSENT, copied, put, rename, typo


def key_faults() -> Iterator[Fault]:
    """Yield the faults, the frequent ones more than once."""
    yield from (_rename, _rename, _remove, _remove, _add, _set, _set, _set)
    yield from (_move, _copy_value, _change_items, _change_items)


def is_key(path: Path, _: Any = None) -> bool:
    """Return whether a path ends with a key, not with an index."""
    return isinstance(path[-1], str)


def _rename(draft: Draft) -> str | None:
    path = draft.choose(is_key)
    if path is None:
        return None
    key = str(path[-1])
    forms = {
        "mistyped": typo(key, draft.rng),
        "in another case": draft.rng.choice((key.upper(), key.capitalize())),
        "with another separator": key.replace("_", "-") if "_" in key else f"{key}s",
        "of another place": str(draft.rng.choice(draft.paths(is_key))[-1]),
    }
    form = draft.rng.choice(list(forms))
    if forms[form] in value_at(draft.config, path[:-1]):
        return None
    rename(draft.config, path, forms[form])
    return f"key {form}"


def _remove(draft: Draft) -> str | None:
    path = draft.choose(is_key)
    if path is None:
        return None
    put(draft.config, path, ABSENT)
    return "key removed"


def _add(draft: Draft) -> str | None:
    path = draft.choose(lambda _, value: isinstance(value, dict))
    source = draft.choose(is_key)
    if path is None or source is None or source[-1] in value_at(draft.config, path):
        return None
    value = draft.odd()
    if draft.rng.random() < 0.5:
        value = value_at(draft.config, source)
    put(draft.config, (*path, source[-1]), value)
    return "key added"


def _set(draft: Draft) -> str | None:
    path = draft.choose(lambda *_: True)
    if path is None:
        return None
    value = draft.odd()
    put(draft.config, path, value)
    return f"value {type(value).__name__}"


def _move(draft: Draft) -> str | None:
    path = draft.choose(lambda path, _: len(path) > 1 and is_key(path))
    if path is None:
        return None
    value = value_at(draft.config, path)
    above = value_at(draft.config, path[:-2])
    if draft.rng.random() < 0.5:
        put(draft.config, path, {path[-1]: value})
        return "key one level down"
    if not isinstance(above, dict) or path[-1] in above:
        return None
    put(draft.config, path, ABSENT)
    above[path[-1]] = value
    return "key one level up"


def _copy_value(draft: Draft) -> str | None:
    path, source = draft.choose(is_key), draft.choose(is_key)
    if path is None or source is None:
        return None
    put(draft.config, path, copied(value_at(draft.config, source)))
    return "value of another place"


def _change_items(draft: Draft) -> str | None:
    path = draft.choose(lambda _, value: isinstance(value, list) and bool(value))
    if path is None:
        return None
    items = value_at(draft.config, path)
    place = draft.rng.randrange(len(items))
    form = draft.rng.choice(("removed", "repeated", "null", "nested", "keyed"))
    if form == "removed":
        del items[place]
    elif form == "repeated":
        items.insert(place, copied(items[place]))
    elif form == "null":
        items[place] = None
    elif form == "nested":
        items[place] = [items[place]]
    else:
        put(draft.config, path, {f"item{n}": item for n, item in enumerate(items)})
    return f"item {form}"
