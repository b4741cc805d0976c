"""Every field of the operators' objects: a right value is accepted, each wrong one is found at its place.

That the verdicts are those of the API server was measured with mutants of real objects, a JSON Schema validator and
an interpreter of CEL; this holds them for every field.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from stackcfg.releases.custom_resources import (
    ARRAY,
    INT_OR_STRING,
    ITEM,
    OBJECT,
    VALUE,
    CustomResource,
    Field,
    custom_resource,
)
from stackcfg.validation.resource_check import (
    CONDITION,
    INVALID,
    MISSING,
    TYPE,
    UNKNOWN,
    check_resource,
)
from stackcfg.validation.resource_conditions import describe_condition

KINDS = ("OGXServer", "LlamaStackDistribution")
RESOURCES = [each for each in map(custom_resource, KINDS) if each is not None]
WRONG = {
    OBJECT: "word",
    ARRAY: {},
    "string": 5,
    "integer": "5",
    "number": "5",
    "boolean": "true",
    INT_OR_STRING: 1.5,
}
SAMPLES = {"integer": 1, "number": 0.5, "boolean": True, INT_OR_STRING: "1Gi"}


def right_value(resource: CustomResource, field: Field) -> Any:
    """A value that a field accepts, with what it requires and nothing else."""
    if field.type == OBJECT:
        found = {name: child_value(resource, field, name) for name in field.required}
        value = resource.field(field.path + VALUE)
        if field.min_items and value is not None:
            found["x"] = right_value(resource, value)
        return found
    if field.type == ARRAY:
        item = resource.field(field.path + ITEM)
        assert item is not None
        return [right_value(resource, item)]
    if field.type == "string":
        return next(iter(field.values), "a" * max(1, field.min_length))
    if field.type == "integer":
        return int(max(1, field.least or 1))
    return SAMPLES.get(field.type, {})


def child_value(resource: CustomResource, field: Field, name: str) -> Any:
    child = resource.child(field, name)
    assert child is not None
    return right_value(resource, child)


def steps(path: str) -> list[str]:
    return path.replace(ITEM, f".{ITEM}").replace(VALUE, f".{VALUE}").split(".")


def object_with(resource: CustomResource, path: str, value: Any) -> dict[str, Any]:
    """An object that has a value at a path of the facts, and all that is required around it."""
    root = resource.field("")
    assert root is not None
    whole: dict[str, Any] = right_value(resource, root)
    holder: Any = whole
    field = root
    *above, last = steps(path)
    for step in above:
        child = resource.child(field, step)
        assert child is not None
        holder = enter(holder, step, right_value(resource, child))
        field = child
    put(holder, last, value)
    return whole


def enter(holder: Any, step: str, value: Any) -> Any:
    if isinstance(holder, list):
        return holder[0]
    key = "x" if step == VALUE else step
    return holder.setdefault(key, value)


def put(holder: Any, step: str, value: Any) -> None:
    if isinstance(holder, list):
        holder[0] = value
    else:
        holder["x" if step == VALUE else step] = value


def place(path: str) -> tuple[str | int, ...]:
    """The path in such an object."""
    parts: list[str | int] = []
    for step in steps(path):
        parts.append({ITEM: 0, VALUE: "x"}.get(step, step))
    return tuple(parts)


def found(resource: CustomResource, path: str, value: Any) -> set[tuple[str, Any]]:
    errors = check_resource(object_with(resource, path, value), resource)
    # a minimal object lacks what its conditions ask for
    return {(each.kind, each.path) for each in errors if each.kind != CONDITION}


def fields_of(resource: CustomResource) -> Iterator[Field]:
    """`spec`, and the fields below."""
    for path in resource.paths:
        field = resource.field(path)
        if path.startswith("spec") and field is not None:
            yield field


@pytest.mark.parametrize("resource", RESOURCES, ids=KINDS)
def test_every_field_accepts_its_type_and_refuses_others(resource):
    for field in fields_of(resource):
        path = field.path
        assert found(resource, path, right_value(resource, field)) == set(), path
        if field.type in WRONG and field.type != INT_OR_STRING:
            errors = found(resource, path, WRONG[field.type])
            assert errors == {(TYPE, place(path))}, path
        assert found(resource, path, "${PARAMETER}") == set(), path


@pytest.mark.parametrize("resource", RESOURCES, ids=KINDS)
def test_every_mapping_refuses_unknown_keys_and_names_missing_ones(resource):
    for field in fields_of(resource):
        path = field.path
        if field.type != OBJECT:
            continue
        value = right_value(resource, field)
        if not field.open and resource.field(path + VALUE) is None:
            for given in (1, None):
                unknown = found(resource, path, {**value, "zz": given})
                assert unknown == {(UNKNOWN, (*place(path), "zz"))}, path
        for name in field.required:
            without = {key: each for key, each in value.items() if key != name}
            for incomplete in (without, {**value, name: None}):
                errors = found(resource, path, incomplete)
                assert (MISSING, (*place(path), name)) in errors, path


@pytest.mark.parametrize("resource", RESOURCES, ids=KINDS)
def test_every_bound_is_kept(resource):
    for field in fields_of(resource):
        for value in beyond(field):
            errors = found(resource, field.path, value)
            assert (INVALID, place(field.path)) in errors, (field.path, value)


def beyond(field: Field) -> Iterator[Any]:
    """Values that are just out of the bounds of a field."""
    if field.least is not None:
        yield int(field.least) - 1
    if field.most is not None:
        yield int(field.most) + 1
    if field.values:
        yield "zz"
    if field.min_length:
        yield ""
    if field.max_length is not None:
        yield "a" * (field.max_length + 1)
    if field.min_items:
        yield [] if field.type == ARRAY else {}


def test_every_condition_of_the_facts_has_words():
    conditions = {
        condition[0]
        for resource in RESOURCES
        for field in fields_of(resource)
        for condition in field.conditions
    }
    for condition in conditions:
        wrong, advice = describe_condition((condition, "a", "b", "c"))
        assert wrong
        assert advice
    assert len(conditions) == 9
