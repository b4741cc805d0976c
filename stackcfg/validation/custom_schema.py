"""An organisation's own JSON Schema, held against a config with this project's line numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from stackcfg.redaction.secrets import is_secret_key
from stackcfg.spelling import nearest_word
from stackcfg.validation.rule_finding import EntryPart, RuleFinding, key_of, value_of

if TYPE_CHECKING:
    from jsonschema import ValidationError

OF_KEYS: Final = frozenset(
    {
        "required",
        "minProperties",
        "maxProperties",
        "dependentRequired",
        "dependencies",
        "unevaluatedProperties",
    }
)
"""What a schema says about the keys of a mapping: the place is the mapping's own key."""

LONGEST: Final = 160
"""Characters of a message that are shown."""


def parse_schema(text: str) -> object:
    """A JSON Schema from its text, in JSON or YAML. Raises `ValueError` when it is none."""
    import jsonschema

    try:
        schema = _loaded(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(schema, dict):
        raise ValueError("not a JSON Schema: the top is no mapping")
    schema = _as_json(schema)
    try:
        jsonschema.validators.validator_for(
            schema, jsonschema.Draft202012Validator
        ).check_schema(schema)
    except jsonschema.SchemaError as error:
        raise ValueError(f"not a JSON Schema: {_short(error.message)}") from None
    return schema


def _loaded(text: str) -> Any:
    import yaml

    with suppress(ValueError):
        return json.loads(text)
    try:
        return yaml.safe_load(text)
    except (
        yaml.YAMLError,
        ValueError,
    ):  # a date that does not exist is no YAML error to PyYAML
        raise ValueError("neither JSON nor YAML") from None


def schema_findings(data: Any, schema: Any) -> Iterator[RuleFinding]:
    """What the schema says of a config: the deepest complaint of each alternative that failed.

    References to other documents are not followed: nothing is ever fetched.
    """
    import jsonschema
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    kind = jsonschema.validators.validator_for(schema, jsonschema.Draft202012Validator)
    validator = kind(schema, registry=Registry())
    try:
        errors = list(validator.iter_errors(_as_json(data)))
    except Unresolvable as missing:
        yield RuleFinding(
            key_of(),
            f"your schema refers to '{missing.ref}', which it does not hold",
            help="put it under $defs",
        )
        return
    except RecursionError:
        yield RuleFinding(
            key_of(),
            "your schema refers to itself without end",
            help="remove the circle of '$ref'",
        )
        return
    said: set[RuleFinding] = set()
    for error in errors:
        for finding in _findings_of(jsonschema.exceptions.best_match([error])):
            if finding not in said:
                said.add(finding)
                yield finding


def _findings_of(error: ValidationError) -> Iterator[RuleFinding]:
    path = tuple(error.absolute_path)
    strays = _strays(error)
    known: Any = error.schema
    for stray in strays:
        meant = nearest_word(stray, known.get("properties", ()))
        advice = f"did you mean '{meant}'?" if meant else _description(error)
        yield RuleFinding(
            key_of(*path, stray), f"your schema has no key '{stray}' here", help=advice
        )
    if not strays:
        name = next((part for part in reversed(path) if isinstance(part, str)), "")
        speaker = f"at '{name}' your schema says" if name else "your schema says"
        yield RuleFinding(
            _place(error, path),
            f"{speaker}: {_short(_message(error, path))}",
            help=_description(error),
        )


def _strays(error: ValidationError) -> list[str]:
    """The keys that are too many, where the schema names those that there may be."""
    if error.validator != "additionalProperties" or error.validator_value is not False:
        return []
    schema: Any = error.schema
    instance: Any = error.instance
    patterns = [re.compile(each) for each in schema.get("patternProperties", ())]
    known = schema.get("properties", ())
    return [
        name
        for name in instance
        if name not in known and not any(each.search(name) for each in patterns)
    ]


def _place(error: ValidationError, path: tuple[str | int, ...]) -> EntryPart:
    if (
        isinstance(error.instance, str)
        and "propertyNames" in error.absolute_schema_path
    ):
        return key_of(*path, error.instance)
    return key_of(*path) if error.validator in OF_KEYS else value_of(*path)


def _message(error: ValidationError, path: tuple[str | int, ...]) -> str:
    """What jsonschema says, without quoting mappings, lists, and values under keys that tell of a secret."""
    quoted, instance = repr(error.instance), error.instance
    if isinstance(instance, dict | list):
        return error.message.replace(
            quoted, "the mapping" if isinstance(instance, dict) else "the list"
        )
    secret = any(isinstance(part, str) and is_secret_key(part) for part in path)
    return error.message.replace(quoted, "the value") if secret else error.message


def _description(error: ValidationError) -> str:
    """The first line of the nearest description around what failed."""
    part: Any = error
    while part is not None:
        words = (
            part.schema.get("description") if isinstance(part.schema, Mapping) else None
        )
        if words:
            return str(words).strip().split("\n")[0]
        part = part.parent
    return ""


def _as_json(data: Any) -> Any:
    """The data as JSON has it: keys and dates are texts."""
    if isinstance(data, Mapping):
        return {_key_text(name): _as_json(each) for name, each in data.items()}
    if isinstance(data, list):
        return [_as_json(each) for each in data]
    if isinstance(data, date):
        return data.isoformat()
    return data.decode("utf-8", "replace") if isinstance(data, bytes) else data


def _key_text(name: Any) -> str:
    if isinstance(name, bool) or name is None:
        return json.dumps(name)
    return name.isoformat() if isinstance(name, date) else str(name)


def _short(message: str) -> str:
    return message if len(message) <= LONGEST else f"{message[: LONGEST - 3]}..."
