"""How the shape of a JSON report is declared.

Each report is a class beside the function that fills it, and the
published JSON Schemas are made from these. A field that gets another
name or meaning needs the next version of the report and a schema file
of its own. Docstrings of shapes, with their line breaks, are the
descriptions in the schemas.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, dataclass_transform


@dataclass_transform(frozen_default=True)
class Shape:
    """A JSON object of a report: each subclass is a frozen dataclass of
    its keys.

    A field that defaults to None is left out of the document where it
    is None.
    """

    # Read by pydantic, which only the export of the schemas loads.
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    def __init_subclass__(cls, *, kw_only: bool = False) -> None:
        dataclass(frozen=True, kw_only=kw_only)(cls)


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
