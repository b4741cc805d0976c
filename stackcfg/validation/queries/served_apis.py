"""Which APIs have an implementation once the server is up.

One that the server routes has its router's, with or without providers, where it is served, and none where it is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stackcfg.releases.models import root_model
from stackcfg.releases.providers import routers
from stackcfg.runconfig.booleans import as_pydantic_bool
from stackcfg.validation.inspection import Inspection

BUILT_IN: Final = frozenset(
    {"inspect", "providers", "admin", "prompts", "conversations", "connectors"}
)
"""APIs that the server implements itself."""


SWITCHED: Final = "telemetry"
"""The API that a switch of its own brings up (0.3)."""


def implemented_apis(inspection: Inspection, always: bool) -> frozenset[str]:
    """The APIs that have one: by a provider that is on (always, or at least sometimes), a router, or the server."""
    routed = set(routers(inspection.version).values())
    found = {
        each.api
        for each in inspection.providers
        if (each.always_on if always else each.ever_on)
    } - routed
    listed = named_apis(inspection)
    served = {
        router
        for router in routers(inspection.version).values()
        if not listed or router in listed
    }
    tables = {
        table
        for table, router in routers(inspection.version).items()
        if router in served
    }
    telemetry = {SWITCHED} if _telemetry(inspection) else set()
    return frozenset(found | served | tables | BUILT_IN | telemetry)


def named_apis(inspection: Inspection) -> tuple[str, ...]:
    """The APIs that the config lists; none when all are meant."""
    listed = inspection.seen(("apis",))
    return (
        tuple(each for each in listed if isinstance(each, str))
        if isinstance(listed, list)
        else ()
    )


def remedy(inspection: Inspection, api: str) -> str:
    """What brings up an API that has no implementation, as an advice.

    Providers of a routed API stand under its router, and it is there where the router is served.
    """
    router = routers(inspection.version).get(api, api)
    listed = named_apis(inspection)
    if (
        router in routers(inspection.version).values()
        and listed
        and router not in listed
    ):
        return f"add '{router}' to apis" + (
            f", which brings '{api}' along" if router != api else ""
        )
    if api == SWITCHED and SWITCHED in root_model(inspection.version).fields:
        return f"write '{SWITCHED}: {{enabled: true}}' at the top level"
    return f"add a provider under providers.{api}"


def _telemetry(inspection: Inspection) -> bool:
    """Whether the release brings up telemetry of its own (0.3); where nobody can tell, it counts as there."""
    section: Any = inspection.seen((SWITCHED,))
    if SWITCHED not in root_model(inspection.version).fields or not isinstance(
        section, Mapping
    ):
        return False
    return as_pydantic_bool(section.get("enabled", False)) is not False
