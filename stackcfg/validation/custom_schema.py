"""A user's own JSON Schema, as another rule whose findings are located
in the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date

from stackcfg.light_typing import TYPE_CHECKING, Any
from stackcfg.paths import Path
from stackcfg.redaction.keys import may_be_secret_key
from stackcfg.spelling import nearest_word
from stackcfg.validation.queries.suggestions import did_you_mean
from stackcfg.validation.rule_finding import EntryPart, RuleFinding, key_of, value_of

if TYPE_CHECKING:
    from jsonschema import ValidationError

ABOUT_KEYS = (
    "required",
    "minProperties",
    "maxProperties",
    "dependentRequired",
    "dependencies",
    "unevaluatedProperties",
)
"""Keywords about the keys of a mapping: their errors are at the
mapping's own key.
"""

MAX_MESSAGE = 160
"""The number of characters of a message that are shown."""


def parse_schema(text: str) -> object:
    """Return a JSON Schema from its text, JSON or YAML. Raises `ValueError`."""
    import jsonschema

    try:
        schema = _load(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(schema, dict):
        raise ValueError("not a JSON Schema: the top level is not a mapping")
    schema = _as_json(schema)
    try:
        _validator_class(schema).check_schema(schema)
    except jsonschema.SchemaError as error:
        raise ValueError(f"not a JSON Schema: {_shorten(error.message)}") from None
    return schema


def _load(text: str) -> Any:
    import yaml

    with suppress(ValueError):
        return json.loads(text)
    try:
        return yaml.safe_load(text)
    # for a date that does not exist PyYAML raises ValueError
    except (yaml.YAMLError, ValueError):
        raise ValueError("neither JSON nor YAML") from None


def _validator_class(schema: Any) -> Any:
    from jsonschema import Draft202012Validator, validators

    return validators.validator_for(schema, Draft202012Validator)


def schema_findings(data: Any, schema: Any) -> Iterator[RuleFinding]:
    """Yield the errors of a config by a schema: the deepest of failed
    alternatives.

    References to other documents are not followed, so nothing is ever
    downloaded.
    """
    from jsonschema.exceptions import best_match
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    validator = _validator_class(schema)(schema, registry=Registry())
    try:
        errors = list(validator.iter_errors(_as_json(data)))
    # an empty registry resolves no address of another document
    except Unresolvable as missing:
        message = f"your schema refers to '{missing.ref}', which it does not contain"
        yield RuleFinding(key_of(), message, "define it under $defs")
        return
    except RecursionError:
        message = "your schema refers to itself without end"
        yield RuleFinding(key_of(), message, "remove the circle of '$ref'")
        return
    found: dict[RuleFinding, None] = {}
    for error in errors:
        found.update(dict.fromkeys(_findings_of(best_match([error]))))
    yield from found


def _findings_of(error: ValidationError) -> Iterator[RuleFinding]:
    path = tuple(error.absolute_path)
    schema: Any = error.schema
    rejected = _rejected_keys(error)
    for key in rejected:
        meant = nearest_word(key, schema.get("properties", ()))
        advice = did_you_mean(meant, _description(error))
        message = f"your schema has no key '{key}' here"
        yield RuleFinding(key_of(*path, key), message, advice)
    if not rejected:
        yield _finding_of_value(error, path)


def _finding_of_value(error: ValidationError, path: Path) -> RuleFinding:
    keys = [part for part in path if isinstance(part, str)]
    speaker = f"at '{keys[-1]}' your schema says" if keys else "your schema says"
    message = f"{speaker}: {_shorten(_message_without_values(error, path))}"
    return RuleFinding(_place_of(error, path), message, _description(error))


def _rejected_keys(error: ValidationError) -> list[str]:
    """Return the keys that `additionalProperties: false` rejects."""
    if error.validator != "additionalProperties" or error.validator_value is not False:
        return []
    schema: Any = error.schema
    instance: Any = error.instance
    patterns = schema.get("patternProperties", ())
    unknown = [key for key in instance if key not in schema.get("properties", ())]
    return [
        key for key in unknown if not any(re.search(each, key) for each in patterns)
    ]


def _place_of(error: ValidationError, path: Path) -> EntryPart:
    instance = error.instance
    if isinstance(instance, str) and "propertyNames" in error.absolute_schema_path:
        return key_of(*path, instance)
    if error.validator in ABOUT_KEYS:
        return key_of(*path)
    return value_of(*path)


def _message_without_values(error: ValidationError, path: Path) -> str:
    """Return a message of jsonschema without quoted mappings, lists and
    secrets.
    """
    quoted = repr(error.instance)
    words = quoted
    if isinstance(error.instance, dict):
        words = "the mapping"
    elif isinstance(error.instance, list):
        words = "the list"
    elif any(isinstance(part, str) and may_be_secret_key(part) for part in path):
        words = "the value"
    return error.message.replace(quoted, words)


def _description(error: ValidationError) -> str:
    """Return the first line of the nearest description around what failed."""
    part: Any = error
    while part is not None:
        if isinstance(part.schema, Mapping) and part.schema.get("description"):
            return str(part.schema["description"]).strip().split("\n")[0]
        part = part.parent
    return ""


def _as_json(data: Any) -> Any:
    """Return data as JSON can hold it, with keys and dates as strings."""
    if isinstance(data, Mapping):
        return {_key_as_string(key): _as_json(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_as_json(item) for item in data]
    if isinstance(data, date):
        return data.isoformat()
    if isinstance(data, bytes):
        return data.decode("utf-8", "replace")
    return data


def _key_as_string(key: Any) -> str:
    if isinstance(key, bool) or key is None:
        return json.dumps(key)
    if isinstance(key, date):
        return key.isoformat()
    return str(key)


def _shorten(message: str) -> str:
    if len(message) <= MAX_MESSAGE:
        return message
    return f"{message[: MAX_MESSAGE - 3]}..."
