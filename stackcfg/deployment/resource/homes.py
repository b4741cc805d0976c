"""The home folder of the server of an old object."""

from __future__ import annotations

from typing import Final

from stackcfg.deployment.environment.paths import Homes
from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.paths import as_mapping, list_at

VARIABLES: Final = ("spec", "server", "containerSpec", "env")


def homes_of(conversion: Conversion) -> Homes:
    """Return the home that a variable of the container sets, beside the known ones."""
    for variable in list_at(conversion.source.data, VARIABLES):
        given = as_mapping(variable)
        value = given.get("value")
        if given.get("name") == "HOME" and isinstance(value, str) and value:
            return Homes(known=(value.rstrip("/"),))
    return Homes()
