"""The types of columns when a table is made like one of another engine.

The servers declare columns through SQLAlchemy, in both engines under
nearly the same names (0.1.9 to ogx 1.5.0). sqlite takes any word as a
type and goes by what it contains (sqlite.org/datatype3.html).
"""

from __future__ import annotations

from typing import Final

from stackcfg.data.engines.protocol import Column
from stackcfg.data.locations import POSTGRES

# sqlite keeps integers of 8 bytes, INTEGER of PostgreSQL has 4
_OF_SQLITE: Final = (
    ("INT", "BIGINT"),
    ("CHAR", "VARCHAR"),
    ("TEXT", "TEXT"),
    ("CLOB", "TEXT"),
    ("BLOB", "BYTEA"),
    ("REAL", "DOUBLE PRECISION"),
    ("FLOA", "DOUBLE PRECISION"),
    ("DOUB", "DOUBLE PRECISION"),
    ("BOOL", "BOOLEAN"),
    ("JSON", "JSON"),
    ("TIME", "TIMESTAMP"),
    ("DATE", "DATE"),
    ("NUM", "NUMERIC"),
    ("DEC", "NUMERIC"),
)
"""A part of a type of sqlite, and the type of PostgreSQL that takes its values."""

_OF_POSTGRES: Final = (
    ("bigint", "INTEGER"),
    ("integer", "INTEGER"),
    ("smallint", "INTEGER"),
    ("character", "VARCHAR"),
    ("text", "TEXT"),
    ("bytea", "BLOB"),
    ("double precision", "FLOAT"),
    ("real", "FLOAT"),
    ("boolean", "BOOLEAN"),
    ("json", "JSON"),
    ("timestamp", "DATETIME"),
    ("date", "DATE"),
    ("numeric", "NUMERIC"),
)
"""The beginning of a type of PostgreSQL, and the type of sqlite."""

OTHER: Final = "TEXT"
"""The type for all others: their values are kept as they are written."""


def convert_type(column: Column, engine: str) -> str:
    """Return the type that a column has in a table of another engine."""
    if engine == POSTGRES:
        given = column.type.upper()
        found = (name for part, name in _OF_SQLITE if part in given)
    else:
        given = column.type.lower()
        found = (name for part, name in _OF_POSTGRES if given.startswith(part))
    return next(found, OTHER)
