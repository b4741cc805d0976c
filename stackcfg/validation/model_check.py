"""Hold plain data against a release's config models, as pydantic does.

Every error is reported with its path. The models are facts of
`releases.models`; upstream's hand-written validators are in
`validation.upstream`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from stackcfg.light_typing import Any, Final, NamedTuple
from stackcfg.paths import Path, value_at
from stackcfg.releases.models import Field, Kind, Model, config_model
from stackcfg.releases.versions import Release
from stackcfg.runconfig.same_values import has_same_values
from stackcfg.runconfig.substitution import UNKNOWN
from stackcfg.validation.descriptions import describe_type, quote_names
from stackcfg.validation.scalar_types import LISTS, SCALARS, decoded
from stackcfg.validation.upstream.field_checks import Validator
from stackcfg.validation.upstream.registry import (
    CHECKED_AT_START,
    REWRITTEN_BEFORE_CHECKS,
    VALIDATORS,
)

MISSING = "missing"
DROPPED = "dropped"
FORBIDDEN = "forbidden"
TYPE = "type"
KEY_TYPE = "key type"
TAG = "tag"
INVALID = "invalid"
DEPRECATED = "deprecated"

HARMLESS = frozenset({DROPPED, DEPRECATED})
"""Kinds of errors with which a model still accepts the data."""


_ADVICE = "; write "
"""What parts the reason of a check from what to write."""


class ModelError(NamedTuple):
    """One difference between data and model.

    `path` is that of the value; a missing field has the path that it
    would have. `model` holds the field, `expected` says in words what
    is required, `choices` are the tags or keys that would be right,
    `value` is what the server sees. `at_start`: the model takes the
    data, and what is built from it does not start.
    """

    kind: str
    path: Path
    model: str
    expected: str = ""
    choices: tuple[str, ...] = ()
    value: Any = None
    at_start: bool = False

    @property
    def reason(self) -> str:
        """Return what is required, without what to write."""
        return self.expected.partition(_ADVICE)[0]

    @property
    def advice(self) -> str:
        """Return what to write, if the check that refuses says so."""
        return self.expected.partition(_ADVICE)[2]


Errors = list[ModelError]

_Rewrite = tuple[str, Callable[[Any], Any]]
_Rewrites = tuple[_Rewrite, ...]


def has_refusal(errors: Errors) -> bool:
    """Return whether the server refuses the data for one of these errors."""
    return any(error.kind not in HARMLESS for error in errors)


def check_type(
    kind: Kind, value: Any, path: Path, version: Release, holder: str = ""
) -> Errors:
    """Return every difference between a value and a type of the facts."""
    return _check(kind, value, _Place(path, version, holder))


def check_model(name: str, value: Any, path: Path, version: Release) -> Errors:
    """Return every difference between a value and a config model of a release.

    The model is built from keyword arguments, as a config and a
    provider's config are.
    """
    place = _Place(path, version, "")
    if not path:
        # of a whole config each section is asked for
        return _check_fields(name, value, place)
    return _check_again(name, ("model", name), value, place)


class _Place(NamedTuple):
    """Where a value is: its path and the model that holds it, in a release."""

    path: Path
    version: Release
    holder: str

    def inside(self, part: Any) -> _Place:
        return _Place((*self.path, part), self.version, self.holder)

    def error(
        self, kind: str, value: Any, expected: str, choices: tuple[str, ...] = ()
    ) -> ModelError:
        return ModelError(kind, self.path, self.holder, expected, choices, value)

    def key_error(self) -> ModelError:
        return self.error(KEY_TYPE, self.path[-1], "a string")


_MOST_KEPT: Final = 4096
"""How many answers are kept: their places come out of files."""

_kept: dict[tuple[str, _Place], tuple[Any, Errors]] = {}
"""A value and what was found in it, by the model or field and the place."""


def _check_again(name: str, kind: Kind, value: Any, place: _Place) -> Errors:
    """Return what `_check` does, which was found already if the same
    was at this place last time.

    The text of a proof is that of before but for a few lines, and the
    files of a project have most of their lines in common.
    """
    question = (name, place)
    last = _kept.get(question)
    if last is not None and has_same_values(value, last[0]):
        return list(last[1])
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
    found = _check(kind, value, place)
    _kept[question] = (value, found)
    return list(found)


def _check(kind: Kind, value: Any, place: _Place) -> Errors:
    if not isinstance(kind, str):
        return _COMPOUNDS[kind[0]](kind, value, place)
    accepts, expected = SCALARS[kind]
    if accepts(value):
        return []
    return [place.error(TYPE, value, expected)]


def _check_fields(name: str, value: Any, place: _Place) -> Errors:
    if not isinstance(value, dict):
        return [place.error(TYPE, value, "a mapping")]
    model = config_model(name, place.version)
    value = _rewrite_fields(model, value)
    inner = _Place(place.path, place.version, name)
    found: Errors = []
    for key, item in value.items():
        field = model.fields.get(key)
        if field is None:
            found += _check_unknown_key(model, item, inner.inside(key), place)
        # most values are right, and only errors need a place
        elif field.deprecated or not _is_right_scalar(field.kind, item):
            found += _check_field(field, item, inner.inside(key))
    found += _find_missing_fields(model, value, inner)
    validators = _validators_of(model.name, model.checks)
    # validators expect fields of the right types, so they are not asked
    # otherwise
    at_start = CHECKED_AT_START.get(model.name, ())
    if not validators and not at_start:
        return found
    if not _has_refused_field(found, len(place.path) + 1):
        found += _run_validators(validators, value, inner)
        found += _check_start(at_start, value, inner)
    return found


def _is_right_scalar(kind: Kind, value: Any) -> bool:
    """Return whether a scalar type, alone or in a union, accepts a value."""
    if isinstance(kind, str):
        accepts, _ = SCALARS[kind]
        return accepts(value)
    if kind[0] != "union":
        return False
    for member in kind[1:]:
        if isinstance(member, str):
            accepts, _ = SCALARS[member]
            if accepts(value):
                return True
    return False


def _rewrite_fields(model: Model, value: dict[Any, Any]) -> dict[Any, Any]:
    """Return a value with the fields replaced that validators change
    before checks.
    """
    if not model.checks:
        return value
    for field, rewrite in _rewrites_of(model.name, model.checks):
        if field in value:
            value = {**value, field: rewrite(value[field])}
    return value


@cache
def _rewrites_of(model: str, checks: frozenset[str]) -> _Rewrites:
    """Return the fields that validators of a model change, and how."""
    found: list[_Rewrite] = []
    for check in checks:
        found += REWRITTEN_BEFORE_CHECKS.get(f"{model}.{check}", {}).items()
    return tuple(found)


def _check_field(field: Field, value: Any, place: _Place) -> Errors:
    if len(place.path) == 1:
        found = _check_again(field.name, field.kind, value, place)
    else:
        found = _check(field.kind, value, place)
    if field.deprecated:
        return [place.error(DEPRECATED, None, ""), *found]
    return found


def _check_unknown_key(
    model: Model, value: Any, place: _Place, owner: _Place
) -> Errors:
    """Return the error of a key that the model does not have, if it is one."""
    is_string = isinstance(place.path[-1], str)
    is_keyword = not owner.holder
    if not is_string and (is_keyword or model.open or model.closed):
        return [place.key_error()]
    if model.open:
        return []
    kind = FORBIDDEN if model.closed else DROPPED
    return [place.error(kind, value, "", tuple(model.fields))]


def _has_refused_field(errors: Errors, depth: int) -> bool:
    return has_refusal([error for error in errors if len(error.path) <= depth])


def _find_missing_fields(model: Model, value: dict[Any, Any], place: _Place) -> Errors:
    absent = [key for key in model.required if key not in value]
    if not absent:
        return []
    fields = model.fields
    # a field can have several keys, of which any one is enough
    present = {field.name for key, field in fields.items() if key in value}
    found: Errors = []
    for key in absent:
        field = fields[key]
        if field.name not in present:
            present.add(field.name)
            expected = describe_type(field.kind)
            found.append(place.inside(key).error(MISSING, None, expected))
    return found


@cache
def _validators_of(model: str, checks: frozenset[str]) -> tuple[Validator, ...]:
    names = [f"{model}.{check}" for check in sorted(checks)]
    found = [VALIDATORS[name] for name in names if name in VALIDATORS]
    return tuple(found)


def _run_validators(
    validators: Sequence[Validator], value: dict[Any, Any], place: _Place
) -> Errors:
    found: Errors = []
    for validator in validators:
        for path, reason in validator(value, place.version):
            refused = _Place((*place.path, *path), place.version, place.holder)
            found.append(refused.error(INVALID, value_at(value, path), reason))
    return found


def _check_start(
    validators: Sequence[Validator], value: dict[Any, Any], place: _Place
) -> Errors:
    """Return what stops a start; a field that is not there is missing."""
    found: Errors = []
    for refused in _run_validators(validators, value, place):
        error = refused._replace(at_start=True)
        if error.path[len(place.path)] in value:
            found.append(error)
        else:
            found.append(error._replace(kind=MISSING, expected=error.reason))
    return found


def _check_list(kind: Kind, value: Any, place: _Place) -> Errors:
    if not isinstance(value, LISTS):
        return [place.error(TYPE, value, describe_type(kind))]
    found: Errors = []
    for index, item in enumerate(value):
        if not _is_right_scalar(kind[1], item):
            found += _check(kind[1], item, place.inside(index))
    return found


def _check_dict(kind: Kind, value: Any, place: _Place) -> Errors:
    if not isinstance(value, dict):
        return [place.error(TYPE, value, describe_type(kind))]
    found: Errors = []
    for key, item in value.items():
        if not isinstance(key, str):
            found.append(place.inside(key).key_error())
        elif not _is_right_scalar(kind[1], item):
            found += _check(kind[1], item, place.inside(key))
    return found


def _check_named_model(kind: Kind, value: Any, place: _Place) -> Errors:
    return _check_fields(kind[1], value, place)


def _check_literal(kind: Kind, value: Any, place: _Place) -> Errors:
    literals = kind[1:]
    # the types are compared as well: 1 and true are equal in Python
    fits = any(value == each and type(value) is type(each) for each in literals)
    if fits or value is UNKNOWN:
        return []
    choices = tuple(map(str, literals))
    return [place.error(TAG, value, describe_type(kind), choices)]


def _check_tagged(kind: Kind, value: Any, place: _Place) -> Errors:
    """Check a union whose members differ by the literal in one required
    field.
    """
    if value is None and "none" in kind:
        return []
    if not isinstance(value, dict):
        return [place.error(TYPE, value, "a mapping")]
    _, field, *members = kind
    models = _models_by_tag(field, members, place.version)
    tag = value.get(field)
    if tag is UNKNOWN:
        return []
    if isinstance(tag, str) and tag in models:
        return _check_fields(models[tag], value, place)
    error = TAG if field in value else MISSING
    expected = "one of " + quote_names(models)
    return [place.inside(field).error(error, tag, expected, tuple(models))]


def _models_by_tag(field: str, members: Kind, version: Release) -> dict[str, str]:
    found: dict[str, str] = {}
    for member in members:
        if member != "none":
            _, model = member
            found.update(dict.fromkeys(_tags_of(model, field, version), model))
    return found


def _tags_of(model: str, field: str, version: Release) -> tuple[Any, ...]:
    """Return the literals of a model's field; empty if it has no such field."""
    found = config_model(model, version).fields.get(field)
    if found is None or found.kind[0] != "literal":
        return ()
    return tuple(found.kind[1:])


def _check_union(kind: Kind, value: Any, place: _Place) -> Errors:
    """Return the errors of the member that accepts a value, or was
    probably meant.
    """
    members = kind[1:]
    attempts: list[Errors] = []
    for member in members:
        errors = _check(member, value, place)
        if not errors:
            return []
        attempts.append(errors)
    # harmless errors count as well: a model that drops keys accepts nearly
    # everything
    accepted = [errors for errors in attempts if not has_refusal(errors)]
    if accepted:
        return min(accepted, key=len)
    for member, errors in zip(members, attempts, strict=True):
        if _is_meant(member, value, members, place.version):
            return errors
    return [place.error(TYPE, value, describe_type(kind), _literals_of(members))]


def _literals_of(members: Kind) -> tuple[str, ...]:
    found: list[str] = []
    for member in members:
        if member[0] == "literal":
            found += map(str, member[1:])
    return tuple(found)


def _is_meant(member: Kind, value: Any, members: Kind, version: Release) -> bool:
    """Return whether a value was probably meant as this member of a union."""
    if isinstance(member, str):
        return False
    if isinstance(value, list):
        return bool(member[0] == "list")
    if not isinstance(value, dict):
        return False
    if member[0] == "tagged":
        return True
    if sum(each[0] == "model" for each in members) <= 1:
        return member[0] in ("model", "dict")
    if member[0] != "model":
        return False
    return value.get("type") in _tags_of(member[1], "type", version)


def _check_bound(kind: Kind, value: Any, place: _Place) -> Errors:
    _, limits, inner = kind
    found = _check(inner, value, place)
    # pydantic asks for limits after the type, and of no value that is null
    if found or value is UNKNOWN or value is None:
        return found
    for name, limit in limits.items():
        if name in _LIMITS and not _LIMITS[name](value, limit):
            return [place.error(INVALID, value, describe_type(kind))]
    return []


def _number(value: Any) -> float:
    if isinstance(value, bool):
        return float(value)
    # a string such as "8_080" is an integer for pydantic
    return float(str(decoded(value)).replace("_", ""))


_LIMITS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "ge": lambda value, limit: _number(value) >= limit,
    "gt": lambda value, limit: _number(value) > limit,
    "le": lambda value, limit: _number(value) <= limit,
    "lt": lambda value, limit: _number(value) < limit,
    "min_length": lambda value, limit: len(value) >= limit,
    "max_length": lambda value, limit: len(value) <= limit,
    "pattern": lambda value, limit: re.search(str(limit), str(value)) is not None,
}

_COMPOUNDS = {
    "model": _check_named_model,
    "list": _check_list,
    "dict": _check_dict,
    "literal": _check_literal,
    "tagged": _check_tagged,
    "union": _check_union,
    "bound": _check_bound,
}
