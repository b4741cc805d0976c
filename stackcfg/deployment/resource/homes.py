"""The home folder of the server of an old object."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.manifests.home_paths import Homes, upstream_homes
from stackcfg.paths import Path, as_mapping, list_at
from stackcfg.releases.custom_resources import distribution_fact
from stackcfg.releases.server_environment import (
    distribution_of,
    is_server_image,
    vendor_of_image,
)

VARIABLES: Final[Path] = ("spec", "server", "containerSpec", "env")
DISTRIBUTION: Final[Path] = ("spec", "server", "distribution")


@lru_cache(maxsize=1)
def homes_of(conversion: Conversion) -> Homes:
    """Return the home that a variable sets, or that of the new image.

    In images of upstream it is not root's any more since 1.3.0.
    """
    for variable in list_at(conversion.source.data, VARIABLES):
        given = as_mapping(variable)
        value = given.get("value")
        if given.get("name") == "HOME" and isinstance(value, str) and value:
            return Homes(known=(value.rstrip("/"),))
    if is_from_upstream(conversion):
        return upstream_homes(conversion.target)
    return Homes()


def is_from_upstream(conversion: Conversion) -> bool:
    """Return whether the server runs an image of upstream."""
    given = as_mapping(conversion.data(DISTRIBUTION))
    image = str(given.get("image") or "")
    if image:
        return is_server_image(image) and bool(distribution_of(image))
    fact = distribution_fact(given.get("name"))
    return bool(fact) and "vendor" not in fact


def vendor_of(conversion: Conversion) -> str:
    """Return whose config the image of the server has; empty for upstream's."""
    given = as_mapping(conversion.data(DISTRIBUTION))
    fact = distribution_fact(given.get("name"))
    if fact:
        return str(fact.get("vendor", ""))
    return vendor_of_image(str(given.get("image") or ""))
