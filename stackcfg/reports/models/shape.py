"""What the JSON reports have in common: how a shape is declared, and how it becomes JSON."""

from __future__ import annotations

import json
from dataclasses import MISSING, dataclass, fields
from typing import Annotated, Any, ClassVar, Final

from stackcfg.loading import errors
from stackcfg.reports.console.characters import encodable


class Shape:
    """The base of every JSON object of a report: a dataclass whose fields are its keys.

    A field that defaults to None is left out of the document where it is None.
    """

    __slots__ = ()
    # Read by pydantic, which only the export of the schemas loads.
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}


class AtLeast:
    """The least value of a number, for the schema."""

    def __init__(self, minimum: int) -> None:
        self.minimum: Final = minimum

    def __get_pydantic_json_schema__(self, core: Any, convert: Any) -> dict[str, Any]:
        """Return the schema of a number with this minimum."""
        return {**convert(core), "minimum": self.minimum}


class OneOf:
    """The values that a string can have, for the schema."""

    def __init__(self, *choices: str) -> None:
        self.choices: Final = choices

    def __get_pydantic_json_schema__(self, core: Any, convert: Any) -> dict[str, Any]:
        """Return the schema of a string that is one of the choices."""
        return {"enum": list(self.choices), **convert(core)}


Count = Annotated[int, AtLeast(0)]
Ordinal = Annotated[int, AtLeast(1)]
"""A line, or a column in characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem(Shape):
    """Why a file was refused; without line and column where the whole file is meant."""

    message: str
    hint: str
    line: Ordinal | None = None
    column: Ordinal | None = None


def describe_problem(problem: errors.Problem | None) -> Problem | None:
    """Return why a file was refused, None if it was not."""
    if problem is None:
        return None
    message, hint = problem.message, problem.hint
    if not problem.line:
        return Problem(message=message, hint=hint)
    line, column = problem.line, problem.column
    return Problem(message=message, hint=hint, line=line, column=column)


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
