"""Values that fit a JSON Schema, or nearly do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, Final

from stackcfg.paths import as_mapping

Schema = Mapping[str, Any]

ODD_VALUES: Final[tuple[Any, ...]] = (
    None,
    "",
    "some text",
    "17",
    "true",
    "1.5",
    17,
    0,
    -1,
    8.0,
    1.5,
    True,
    False,
    [],
    {},
    ["one"],
    [17],
    [None],
    {"some": "thing"},
    {"some": {"more": [1]}},
    [{"some": "thing"}],
    "http://localhost:1",
    "[1, 2]",
    99999999999999999999,
)
"""Values of every type, and strings that look like values of another type."""

STRINGS: Final = ("some text", "http://localhost:1", "model-a", "x/y", "17", "all", "é")
NUMBERS: Final = (0, 1, 8, 384, 8321, 70000, -1)
DEEPEST: Final = 6
"""The depth below which only required keys are made."""

Named = Callable[[str], Sequence[str]]
"""Returns the names that a config has for a key, such as its backends."""


class ValueMaker:
    """Makes values of one schema document."""

    def __init__(self, document: Schema, rng: Random, named: Named) -> None:
        self._definitions = as_mapping(document.get("$defs"))
        self._rng = rng
        self._named = named

    def resolve(self, schema: Schema) -> Schema:
        """Return what a reference stands for; one of several alternatives."""
        for _ in range(DEEPEST):
            choices = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
            if "$ref" in schema:
                name = str(schema["$ref"]).rsplit("/", 1)[-1]
                schema = as_mapping(self._definitions.get(name))
            elif choices:
                schema = self._rng.choice(choices)
            else:
                break
        return schema

    def make(self, schema: Schema, key: str = "", depth: int = 0) -> Any:
        """Return a value that fits, as far as the schema says what fits."""
        schema = self.resolve(schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._rng.choice(schema["enum"])
        kind = schema.get("type")
        if kind == "object":
            return self._make_mapping(schema, depth)
        if kind == "array":
            items = as_mapping(schema.get("items"))
            count = self._rng.choice((0, 1, 1, 2))
            return [self.make(items, key, depth + 1) for _ in range(count)]
        return self._make_scalar(kind, key)

    def _make_scalar(self, kind: object, key: str) -> Any:
        if kind == "string":
            return self._rng.choice((*self._named(key), *STRINGS))
        if kind == "integer":
            return self._rng.choice(NUMBERS)
        if kind == "number":
            return self._rng.choice((*NUMBERS, 0.5))
        if kind == "boolean":
            return self._rng.random() < 0.5
        if kind == "null":
            return None
        return self._rng.choice(ODD_VALUES)

    def _make_mapping(self, schema: Schema, depth: int) -> dict[str, Any]:
        required = schema.get("required", ())
        made = {}
        for name, field in as_mapping(schema.get("properties")).items():
            is_wanted = depth < DEEPEST and self._rng.random() < 0.4
            if name in required or is_wanted:
                made[name] = self.make(field, name, depth + 1)
        extra = schema.get("additionalProperties")
        if isinstance(extra, Mapping) and self._rng.random() < 0.7:
            name = self._rng.choice(("mine", *self._named("")))
            made[name] = self.make(extra, name, depth + 1)
        return made
