"""Finds the backends that no store is on. A server opens a backend for a store."""

from __future__ import annotations

from stackcfg.light_typing import TYPE_CHECKING
from stackcfg.paths import mapping_at
from stackcfg.releases.changes import CATALOG_SINCE, DEFAULTS_SINCE
from stackcfg.releases.stores import DEFAULT_BACKENDS
from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.stores.backend_names import named_backends

if TYPE_CHECKING:
    from stackcfg.validation.inspection import Inspection


def unused_backends(inspection: Inspection) -> list[str]:
    """Return the backends of the file that nothing in it names, and no
    default of the release; none where a variable can name them.
    """
    if inspection.version < CATALOG_SINCE:
        return []
    backends = mapping_at(inspection.data, BACKENDS_PATH)
    references = [store.reference for store in inspection.stores.stores]
    named = {each.backend for each in references if each}
    # nearly every file is done after this quick test
    if backends.keys() <= named or any(map(inspection.is_filled_in, named)):
        return []
    used = _named_backends(inspection)
    return [each for each in backends if isinstance(each, str) and each not in used]


def _named_backends(inspection: Inspection) -> set[str]:
    """Return every backend that the file or the release names."""
    found: set[str] = set()
    for data in (inspection.data, *inspection.readings):
        found |= named_backends(data)
    if inspection.version >= DEFAULTS_SINCE:
        found.update(DEFAULT_BACKENDS.values())
    return found
