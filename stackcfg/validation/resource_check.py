"""Holds an object against the definition of its kind, as the API server does.

A value that something still fills in (`manifests.unknown_values`) is
right. A null counts as absent: no field of these definitions is
`nullable`, so the API server drops it and takes the default
("Defaulting and Nullable" in the documentation of Kubernetes). It looks
for unknown fields before that, and nothing is dropped from a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from stackcfg.light_typing import Any, Final, NamedTuple
from stackcfg.manifests.unknown_values import is_unknown
from stackcfg.paths import Path
from stackcfg.releases.custom_resources import (
    ARRAY,
    INT_OR_STRING,
    OBJECT,
    CustomResource,
    Field,
)
from stackcfg.validation.resource_conditions import is_broken

UNKNOWN: Final = "unknown"
TYPE: Final = "type"
MISSING: Final = "missing"
INVALID: Final = "invalid"
CONDITION: Final = "condition"
"""Kinds of errors."""

EMPTY: Final = "not empty"
"""What is expected of an `INVALID` value without content."""


class FieldError(NamedTuple):
    """One difference between an object and its definition.

    `path` is where in the object. `field` is that of the definition,
    for an unknown field that of its mapping. `words` say what is
    expected of an `INVALID` value; `condition` is the one that a
    `CONDITION` breaks.
    """

    kind: str
    path: Path
    field: Field
    value: Any = None
    words: str = ""
    condition: tuple[str, ...] = ()


def written_path(path: Path) -> str:
    """Return a path as people write it: `spec.list[1].name`."""
    words = "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in path
    )
    return words.lstrip(".")


Errors = Iterator[FieldError]


def check_resource(data: Mapping[str, Any], resource: CustomResource) -> Errors:
    """Yield what the API server refuses in an object of a kind."""
    root = resource.field("")
    if root is not None:
        yield from _check_value(data, root, (), resource)


def _check_value(
    value: Any, field: Field, path: Path, resource: CustomResource
) -> Errors:
    if is_unknown(value):
        return
    if not has_type(value, field.type):
        yield FieldError(TYPE, path, field, value)
        return
    for words in _broken_bounds(value, field):
        yield FieldError(INVALID, path, field, value, words)
    if isinstance(value, Mapping):
        yield from _check_mapping(value, field, path, resource)
    elif isinstance(value, list):
        item = resource.child(field, 0)
        for index, each in enumerate(value):
            if item is not None:
                yield from _check_value(each, item, (*path, index), resource)


def _check_mapping(
    value: Mapping[Any, Any], field: Field, path: Path, resource: CustomResource
) -> Errors:
    given = {key: each for key, each in value.items() if each is not None}
    for name in field.required:
        if name not in given:
            yield FieldError(MISSING, (*path, name), field)
    if not field.open:
        yield from _check_entries(value, field, path, resource)
    if field.conditions:
        yield from _check_conditions(given, field, path, resource)


def _check_entries(
    given: Mapping[Any, Any], field: Field, path: Path, resource: CustomResource
) -> Errors:
    for key, each in given.items():
        child = resource.child(field, key)
        if child is None:
            yield FieldError(UNKNOWN, (*path, key), field)
        elif each is not None:
            yield from _check_value(each, child, (*path, key), resource)


def _check_conditions(
    given: Mapping[Any, Any], field: Field, path: Path, resource: CustomResource
) -> Errors:
    for condition in field.conditions:
        if is_broken(condition, given, field, resource):
            yield FieldError(CONDITION, path, field, condition=tuple(condition))


def has_type(value: Any, kind: str) -> bool:
    """Return whether a value has a type of the facts, as JSON writes it."""
    if kind == OBJECT:
        return isinstance(value, Mapping)
    if kind == ARRAY:
        return isinstance(value, list)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "string":
        return _is_text(value)
    if kind == "integer":
        return _is_whole(value)
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == INT_OR_STRING:
        return _is_text(value) or _is_whole(value)
    return True


def _is_text(value: Any) -> bool:
    # JSON has no dates: Kubernetes reads one as a string
    return isinstance(value, str | date)


def _is_whole(value: Any) -> bool:
    if isinstance(value, float):
        return value.is_integer()
    return isinstance(value, int) and not isinstance(value, bool)


def _broken_bounds(value: Any, field: Field) -> Iterator[str]:
    """Yield in words each bound that a value of the right type breaks."""
    if isinstance(value, str):
        yield from _broken_bounds_of_text(value, field)
    elif isinstance(value, Mapping | list):
        yield from _broken_size(value, field)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if field.least is not None and value < field.least:
            yield f"at least {field.least}"
        if field.most is not None and value > field.most:
            yield f"at most {field.most}"


def _broken_bounds_of_text(value: str, field: Field) -> Iterator[str]:
    if field.values and value not in field.values:
        yield "one of " + ", ".join(f"'{each}'" for each in field.values)
    if len(value) < field.min_length:
        yield EMPTY if not value else f"at least {field.min_length} characters"
    elif field.max_length is not None and len(value) > field.max_length:
        yield f"at most {field.max_length} characters"
    elif field.pattern and re.search(field.pattern, value) is None:
        yield field.form


def _broken_size(value: Mapping[Any, Any] | list[Any], field: Field) -> Iterator[str]:
    if len(value) < field.min_items:
        yield EMPTY
    if field.max_items is not None and len(value) > field.max_items:
        yield f"a list of at most {field.max_items}"
    if field.unique_by and isinstance(value, list):
        keys = [_key_of(each, field) for each in value]
        known = [each for each in keys if not any(map(is_unknown, each))]
        if len(set(known)) < len(known):
            yield f"a list of items that differ in '{field.unique_by[0]}'"


def _key_of(item: Any, field: Field) -> tuple[str, ...]:
    if not isinstance(item, Mapping):
        return ()
    return tuple(str(item.get(name)) for name in field.unique_by)
