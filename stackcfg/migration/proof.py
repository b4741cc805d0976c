"""The proof that a migrated text means what it should, made before anything is printed or written.

The new text is parsed again. It must mean exactly the old data with the steps' operations applied; every consumer of
the old store map must be in the new one, on a backend of its family, on the database that the layout promises; no
comment may be gone; and a second run must find nothing to do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from stackcfg.errors import StackcfgError
from stackcfg.migration.planning.layouts import CONSOLIDATE
from stackcfg.runconfig.placeholders import may_be_empty, remove_defaults
from stackcfg.stores.store_map import Location, Store, StoreMap
from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.document import Document


class ProofError(StackcfgError):
    """The migrated text does not hold what it must; nothing may be written."""


def prove_meaning(expected: Any, actual: Any) -> None:
    """Raises `ProofError` unless both data are the same, with the first place where they differ."""
    difference = next(_differences(expected, actual, ""), None)
    if difference is not None:
        raise ProofError(difference)


def _differences(expected: Any, actual: Any, path: str) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key in dict.fromkeys((*expected, *actual)):
            here = f"{path}.{key}" if path else str(key)
            if key not in actual:
                yield f"'{here}' would be lost"
            elif key not in expected:
                yield f"'{here}' would appear from nowhere"
            else:
                yield from _differences(expected[key], actual[key], here)
    elif isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            yield f"'{path}' would have {len(actual)} entries instead of {len(expected)}"
        for index, (one, other) in enumerate(zip(expected, actual, strict=False)):
            yield from _differences(one, other, f"{path}[{index}]")
    elif not _same(expected, actual):
        yield f"'{path}' would change its meaning"


def _same(expected: Any, actual: Any) -> bool:
    both_nan = (
        expected != expected and actual != actual
    )  # not-a-number equals nothing, itself included
    return type(expected) is type(actual) and (expected == actual or both_nan)


def prove_stores(old: StoreMap, new: StoreMap, layout: str) -> None:
    """Raises `ProofError` unless every consumer still reaches a store of its family where the layout promises it."""
    known = new.by_key()
    for use in old.stores:
        after = known.get(use.key)
        if after is None or after.reference is None:
            raise ProofError(f"the store of {use.key} would be lost")
        backend = new.backends.get(after.reference.backend)
        if backend is None:
            raise ProofError(
                f"{use.key} would refer to '{after.reference.backend}', which is no backend"
            )
        if backend.family != use.family:
            raise ProofError(
                f"{use.key} would refer to '{backend.name}', which is not a {use.family} backend"
            )
        if use.location is not None and use.state != "superseded":
            _prove_place(use, use.location, after, layout)
    _prove_apart(old, new)


def _prove_place(use: Store, before: Location, after: Store, layout: str) -> None:
    place = after.location
    if place is None or place.engine != before.engine:
        raise ProofError(f"{use.key} would move to another kind of database")
    merged = layout == CONSOLIDATE and before.engine == "sqlite"
    if not merged and not _same_database(before, place):
        raise ProofError(f"{use.key} would move to another database")
    if (
        layout != CONSOLIDATE
        and use.family == "kv"
        and (place.table, place.prefix) != (before.table, before.prefix)
    ):
        raise ProofError(f"{use.key} would move to another table or key prefix")


def _same_database(before: Location, after: Location) -> bool:
    """Whether both are one database; a placeholder that could be empty may have got a default."""
    old, new = dict(before.connection), dict(after.connection)
    return old.keys() == new.keys() and all(
        new[name] == value
        or (
            may_be_empty(value) and remove_defaults(new[name]) == remove_defaults(value)
        )
        for name, value in old.items()
    )


def _prove_apart(old: StoreMap, new: StoreMap) -> None:
    """Rows that were apart must not meet: no two consumers of one kind on one place that had two before."""
    before = {
        use.key: use.location.place for use in old.stores if use.location is not None
    }
    places: dict[tuple[object, ...], Store] = {}
    for use in new.stores:
        kind = (
            use.fact.keys
            or use.fact.table
            or f"{use.fact.api} {use.fact.provider_type} {use.fact.use}"
        )
        if use.location is None:
            continue
        other = places.setdefault((kind, *use.location.place), use)
        if other is use or not {use.key, other.key} & before.keys():
            continue
        if before.get(use.key) != before.get(other.key):
            raise ProofError(f"the rows of {use.key} and {other.key} would mix")


def prove_comments(old: Document, new: Document) -> None:
    """Raises `ProofError` when a comment of the old document is not in the new one."""
    before = Counter(comment.text for comment in Comments(old).all)
    gone = before - Counter(comment.text for comment in Comments(new).all)
    if gone:
        raise ProofError(f"the comment '{next(iter(gone))}' would be lost")
