"""Inline stores of 0.2 that are left over in a config of a later release.

A server of that release has run the config: its own stores are in its catalog. It
did not read the inline stores, whose rows 0.2 wrote. Before 0.3 is whatever a
config is for whose own stores are inline.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stackcfg.light_typing import TYPE_CHECKING
from stackcfg.loading.configs import position_of_path
from stackcfg.migration.changes import CHECK
from stackcfg.migration.result import MigrationNote
from stackcfg.paths import mapping_at
from stackcfg.redaction.secrets import mask_secrets
from stackcfg.releases.changes import CATALOG_SINCE, DEFAULTS_SINCE
from stackcfg.releases.families import DEFAULT_TARGET
from stackcfg.runconfig.placeholders import remove_conditions
from stackcfg.runconfig.sections import STORES_PATH
from stackcfg.stores.store_map import Store, is_reference, store_label

if TYPE_CHECKING:
    from stackcfg.migration.file_age import FileAge
    from stackcfg.migration.state import ConfigReader, MigrationState

_REGISTRY = ("metadata",)
_REQUIRED = ("metadata", "inference", "conversations")
"""The stores of the server without which 0.3.0 to 0.3.5 do not start."""


def has_own_catalog(reader: ConfigReader, age: FileAge) -> bool:
    """Return whether a server with a catalog can have run a config: it is certainly
    for such a release, and the stores of the server are in the catalog.
    """
    if age.possibly_before(CATALOG_SINCE):
        return False
    needed: tuple[str, ...] = _REGISTRY
    if age.certainly_before(DEFAULTS_SINCE):
        needed = _REQUIRED
    written = mapping_at(reader.config.data, STORES_PATH)
    if not all(is_reference(written.get(name)) for name in needed):
        return False
    inline = reader.inline_stores(DEFAULT_TARGET.last)
    return all(store.fact.api for store in find_left_over(inline.stores))


def find_left_over(stores: Iterable[Store]) -> list[Store]:
    """Return the inline stores that have no reference beside them.

    One that a step has written has no location: it holds no rows.
    """
    return [
        store
        for store in stores
        if store.inline is not None and store.location and store.state != "superseded"
    ]


def left_over_notes(state: MigrationState) -> Iterator[MigrationNote]:
    """Yield where the rows of each store are that is left over, and how to copy them."""
    if not state.has_own_catalog:
        return
    for store in find_left_over(state.inline.stores):
        place = store.location.describe() if store.location else ""
        label = store_label(store._replace(owner=remove_conditions(store.owner)))
        message = (
            f"'{store.path[-1]}' ({place}) is left over from 0.2: a server with this "
            "'storage' does not read it; if its rows are wanted, copy them with "
            f"'stackcfg data copy --from 0.2 --only \"{label}\"'"
        )
        position = position_of_path(state.original.config, store.path)
        yield MigrationNote(CHECK, mask_secrets(message), position)
