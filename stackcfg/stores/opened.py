"""Reads every store that a server with a catalog opens:
those that a file names, and those that the server opens
by default.
"""

from __future__ import annotations

import os

from stackcfg.paths import Data, mapping_at
from stackcfg.releases.changes import DEFAULTS_SINCE
from stackcfg.releases.stores import StoreFields, location_facts
from stackcfg.releases.versions import Release, last_release_of, parse_release
from stackcfg.stores import prompts
from stackcfg.stores.catalog import read_catalog, read_implied_stores
from stackcfg.stores.store_map import StoreMap


def read_opened_stores(
    config: Data, catalog: StoreFields, version: Release
) -> StoreMap:
    """Return the stores that a release opens, those of
    the file first.

    The backends of the server are added before by
    `add_default_backends`.
    """
    written = read_catalog(config, catalog, version)
    implied = read_implied_stores(config, catalog, version)
    stores = [*written.stores, *implied]
    metadata = StoreMap(tuple(stores)).by_key().get("metadata")
    prompt_store = prompts.find_prompts_in_registry(metadata, version)
    if prompt_store is not None:
        stores.append(prompt_store)
    return StoreMap(tuple(stores), written.backends)


def add_default_backends(config: Data, folder: str) -> Data:
    """Return a config with the backends that a server
    adds where it has none.
    """
    storage = mapping_at(config, ("storage",))
    if storage.get("backends"):
        return config
    facts = location_facts()["default_backends"]
    backends = {
        name: {**fields, "db_path": os.path.join(folder, fields["db_path"])}
        for name, fields in facts["backends"].items()
    }
    return {**config, "storage": {**storage, "backends": backends}}


def with_default_backends(config: Data, version: Release) -> Data:
    """Return a config with the backends that a release
    adds where it has none.

    The folder of their files is as a config would write
    it. Before upstream #4897 (0.5.1) the server does not
    replace the variable in it: the text names a folder
    below the working directory.
    """
    if version < DEFAULTS_SINCE:
        return config
    facts = location_facts()["default_backends"]
    home = next(each for each in facts["homes"] if version <= last_release_of(each))
    path = os.path.join(home["folder"], "distributions")
    folder = f"${{env.{facts['variable']}:={path}}}"
    if version < parse_release(facts["since"]):
        folder = os.path.join(os.curdir, folder)
    return add_default_backends(config, folder)
