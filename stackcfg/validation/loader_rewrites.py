"""What a release's own loader changes in a config before it checks anything."""

from __future__ import annotations

from collections.abc import Mapping

from stackcfg.light_typing import Any
from stackcfg.paths import Data, as_mapping
from stackcfg.releases.changes import SWITCHED_AUTH_SINCE
from stackcfg.releases.versions import Release
from stackcfg.runconfig.substitution import UNKNOWN, Variables, substitute
from stackcfg.stores.server_tables import read_tables

UPGRADED_SINCE = (1, 0)
NAME_CAST_SINCE = (0, 2, 15)
NAME_MOVED_SINCE = (0, 5)

RUN_CONFIG_VERSION = 2


def read_config(
    loaded: Data, variables: Variables, version: Release
) -> tuple[Any, ...]:
    """Return a config as the server sees it: without switches, and with all.

    `loaded` is the config that `upgrade_config` returns.
    """
    readings = []
    for known in variables.readings:
        settled = settle_config(substitute(loaded, known, version), version)
        readings.append(cast_name(settled, version))
    return tuple(readings)


def upgrade_config(data: Data, version: Release) -> Data:
    """Return a config as the loader rewrites it before variables are replaced.

    The server calls its loader since ogx 1.0.0. The loader sets
    `version` and rewrites the references of prompts and connectors.
    """
    if version < UPGRADED_SINCE:
        return data
    written = data.get("version")
    if type(written) is not int or written != RUN_CONFIG_VERSION:
        # what is as it must be stays the same data, which is read only once
        data = {**data, "version": RUN_CONFIG_VERSION}
    return read_tables(data, version)


def settle_config(data: dict[str, Any], version: Release) -> dict[str, Any]:
    """Return a config as the loader goes on with it after variables are
    replaced.

    From 0.6.0 an authentication whose `type` is null or empty is
    switched off, with all of its settings (#5002).
    """
    if version < SWITCHED_AUTH_SINCE:
        return data
    server = as_mapping(data.get("server"))
    auth = as_mapping(server.get("auth"))
    config = auth.get("provider_config")
    if not isinstance(config, Mapping) or config.get("type", UNKNOWN) not in (None, ""):
        return data
    return {**data, "server": {**server, "auth": {**auth, "provider_config": None}}}


def cast_name_key(version: Release) -> str:
    """Return the key whose value the loader makes a string; empty if it
    does not.
    """
    if version < NAME_CAST_SINCE:
        return ""
    if version < NAME_MOVED_SINCE:
        return "image_name"
    return "distro_name"


def cast_name(data: dict[str, Any], version: Release) -> dict[str, Any]:
    """Return a config with its name as a string, as the loader makes it
    (0.2.15).
    """
    key = cast_name_key(version)
    if not key:
        return data
    name = data.get(key)
    if name is None or name is UNKNOWN or isinstance(name, str):
        return data
    return {**data, key: str(name)}
