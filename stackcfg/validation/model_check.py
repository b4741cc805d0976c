"""Holds plain data against a release's config models, the way pydantic does: every mismatch, with its path.

Only the facts of `config_models` are asked; upstream's hand-written validators are in `model_validators`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any, Final, NamedTuple

from stackcfg.paths import Path
from stackcfg.releases.models import Field, Kind, Model, config_model
from stackcfg.releases.versions import Release
from stackcfg.runconfig.booleans import as_pydantic_bool
from stackcfg.runconfig.substitution import UNKNOWN
from stackcfg.validation.upstream_validators import (
    CHECKED_AT_START,
    REWRITTEN_BEFORE_CHECKS,
    VALIDATORS,
    Validator,
)

MISSING: Final = "missing"
DROPPED: Final = "dropped"
FORBIDDEN: Final = "forbidden"
TYPE: Final = "type"
KEY_TYPE: Final = "key type"
TAG: Final = "tag"
INVALID: Final = "invalid"
DEPRECATED: Final = "deprecated"

HARMLESS: Final = frozenset({DROPPED, DEPRECATED})
"""Kinds of mismatch with which a model still accepts the data."""


class ModelError(NamedTuple):
    """Where data and model differ.

    `path` is that of the value, for a missing field the path that it would have. `model` is the model that holds the
    field, `expected` says in words what is asked for, `choices` the tags or keys that would be right, `value` what the
    server sees there.
    """

    kind: str
    path: Path
    model: str
    expected: str = ""
    choices: tuple[str, ...] = ()
    value: Any = None


def check_type(
    kind: Kind, value: Any, path: Path, version: Release, holder: str = ""
) -> list[ModelError]:
    """Everything in which a value differs from a type of the facts."""
    if isinstance(kind, str):
        fits, words = _SCALARS[kind]
        return (
            [] if fits(value) else [ModelError(TYPE, path, holder, words, value=value)]
        )
    return _COMPOUNDS[kind[0]](kind, value, path, version, holder)


def has_refusal(found: list[ModelError]) -> bool:
    """Whether the server refuses the data for one of these mismatches."""
    return any(each.kind not in HARMLESS for each in found)


def check_model(
    name: str, value: Any, path: Path, version: Release, holder: str = ""
) -> list[ModelError]:
    """Everything in which a value differs from a config model of a release.

    `holder` is the model whose field holds the value; without one the model is built from the keys as keywords, as the
    whole config and the config of a provider are.
    """
    if not isinstance(value, dict):
        return [ModelError(TYPE, path, holder, "a mapping", value=value)]
    plan = _plan(name, version)
    value = _before(plan.shape, value)
    found: list[ModelError] = []
    for key, item in value.items():
        entry = plan.fields.get(key)
        if entry is None:
            found += _unknown_key(plan.shape, key, item, path, not holder)
            continue
        field, takes = entry
        if field.deprecated:
            found.append(ModelError(DEPRECATED, (*path, key), name))
        if takes is None or not takes(
            item
        ):  # only what does not fit at first sight is looked at with its path
            found += check_type(field.kind, item, (*path, key), version, name)
    for keys, field in plan.required:
        if keys[0] not in value and not any(key in value for key in keys):
            found.append(
                ModelError(
                    MISSING,
                    (*path, field.key),
                    name,
                    describe_type(field.kind, version),
                )
            )
    if plan.checks and not _refused_near(found, len(path) + 1):
        for check in plan.checks:
            for where, message in check(value, version):
                found.append(
                    ModelError(
                        INVALID, (*path, *where), name, message, value=_at(value, where)
                    )
                )
    return found


def _before(shape: Model, value: dict[Any, Any]) -> dict[Any, Any]:
    """The value with those fields replaced that a validator changes before their types are checked."""
    for check in shape.checks:
        for field, change in REWRITTEN_BEFORE_CHECKS.get(
            (shape.name, check), {}
        ).items():
            if field in value:
                value = {**value, field: change(value[field])}
    return value


def _refused_near(found: list[ModelError], length: int) -> bool:
    """Whether a field of the model itself is refused: its validators expect fields of the right types."""
    return any(each.kind not in HARMLESS and len(each.path) <= length for each in found)


def _at(value: Any, path: Path) -> Any:
    for part in path:
        fits = (
            isinstance(value, dict)
            if isinstance(part, str)
            else isinstance(value, list)
        )
        value = (
            value[part] if fits and (isinstance(part, int) or part in value) else None
        )
    return value


class _Plan(NamedTuple):
    """A model prepared for many checks: fields with a quick test each, keys of which one must be there, own checks."""

    shape: Model
    fields: Mapping[str, tuple[Field, Callable[[Any], bool] | None]]
    required: tuple[tuple[tuple[str, ...], Field], ...]
    checks: tuple[Validator, ...]


@cache
def _plan(name: str, version: Release) -> _Plan:
    shape = config_model(name, version)
    keys: dict[str, list[str]] = {}
    for key, field in shape.fields.items():
        if field.required:
            keys.setdefault(field.name, []).append(key)
    required = tuple((tuple(found), shape.fields[found[0]]) for found in keys.values())
    fields = {key: (field, _quick(field.kind)) for key, field in shape.fields.items()}
    checks = [
        VALIDATORS[name, check]
        for check in sorted(shape.checks)
        if (name, check) in VALIDATORS
    ]
    return _Plan(
        shape,
        fields,
        required,
        (*checks, *([CHECKED_AT_START[name]] if name in CHECKED_AT_START else ())),
    )


def _quick(kind: Kind) -> Callable[[Any], bool] | None:
    """A test that tells at once when a value fits; None for types that must be looked into."""
    if isinstance(kind, str):
        return _SCALARS[kind][0]
    if kind[0] == "union":
        tests = [test for test in map(_quick, kind[1:]) if test is not None]
        return _either(tests) if tests else None
    if kind[0] == "list" and isinstance(kind[1], str):
        inner = _SCALARS[kind[1]][0]
        return lambda value: isinstance(value, list) and all(map(inner, value))
    if kind[0] == "dict" and kind[1] == "any":
        return lambda value: (
            isinstance(value, dict) and all(isinstance(key, str) for key in value)
        )
    return None


def _either(tests: list[Callable[[Any], bool]]) -> Callable[[Any], bool]:
    """Whether one of some tests holds; for two, as `str | None` has them, without a loop."""
    if len(tests) == 2:
        one, other = tests
        return lambda value: one(value) or other(value)
    return lambda value: any(test(value) for test in tests)


def _unknown_key(
    shape: Model, key: Any, item: Any, path: Path, keywords: bool
) -> Iterator[ModelError]:
    if not isinstance(key, str) and (keywords or shape.open or shape.closed):
        yield _text_key(path, key, shape.name)
    elif not shape.open:
        kind = FORBIDDEN if shape.closed else DROPPED
        yield ModelError(
            kind, (*path, key), shape.name, choices=tuple(shape.fields), value=item
        )


def _model(
    kind: Kind, value: Any, path: Path, version: Release, holder: str
) -> list[ModelError]:
    return check_model(kind[1], value, path, version, holder)


def _list(
    kind: Kind, value: Any, path: Path, version: Release, holder: str
) -> list[ModelError]:
    if not isinstance(value, list):
        return [
            ModelError(TYPE, path, holder, describe_type(kind, version), value=value)
        ]
    found: list[ModelError] = []
    for index, item in enumerate(value):
        found += check_type(kind[1], item, (*path, index), version, holder)
    return found


def _dict(
    kind: Kind, value: Any, path: Path, version: Release, holder: str
) -> list[ModelError]:
    if not isinstance(value, dict):
        return [
            ModelError(TYPE, path, holder, describe_type(kind, version), value=value)
        ]
    if kind[1] == "any":
        return [
            _text_key(path, key, holder) for key in value if not isinstance(key, str)
        ]
    found: list[ModelError] = []
    for key, item in value.items():
        if isinstance(key, str):
            found += check_type(kind[1], item, (*path, key), version, holder)
        else:
            found.append(_text_key(path, key, holder))
    return found


def _text_key(path: Path, key: Any, holder: str) -> ModelError:
    return ModelError(KEY_TYPE, (*path, key), holder, "a string", value=key)


def _literal(
    kind: Kind, value: Any, path: Path, version: Release, holder: str
) -> list[ModelError]:
    if value is UNKNOWN or any(
        value == each and type(value) is type(each) for each in kind[1:]
    ):
        return []
    return [
        ModelError(
            TAG,
            path,
            holder,
            describe_type(kind, version),
            tuple(map(str, kind[1:])),
            value,
        )
    ]


def _tagged(
    kind: Kind, value: Any, path: Path, version: Release, holder: str
) -> list[ModelError]:
    """A union whose members are told apart by the literal in one field, which must be there."""
    if not isinstance(value, dict):
        if value is None and "none" in kind:
            return []
        return [ModelError(TYPE, path, holder, "a mapping", value=value)]
    field = kind[1]
    members = {
        tag: each[1]
        for each in kind[2:]
        if each != "none"
        for tag in _tags(each[1], field, version)
    }
    if field not in value:
        return [
            ModelError(
                MISSING,
                (*path, field),
                holder,
                "one of " + _listed(members),
                tuple(members),
            )
        ]
    tag = value[field]
    if tag is UNKNOWN:
        return []
    if not isinstance(tag, str) or tag not in members:
        return [
            ModelError(
                TAG,
                (*path, field),
                holder,
                "one of " + _listed(members),
                tuple(members),
                tag,
            )
        ]
    return check_model(members[tag], value, path, version, holder)


def _tags(name: str, field: str, version: Release) -> tuple[str, ...]:
    found = config_model(name, version).fields.get(field)
    return (
        tuple(found.kind[1:])
        if found is not None and found.kind[0] == "literal"
        else ()
    )


def _union(
    kind: Kind, value: Any, path: Path, version: Release, holder: str
) -> list[ModelError]:
    """The first member that takes the value; when none does, what the likeliest one says."""
    attempts = [check_type(member, value, path, version, holder) for member in kind[1:]]
    taken = [found for found in attempts if not has_refusal(found)]
    if taken:
        return min(taken, key=len)
    for member, found in zip(kind[1:], attempts, strict=True):
        if _likely(
            member,
            value,
            version,
            sum(each[0] == "model" for each in kind[1:] if isinstance(each, list)),
        ):
            return found
    choices = tuple(
        str(tag) for each in kind[1:] if each[0] == "literal" for tag in each[1:]
    )
    return [
        ModelError(TYPE, path, holder, describe_type(kind, version), choices, value)
    ]


def _likely(member: Kind, value: Any, version: Release, models: int) -> bool:
    """Whether a value was probably meant as this member of a union."""
    if not isinstance(member, list):
        return False
    if isinstance(value, dict):
        if member[0] == "tagged" or (member[0] in ("model", "dict") and models <= 1):
            return True
        tagged = member[0] == "model" and config_model(member[1], version).fields.get(
            "type"
        )
        return (
            isinstance(tagged, Field)
            and tagged.kind[0] == "literal"
            and value.get("type") in tagged.kind[1:]
        )
    return isinstance(value, list) and member[0] == "list"


def _bound(
    kind: Kind, value: Any, path: Path, version: Release, holder: str
) -> list[ModelError]:
    found = check_type(kind[2], value, path, version, holder)
    if found or value is UNKNOWN or value is None:
        return found
    for rule, limit in kind[1].items():
        if rule in _BOUNDS and not _BOUNDS[rule](value, limit):
            return [
                ModelError(
                    INVALID, path, holder, describe_type(kind, version), value=value
                )
            ]
    return []


def _number(value: Any) -> float:
    return (
        float(value) if isinstance(value, bool) else float(str(value).replace("_", ""))
    )


def _matches(value: Any, pattern: Any) -> bool:
    return re.search(str(pattern), str(value)) is not None


_BOUNDS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "ge": lambda value, limit: _number(value) >= limit,
    "gt": lambda value, limit: _number(value) > limit,
    "le": lambda value, limit: _number(value) <= limit,
    "lt": lambda value, limit: _number(value) < limit,
    "min_length": lambda value, limit: len(value) >= limit,
    "max_length": lambda value, limit: len(value) <= limit,
    "pattern": _matches,
}

_COMPOUNDS: Final[
    Mapping[str, Callable[[Kind, Any, Path, Release, str], list[ModelError]]]
] = {
    "model": _model,
    "list": _list,
    "dict": _dict,
    "literal": _literal,
    "tagged": _tagged,
    "union": _union,
    "bound": _bound,
}

_WHOLE: Final = re.compile(r"\s*[+-]?\d+(?:_\d+)*(?:\.0*)?\s*")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or value is UNKNOWN


def _is_whole(value: Any) -> bool:
    if isinstance(value, str):
        return _WHOLE.fullmatch(value) is not None
    return (
        value is UNKNOWN
        or isinstance(value, int)
        or (isinstance(value, float) and value.is_integer())
    )


def _is_float(value: Any) -> bool:
    if isinstance(value, str):
        try:
            float(value)
        except ValueError:
            return False
        return True
    return value is UNKNOWN or isinstance(value, int | float)


def _is_bool(value: Any) -> bool:
    return value is UNKNOWN or as_pydantic_bool(value) is not None


_BYTE: Final = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_LABEL: Final = r"[A-Za-z](?:-?[A-Za-z0-9])*"
_PLAIN_URL: Final = re.compile(
    rf"https?://(?:{_BYTE}(?:\.{_BYTE}){{3}}|(?:{_LABEL}\.)*{_LABEL})(?::\d{{1,4}})?(?:/[\w.~/-]*)?",
    re.ASCII,
)
"""An address that is one beyond doubt."""
_LONG_URL: Final = 2000


def _is_url(value: Any) -> bool:
    if not isinstance(value, str):
        return value is UNKNOWN
    return (
        len(value) <= _LONG_URL and _PLAIN_URL.fullmatch(value) is not None
    ) or _is_http_url(value)


@cache
def _is_http_url(value: str) -> bool:
    """What pydantic says; to load it takes longer than all the rest, and plain addresses do without."""
    from pydantic import HttpUrl, TypeAdapter, ValidationError

    try:
        TypeAdapter(HttpUrl).validate_python(value)
    except ValidationError:
        return False
    return True


def _is_mapping(value: Any) -> bool:
    return isinstance(value, dict)


_SCALARS: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    "str": (_is_text, "a string"),
    "secret": (_is_text, "a string"),
    "path": (_is_text, "a path"),
    "int": (_is_whole, "an integer"),
    "float": (_is_float, "a number"),
    "bool": (_is_bool, "true or false"),
    "url": (_is_url, "an http or https URL"),
    "none": (lambda value: value is None, "null"),
    "any": (lambda _value: True, "anything"),
    "dict": (_is_mapping, "a mapping"),
    "list": (lambda value: isinstance(value, list), "a list"),
}


def describe_type(kind: Kind, version: Release) -> str:
    """A type in words, as in 'must be a string or null'."""
    if isinstance(kind, str):
        return _SCALARS[kind][1]
    if kind[0] == "literal":
        return _listed(kind[1:])
    if kind[0] == "union":
        return " or ".join(
            dict.fromkeys(describe_type(each, version) for each in kind[1:])
        )
    if kind[0] == "bound":
        limits = {
            "ge": "at least",
            "gt": "more than",
            "le": "at most",
            "lt": "less than",
        }
        found = [
            f"{limits[rule]} {limit}"
            for rule, limit in kind[1].items()
            if rule in limits
        ]
        return (
            f"{describe_type(kind[2], version)}, {' and '.join(found)}"
            if found
            else describe_type(kind[2], version)
        )
    return {
        "list": "a list",
        "dict": "a mapping",
        "model": "a mapping",
        "tagged": "a mapping",
    }[kind[0]]


def _listed(names: Any) -> str:
    return ", ".join(f"'{name}'" for name in names)


def describe_value(value: Any) -> str:
    """A value in words for a message: its kind, and itself where it is short and no secret could be in it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, date):
        return "a date"
    names = ((str, "a string"), (list, "a list"), (Mapping, "a mapping"))
    return next(
        (name for kind, name in names if isinstance(value, kind)), "another value"
    )
