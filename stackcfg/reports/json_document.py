"""What the JSON reports share: problems, locations, and making the document."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from typing import TypeVar

from stackcfg.light_typing import Any, Final
from stackcfg.loading import errors
from stackcfg.redaction.secrets import mask_secrets
from stackcfg.reports.console.characters import encodable
from stackcfg.reports.shape import Ordinal, Shape
from stackcfg.stores import store_map

PUBLIC: Final = ("db_path", "host", "port", "db")
"""The fields of a connection that say where it is; all others may be
credentials.
"""


AnyShape = TypeVar("AnyShape", bound=Shape)


class Problem(Shape):
    """Why a file was refused; without line and column where the whole file is meant."""

    message: str
    hint: str
    line: Ordinal | None = None
    column: Ordinal | None = None


class Location(Shape):
    """Where rows are; the connection is without credentials, placeholders are as written."""

    engine: str
    connection: dict[str, str]
    table: str
    prefix: str


def describe_problem(problem: errors.Problem | None) -> Problem | None:
    """Return why a file was refused, None if it was not."""
    if problem is None:
        return None
    line, column = problem.line or None, problem.column or None
    return Problem(problem.message, problem.hint, line, column)


def describe_location(location: store_map.Location | None) -> Location | None:
    """Return a location without credentials, None where there is none."""
    if location is None:
        return None
    connection = {
        name: _mask_address(value)
        for name, value in location.connection
        if name in PUBLIC
    }
    table, prefix = mask_secrets(location.table), mask_secrets(location.prefix)
    return Location(mask_secrets(location.engine), connection, table, prefix)


def _mask_address(value: str) -> str:
    # Without a scheme a password in front of a host would be taken for a name.
    if "://" in value:
        return mask_secrets(value)
    return mask_secrets(f"://{value}").removeprefix("://")


def fill_shape(shape: type[AnyShape], result: object, /, **others: Any) -> AnyShape:
    """Return a shape with what a result has under the same names.

    `others` are the fields that the result calls otherwise, or has in
    another form.
    """
    names = set(shape.__annotations__).difference(others)
    return shape(**{name: getattr(result, name) for name in names}, **others)


def to_json(report: Shape) -> str:
    """Return a report as a JSON document that every output can hold."""
    document = json.dumps(report, indent=2, ensure_ascii=False, default=_present_fields)
    return encodable(document) + "\n"


def to_dict(shape: Shape) -> dict[str, Any]:
    """Return a shape as plain data, as a reader of its JSON gets it."""
    plain: dict[str, Any] = json.loads(json.dumps(shape, default=_present_fields))
    return plain


def _present_fields(shape: Any) -> dict[str, Any]:
    found = {}
    for each in fields(shape):
        value = getattr(shape, each.name)
        if value is not None or each.default is MISSING:
            found[each.name] = value
    return found
