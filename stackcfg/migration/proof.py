"""The proof that a migrated text means what it should, made before anything is printed or written.

The new text is parsed again. It must mean exactly the old data with the operations of the steps applied; every store of
the old store map must be in the new one, on a backend of its family, on the database that the layout promises; no
comment may be gone; and PyYAML, which the server reads with, must read the same data from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import yaml

from stackcfg.errors import StackcfgError
from stackcfg.migration.planning.layouts import CONSOLIDATE
from stackcfg.runconfig.placeholders import may_be_empty, remove_defaults
from stackcfg.stores.store_map import Location, Store, StoreMap
from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.templates import is_template

_FAST_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ProofError(StackcfgError):
    """The migrated text does not hold what it must; nothing may be written."""


def prove_meaning(expected: Any, actual: Any) -> None:
    """Raise `ProofError` with the first place where two data differ, if there is one."""
    difference = next(_differences(expected, actual, ""), None)
    if difference is not None:
        raise ProofError(difference)


def _differences(expected: Any, actual: Any, path: str) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(actual, dict):
        yield from _mapping_differences(expected, actual, path)
    elif isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            yield f"'{path}' would have {len(actual)} entries instead of {len(expected)}"
        for index, pair in enumerate(zip(expected, actual, strict=False)):
            yield from _differences(*pair, f"{path}[{index}]")
    elif not _is_same(expected, actual):
        yield f"'{path}' would change its meaning"


def _mapping_differences(
    expected: dict[Any, Any], actual: dict[Any, Any], path: str
) -> Iterator[str]:
    for key in dict.fromkeys((*expected, *actual)):
        here = str(key)
        if path:
            here = f"{path}.{key}"
        if key not in actual:
            yield f"'{here}' would be lost"
        elif key not in expected:
            yield f"'{here}' would appear from nowhere"
        else:
            yield from _differences(expected[key], actual[key], here)


def _is_same(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    # not-a-number equals nothing, itself included
    both_nan = one != one and other != other
    return both_nan or bool(one == other)


def prove_reading(text: str, meant: list[Any]) -> None:
    """Raise `ProofError` unless PyYAML reads from a text what its documents are meant to mean.

    A text with template expressions is no YAML before it is rendered, so it is left out.
    """
    if is_template(text):
        return
    try:
        prove_meaning(meant, _load(text, _FAST_LOADER))
    except ProofError:
        # libyaml reads some texts in another way than the server's own parser, which decides
        prove_meaning(meant, _load(text, yaml.SafeLoader))


def _load(text: str, loader: Any) -> list[Any]:
    try:
        return list(yaml.load_all(text, Loader=loader))
    except (yaml.YAMLError, ValueError) as error:
        raise ProofError(f"PyYAML cannot read the new text ({error})") from None


def prove_stores(old: StoreMap, new: StoreMap, layout: str) -> None:
    """Raise `ProofError` unless every store is still referred to, where the layout promises it."""
    known = new.by_key()
    for store in old.stores:
        after = known.get(store.key)
        if after is None or after.reference is None:
            raise ProofError(f"the store of {store.key} would be lost")
        name = after.reference.backend
        backend = new.backends.get(name)
        if backend is None:
            message = f"{store.key} would refer to '{name}', which is no backend"
            raise ProofError(message)
        if backend.family != store.family:
            message = f"{store.key} would refer to '{name}', which is not a {store.family} backend"
            raise ProofError(message)
        if store.location is not None and store.state != "superseded":
            _prove_location(store, store.location, after, layout)
    _prove_separation(old, new)


def _prove_location(store: Store, before: Location, after: Store, layout: str) -> None:
    place = after.location
    if place is None or place.engine != before.engine:
        raise ProofError(f"{store.key} would move to another kind of database")
    if layout == CONSOLIDATE and before.engine == "sqlite":
        return
    if not _is_same_database(before, place):
        raise ProofError(f"{store.key} would move to another database")
    if layout == CONSOLIDATE or store.family != "kv":
        return
    if (place.table, place.prefix) != (before.table, before.prefix):
        raise ProofError(f"{store.key} would move to another table or key prefix")


def _is_same_database(before: Location, after: Location) -> bool:
    """Whether both are one database; a placeholder that could be empty may have got a default."""
    old, new = dict(before.connection), dict(after.connection)
    if old.keys() != new.keys():
        return False
    return all(_is_same_field(value, new[name]) for name, value in old.items())


def _is_same_field(before: str, after: str) -> bool:
    if before == after:
        return True
    return may_be_empty(before) and remove_defaults(after) == remove_defaults(before)


def _prove_separation(old: StoreMap, new: StoreMap) -> None:
    """Raise `ProofError` where two stores of one kind had two locations and would share one: their rows would mix."""
    before = {
        store.key: store.location.place
        for store in old.stores
        if store.location is not None
    }
    first_at: dict[tuple[object, ...], Store] = {}
    for store in new.stores:
        if store.location is None:
            continue
        other = first_at.setdefault((_row_kind(store), *store.location.place), store)
        if other is store or not {store.key, other.key} & before.keys():
            continue
        if before.get(store.key) != before.get(other.key):
            raise ProofError(f"the rows of {store.key} and {other.key} would mix")


def _row_kind(store: Store) -> str:
    fact = store.fact
    return fact.keys or fact.table or f"{fact.api} {fact.provider_type} {fact.use}"


def prove_comments(old: Comments, new: Comments) -> None:
    """Raise `ProofError` when a comment of the old document is not in the new one."""
    before = Counter(comment.text for comment in old.all)
    lost = before - Counter(comment.text for comment in new.all)
    if lost:
        raise ProofError(f"the comment '{next(iter(lost))}' would be lost")
