"""What a release's own loader changes in a config before it checks anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stackcfg.releases.changes import SWITCHED_AUTH_SINCE
from stackcfg.releases.stores import DEFAULT_BACKENDS, SQL
from stackcfg.releases.versions import Release
from stackcfg.runconfig.substitution import UNKNOWN

UPGRADED_SINCE: Final[Release] = (1, 0)
NAME_CAST_SINCE: Final[Release] = (0, 2, 15)
NAME_MOVED_SINCE: Final[Release] = (0, 5)

RUN_CONFIG_VERSION: Final = 2


def upgrade_config(data: Mapping[str, Any], version: Release) -> Mapping[str, Any]:
    """A config as the release's own loader rewrites it before it substitutes variables and checks anything.

    The server calls its loader from ogx 1.0.0 on. That sets `version`, whatever is written; and since prompts and
    connectors are tables by then (#5756, #5757), a reference `{backend, namespace}` to them becomes `{backend,
    table_name}`, with a backend whose name begins with `sql_` where it began with `kv_`; in that of connectors every
    `kv_` is replaced.
    """
    if version < UPGRADED_SINCE:
        return data
    data = {**data, "version": RUN_CONFIG_VERSION}
    storage = data.get("storage")
    stores = storage.get("stores") if isinstance(storage, Mapping) else None
    if not isinstance(storage, Mapping) or not isinstance(stores, Mapping):
        return data
    made = {
        name: _as_table(name, stores[name])
        for name in ("prompts", "connectors")
        if _is_kv(stores.get(name))
    }
    return (
        {**data, "storage": {**storage, "stores": {**stores, **made}}} if made else data
    )


def settle_config(data: dict[str, Any], version: Release) -> dict[str, Any]:
    """A config with its variables substituted as the release's loader goes on with it.

    From 0.6.0 an authentication whose `type` became nothing is switched off, with all its settings (#5002).
    """
    server = data.get("server")
    auth = server.get("auth") if isinstance(server, Mapping) else None
    chosen = auth.get("provider_config") if isinstance(auth, Mapping) else None
    if (
        version < SWITCHED_AUTH_SINCE
        or not isinstance(chosen, Mapping)
        or chosen.get("type", UNKNOWN) not in (None, "")
    ):
        return data
    return {
        **data,
        "server": {
            **data["server"],
            "auth": {**data["server"]["auth"], "provider_config": None},
        },
    }


def cast_name(data: dict[str, Any], version: Release) -> dict[str, Any]:
    """Return a config with its name as a string, as the loader makes it (0.2.15)."""
    if version < NAME_CAST_SINCE:
        return data
    key = "distro_name" if version >= NAME_MOVED_SINCE else "image_name"
    name = data.get(key)
    if name is None or name is UNKNOWN or isinstance(name, str):
        return data
    return {**data, key: str(name)}


def _is_kv(reference: Any) -> bool:
    return (
        isinstance(reference, Mapping)
        and "namespace" in reference
        and "table_name" not in reference
    )


def _as_table(store: str, reference: Mapping[str, Any]) -> dict[str, Any]:
    made = {key: item for key, item in reference.items() if key != "namespace"}
    made["table_name"] = reference["namespace"]
    backend = reference.get("backend")
    if store == "connectors":
        backend = reference.get("backend", DEFAULT_BACKENDS[SQL])
        made = {"backend": backend, "table_name": reference["namespace"]}
    if isinstance(backend, str):
        starts = backend.startswith("kv_")
        made["backend"] = backend.replace(
            "kv_", "sql_", -1 if store == "connectors" else 1 if starts else 0
        )
    return made
