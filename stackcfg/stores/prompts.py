"""Where prompts are kept by releases whose configs do not name the place: 0.2.21 to 0.2.24, and 0.3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stackcfg.releases.stores import KV, REFERENCE, StoreField, location_facts
from stackcfg.releases.versions import Release, parse_release
from stackcfg.runconfig.values import as_string
from stackcfg.stores.store_map import KV_TABLE, Location, Store, applies_namespace

USE: Final = "prompts"
NAMESPACE: Final = "prompts"
STORE_SINCE: Final[Release] = (0, 4, 0)
"""Since then `storage.stores.prompts` names the place (#3893)."""

FACT: Final = StoreField(
    USE, ("image_name",), REFERENCE, KV, (0, 2, 21), (0, 3, 5), keys=USE
)


def in_file(config: Mapping[str, Any], version: Release) -> Store | None:
    """The prompts of 0.2.21 to 0.2.24, in a sqlite file whose name has that of the image in it."""
    facts = location_facts()["prompts_file"]
    image = config.get("image_name") or config.get(
        "distro_name"
    )  # as 0.5 and later call it
    if not image or not parse_release(facts["since"]) <= version <= parse_release(
        facts["until"]
    ):
        return None
    path = str(facts["path"]).replace("IMAGE_NAME", as_string(image))
    return Store(
        USE,
        FACT.path,
        FACT,
        Location("sqlite", (("db_path", path),), KV_TABLE),
        owner=USE,
    )


def in_metadata(metadata: Store | None, version: Release) -> Store | None:
    """The prompts of 0.3, in the store of the registry under a namespace of their own."""
    place = metadata.location if metadata is not None else None
    if metadata is None or place is None or version >= STORE_SINCE:
        return None
    prefix = NAMESPACE if applies_namespace(place.engine, version) else ""
    moved = Location(place.engine, place.connection, place.table, prefix)
    return Store(
        USE, metadata.path, FACT, moved, reference=metadata.reference, owner=USE
    )
