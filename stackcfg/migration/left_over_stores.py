"""Inline stores of 0.2 that are left over in a config of a later release.

The server's own stores are in the catalog of such a config, so a server
of the later release has run it. That server did not read the inline
stores; their rows are from 0.2. A config whose own stores are inline is
for a release before 0.3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackcfg.light_typing import TYPE_CHECKING
from stackcfg.loading.config_positions import position_of_path
from stackcfg.migration.changes import CHECK
from stackcfg.migration.result import MigrationNote
from stackcfg.redaction.secrets import mask_secrets
from stackcfg.releases.changes import CATALOG_SINCE, DEFAULTS_SINCE
from stackcfg.releases.families import DEFAULT_TARGET
from stackcfg.runconfig.placeholders import remove_conditions
from stackcfg.stores.catalog import required_server_stores
from stackcfg.stores.left_over import REGISTRY, find_left_over, has_server_catalog
from stackcfg.stores.store_map import store_label

if TYPE_CHECKING:
    from stackcfg.migration.file_age import FileAge
    from stackcfg.migration.state import ConfigReader, MigrationState


def has_own_catalog(reader: ConfigReader, age: FileAge) -> bool:
    """Return whether a server with a catalog can have run a config.

    The config is certainly for such a release, and the stores of the
    server are in the catalog.
    """
    if age.possibly_before(CATALOG_SINCE):
        return False
    needed: Sequence[str] = REGISTRY
    if age.certainly_before(DEFAULTS_SINCE):
        needed = required_server_stores(reader.store_fields, CATALOG_SINCE)
    inline = reader.inline_stores(DEFAULT_TARGET.last)
    return has_server_catalog(reader.config.data, inline.stores, needed)


def left_over_notes(state: MigrationState) -> Iterator[MigrationNote]:
    """Yield a note for each left-over store: where its rows are, and
    how to copy them.
    """
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
