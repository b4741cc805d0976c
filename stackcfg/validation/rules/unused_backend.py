"""A backend that no store refers to.

The server opens it nevertheless. Often the store that was meant to use it is
missing or names another backend.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.light_typing import Any, Final
from stackcfg.paths import as_list, as_mapping, mapping_at
from stackcfg.releases.changes import CATALOG_SINCE, DEFAULTS_SINCE
from stackcfg.releases.stores import DEFAULT_BACKENDS
from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.validation.queries.dangling_references import dangling_references
from stackcfg.validation.queries.missing_stores import missing_stores
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import Removal, RuleFinding, UnsafeFix, key_of

SECTIONS_WITH_REFERENCES: Final = ("providers", "storage", "server")
"""The sections that hold references; a key `backend` elsewhere means something
else.
"""


def check(inspection: Inspection) -> Findings:
    """Report each backend that is neither named nor probably meant by a
    reference.
    """
    unused = _unused_backends(inspection)
    if not unused:
        return
    is_complete = not any(missing_stores(inspection))
    meant = {reference.meant for reference in dangling_references(inspection)}
    for name in unused:
        if name not in meant:
            yield RuleFinding(
                key_of(*BACKENDS_PATH, name),
                f"no store uses the backend '{name}'",
                help="use it in a store, or remove it",
                unsafe=_remove(name) if is_complete else None,
            )


def _remove(name: str) -> UnsafeFix:
    return UnsafeFix(f"remove '{name}'", (Removal((*BACKENDS_PATH, name)),))


def _unused_backends(inspection: Inspection) -> list[str]:
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


RULE = Rule("unused-backend", WARNING, __doc__, check)
