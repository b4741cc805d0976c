"""Finds the backends that no store is on. A server opens a backend for a store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.light_typing import TYPE_CHECKING, Any, Final
from stackcfg.paths import as_list, as_mapping, mapping_at
from stackcfg.releases.changes import CATALOG_SINCE, DEFAULTS_SINCE
from stackcfg.releases.stores import DEFAULT_BACKENDS
from stackcfg.runconfig.sections import BACKENDS_PATH

if TYPE_CHECKING:
    from stackcfg.validation.inspection import Inspection

SECTIONS_WITH_REFERENCES: Final = ("providers", "storage", "server")
"""The sections that hold references; a key `backend` elsewhere means something
else.
"""


def unused_backends(inspection: Inspection) -> list[str]:
    """Return the backends of the file that nothing in it names, and no default of the
    release; none where a variable can name them.
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
        for section in SECTIONS_WITH_REFERENCES:
            found.update(_values_of_backend(data.get(section)))
    if inspection.version >= DEFAULTS_SINCE:
        found.update(DEFAULT_BACKENDS.values())
    return found


def _values_of_backend(data: Any) -> Iterator[str]:
    """Yield every string under a key `backend`, at any depth."""
    for name, item in as_mapping(data).items():
        if name == "backend" and isinstance(item, str):
            yield item
        elif isinstance(item, Mapping | list):
            yield from _values_of_backend(item)
    for item in as_list(data):
        yield from _values_of_backend(item)
