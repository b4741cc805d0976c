"""Where rows are, in the reports of `migrate` and `show`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from stackcfg.redaction.secrets import mask_secrets
from stackcfg.reports.models.shape import Shape
from stackcfg.stores.store_map import Location

PUBLIC: Final = ("db_path", "host", "port", "db")
"""The fields of a connection that say where it is; all others may be credentials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseLocation(Shape):
    """Where rows are; the connection is without credentials, placeholders are as written."""

    engine: str
    connection: dict[str, str]
    table: str
    prefix: str


def describe_location(location: Location | None) -> DatabaseLocation | None:
    """Return a location without credentials, None where there is none."""
    if location is None:
        return None
    connection = {
        name: _mask_address(value)
        for name, value in location.connection
        if name in PUBLIC
    }
    return DatabaseLocation(
        engine=mask_secrets(location.engine),
        connection=connection,
        table=mask_secrets(location.table),
        prefix=mask_secrets(location.prefix),
    )


def _mask_address(value: str) -> str:
    """Mask a password in an address, which may lack the scheme that tells it from a name."""
    if "://" in value:
        return mask_secrets(value)
    return mask_secrets(f"://{value}").removeprefix("://")
