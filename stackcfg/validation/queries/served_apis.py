"""The APIs that have an implementation once the server runs.

An API of a router is implemented if the router's own API is served,
with or without providers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from stackcfg.light_typing import Final
from stackcfg.paths import as_list
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.models import root_model
from stackcfg.releases.providers import FILES, LOCAL_FILES, routers
from stackcfg.releases.stores import DEFAULT_BACKENDS, REFERENCE, SQL
from stackcfg.runconfig.booleans import as_pydantic_bool
from stackcfg.validation.inspection import Inspection

BUILT_IN: Final = frozenset(
    {"inspect", "providers", "admin", "prompts", "conversations", "connectors"}
)
"""APIs that the server implements itself."""

TELEMETRY: Final = "telemetry"
"""The API that its own section enables (0.3)."""


# two rules ask, both twice
@lru_cache(maxsize=4)
def implemented_apis(inspection: Inspection, always: bool) -> frozenset[str]:
    """Return the APIs with an implementation; if `always`, with any
    variables.
    """
    table_routers = routers(inspection.version)
    found = set()
    for provider in inspection.providers:
        if provider.always_on or (provider.ever_on and not always):
            found.add(provider.api)
    found -= set(table_routers.values())
    for table, router in table_routers.items():
        if is_listed(inspection, router):
            found |= {table, router}
    if _may_have_telemetry(inspection):
        found.add(TELEMETRY)
    return BUILT_IN | found


def is_listed(inspection: Inspection, api: str) -> bool:
    """Return whether the config lists an API, or no APIs, so that all
    are served.
    """
    listed = as_list(inspection.seen(("apis",)))
    return api in listed or not any(isinstance(each, str) for each in listed)


def how_to_serve(inspection: Inspection, api: str) -> str:
    """Say what to write so that an API gets an implementation."""
    table_routers = routers(inspection.version)
    router = table_routers.get(api, api)
    if router in table_routers.values() and not is_listed(inspection, router):
        advice = f"add '{router}' to 'apis'"
        if router != api:
            advice += f", which also serves '{api}'"
        return advice
    if api == TELEMETRY and _has_telemetry_section(inspection):
        return f"write '{TELEMETRY}: {{enabled: true}}' at the top level"
    if api == FILES and inspection.version >= CATALOG_SINCE:
        return f"add to 'providers': {_files_provider(inspection)}"
    return f"add a provider under providers.{api}"


def how_to_serve_all(inspection: Inspection, apis: Sequence[str]) -> str:
    """Say what to write so that each API gets an implementation."""
    table_routers = routers(inspection.version)
    # the advice for an API that is routed is about its router
    served_too = {table_routers.get(api) for api in apis}
    wanted = [api for api in apis if api not in served_too]
    return "; ".join(how_to_serve(inspection, api) for api in wanted)


def _files_provider(inspection: Inspection) -> str:
    """Return a provider of files as one line of YAML, as upstream configures it."""
    fields = inspection.catalog.provider_fields(
        FILES, LOCAL_FILES, inspection.version, REFERENCE
    )
    store = fields[0]
    reference = f"{{backend: {_sql_backend(inspection)}, table_name: {store.default}}}"
    config = f"{{storage_dir: FOLDER, {store.path[0]}: {reference}}}"
    provider_id = LOCAL_FILES.rpartition("::")[2]
    keys = f"provider_id: {provider_id}, provider_type: {LOCAL_FILES}, config: {config}"
    return f"{FILES}: [{{{keys}}}]"


def _sql_backend(inspection: Inspection) -> str:
    """Return the usual SQL backend, or the one that the config has instead."""
    usual = DEFAULT_BACKENDS[SQL]
    names = inspection.backend_names
    if usual in names:
        return usual
    for name in names:
        if inspection.backend_type(name).startswith(SQL):
            return name
    return usual


def _has_telemetry_section(inspection: Inspection) -> bool:
    return TELEMETRY in root_model(inspection.version).fields


def _may_have_telemetry(inspection: Inspection) -> bool:
    """Return whether telemetry is on (0.3), or may be on with some variable."""
    section = inspection.seen((TELEMETRY,))
    if not _has_telemetry_section(inspection) or not isinstance(section, Mapping):
        return False
    return as_pydantic_bool(section.get("enabled", False)) is not False
