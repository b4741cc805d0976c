"""Which APIs have an implementation once the server is up.

One that the server routes has its router's, with or without providers, where it is served, and none where it is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stackcfg.config_models import routers
from stackcfg.inspection import BUILT_IN, Inspection


def implemented(inspection: Inspection, always: bool) -> frozenset[str]:
    """The APIs that have one: by a provider that is on (always, or at least sometimes), a router, or the server."""
    routed = set(routers(inspection.version).values())
    found = {each.api for each in inspection.providers if (each.always_on if always else each.ever_on)} - routed
    listed = named_apis(inspection)
    served = {router for router in routers(inspection.version).values() if not listed or router in listed}
    tables = {table for table, router in routers(inspection.version).items() if router in served}
    telemetry = {"telemetry"} if _telemetry(inspection) else set()
    return frozenset(found | served | tables | BUILT_IN | telemetry)


def named_apis(inspection: Inspection) -> tuple[str, ...]:
    """The APIs that the config lists; none when all are meant."""
    listed = inspection.seen(("apis",))
    return tuple(each for each in listed if isinstance(each, str)) if isinstance(listed, list) else ()


def _telemetry(inspection: Inspection) -> bool:
    """Whether 0.3 brings up its own telemetry."""
    section: Any = inspection.readings[0].get("telemetry")
    return inspection.version < (0, 4) and isinstance(section, Mapping) and section.get("enabled") is True
