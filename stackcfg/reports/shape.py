"""How the shape of a JSON report is declared.

Each report is a dataclass beside the function that fills it, and the published JSON Schemas are
made from these. A field that gets another name or meaning needs the next version of the report
and a schema file of its own.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Final


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
