"""Finds the prompts of 0.2.21 to 0.3.5, which configs do not mention."""

from __future__ import annotations

from stackcfg.paths import Data
from stackcfg.releases.stores import KV, REFERENCE, StoreField, location_facts
from stackcfg.releases.versions import Release, span_of
from stackcfg.runconfig.values import as_string
from stackcfg.stores.slots import server_slot
from stackcfg.stores.store_map import KV_TABLE, Location, Store, applies_namespace

STORE_NAME = "prompts"
NAMESPACE = "prompts"
STORE_SINCE = (0, 4, 0)
"""From 0.4.0 on, `storage.stores.prompts` names the place (#3893)."""

_SLOT = server_slot(
    StoreField(
        STORE_NAME,
        ("image_name",),
        REFERENCE,
        KV,
        (0, 2, 21),
        (0, 3, 5),
        keys=STORE_NAME,
    )
)


def find_prompts_file(config: Data, version: Release) -> Store | None:
    """Return the prompts of 0.2.21 to 0.2.24: a file named by the image."""
    facts = location_facts()["prompts_file"]
    since, until = span_of(facts)
    # 0.5 and later call the image's name `distro_name`
    image = config.get("image_name") or config.get("distro_name")
    if not image or not since <= version <= until:
        return None
    path = str(facts["path"]).replace("IMAGE_NAME", as_string(image))
    location = Location("sqlite", (("db_path", path),), KV_TABLE)
    return _SLOT._replace(location=location)


def find_prompts_in_registry(metadata: Store | None, version: Release) -> Store | None:
    """Return the prompts of 0.3: a namespace in the metadata store."""
    if metadata is None or metadata.location is None or version >= STORE_SINCE:
        return None
    prefix = ""
    if applies_namespace(metadata.location.engine, version):
        prefix = NAMESPACE
    return _SLOT._replace(
        path=metadata.path,
        reference=metadata.reference,
        location=metadata.location._replace(prefix=prefix),
    )
