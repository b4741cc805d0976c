"""What must hold for a migrated text, proved before anything is printed
or written.

The new text means exactly the old data with the operations of the steps
applied. Every store of the old store map is in the new one, on a
backend of its family, in the database that the layout promises. No
comment is lost. PyYAML, which the server reads with, reads the same
data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import yaml

from stackcfg.errors import StackcfgError
from stackcfg.light_typing import Any, Final
from stackcfg.migration.planning.layouts import CONSOLIDATE
from stackcfg.runconfig.placeholders import (
    add_default,
    may_be_empty,
    remove_defaults,
)
from stackcfg.runconfig.same_values import is_same_scalar
from stackcfg.stores.store_map import Location, Store, StoreMap
from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.template_marks import is_template

_FAST_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ProofError(StackcfgError):
    """The migrated text does not hold what it must; nothing may be written."""


def prove_meaning(expected: Any, actual: Any) -> None:
    """Raise `ProofError` with the first place in which two data differ,
    if any.
    """
    difference = _find_difference(expected, actual)
    if difference is not None:
        path, problem = difference
        raise ProofError(f"'{path.removeprefix('.')}' {problem}")


_Difference = tuple[str, str]
"""The path of a value from where the search began, and what would become of it."""


# nearly all data are the same: a path is only written where they are not
def _find_difference(expected: Any, actual: Any) -> _Difference | None:
    if isinstance(expected, dict) and isinstance(actual, dict):
        return _find_in_mappings(expected, actual)
    if isinstance(expected, list) and isinstance(actual, list):
        return _find_in_lists(expected, actual)
    if is_same_scalar(expected, actual):
        return None
    return "", "would change its meaning"


def _find_in_mappings(
    expected: dict[Any, Any], actual: dict[Any, Any]
) -> _Difference | None:
    for key, value in expected.items():
        if key not in actual:
            return f".{key}", "would be lost"
        inside = _find_difference(value, actual[key])
        if inside is not None:
            path, problem = inside
            return f".{key}{path}", problem
    for key in actual:
        if key not in expected:
            return f".{key}", "would appear from nowhere"
    return None


def _find_in_lists(expected: list[Any], actual: list[Any]) -> _Difference | None:
    old, new = len(expected), len(actual)
    if old != new:
        return "", f"would have {new} entries instead of {old}"
    for index, pair in enumerate(zip(expected, actual, strict=True)):
        inside = _find_difference(*pair)
        if inside is not None:
            path, problem = inside
            return f"[{index}]{path}", problem
    return None


def prove_reading(text: str, meant: list[Any]) -> None:
    """Raise `ProofError` unless PyYAML reads from a text what its
    documents mean.

    A text with template expressions is no YAML before it is rendered:
    it passes.
    """
    if is_template(text):
        return
    try:
        prove_meaning(meant, _load(text, _FAST_LOADER))
    except ProofError:
        # libyaml reads some texts otherwise than the parser of the server,
        # which decides
        prove_meaning(meant, _load(text, yaml.SafeLoader))


def _load(text: str, loader: Any) -> list[Any]:
    try:
        return list(yaml.load_all(text, Loader=loader))
    except (yaml.YAMLError, ValueError) as error:
        raise ProofError(f"PyYAML cannot read the new text ({error})") from None


def prove_stores(
    old: StoreMap,
    new: StoreMap,
    layout: str,
) -> None:
    """Raise `ProofError` unless every store is where the layout promises."""
    known = new.by_key()
    for store in old.stores:
        # the file's own reference counts, whatever it refers to
        if store.state == "superseded":
            continue
        after = known.get(store.key)
        if after is None or after.reference is None:
            raise ProofError(f"the store of {store.key} would be lost")
        name = after.reference.backend
        if store.reference is not None and store.reference.backend == name:
            continue
        backend = new.backends.get(name)
        refers = f"{store.key} would refer to '{name}', which"
        if backend is None:
            raise ProofError(f"{refers} is no backend")
        if backend.family != store.family:
            raise ProofError(f"{refers} is not a {store.family} backend")
        if store.location is not None:
            _prove_location(store, store.location, after, layout)
    _prove_separation(old, new)


def _prove_location(
    store: Store,
    before: Location,
    after: Store,
    layout: str,
) -> None:
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
    old, new = dict(before.connection), dict(after.connection)
    if old.keys() != new.keys():
        return False
    return all(_is_same_field(value, new[name]) for name, value in old.items())


def _is_same_field(before: str, after: str) -> bool:
    if before == after:
        return True
    # a placeholder that could be empty may have got a default
    if not may_be_empty(before):
        return False
    is_filled = remove_defaults(after) == remove_defaults(before)
    return is_filled or after == add_default(before, "")


def _prove_separation(old: StoreMap, new: StoreMap) -> None:
    """Raise `ProofError` if two stores of one kind would get into one place."""
    before = {}
    for store in old.stores:
        if store.location is not None:
            before[store.key] = store.location.place
    first_at: dict[tuple[object, ...], Store] = {}
    for store in new.stores:
        if store.location is None:
            continue
        place = (_row_kind(store), *store.location.place)
        other = first_at.setdefault(place, store)
        is_old = store.key in before or other.key in before
        if is_old and before.get(store.key) != before.get(other.key):
            raise ProofError(f"the rows of {store.key} and {other.key} would mix")


def _row_kind(store: Store) -> str:
    fact = store.fact
    own = f"{fact.api} {fact.provider_type} {fact.use}"
    return fact.keys or fact.table or own


def prove_comments(old: Comments, new: Comments) -> None:
    """Raise `ProofError` if a comment of the old document is not in the
    new one.

    It can be in a line that became a comment.
    """
    before = Counter(comment.text for comment in old.all)
    after = Counter(comment.text for comment in new.all)
    missing = before - after
    if not missing:
        return
    for written in (after - before).elements():
        missing.subtract(_inner_comments(written))
    for comment in +missing:
        raise ProofError(f"the comment '{comment}' would be lost")


def _inner_comments(comment: str) -> Iterator[str]:
    """Yield what can be comments inside of a comment: all
    ends of it from a `#`.
    """
    place = comment.find("#", 1)
    while place > 0:
        if comment[place - 1] in " \t":
            yield comment[place:]
        place = comment.find("#", place + 1)
