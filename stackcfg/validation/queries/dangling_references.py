"""References to backends that the config does not define."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from stackcfg.light_typing import NamedTuple
from stackcfg.paths import Path, as_mapping, value_at
from stackcfg.releases.models import config_model
from stackcfg.runconfig.sections import BACKENDS_PATH, STORES_PATH
from stackcfg.spelling import nearest_word
from stackcfg.stores.store_map import is_reference
from stackcfg.validation.inspection import Inspection


class DanglingReference(NamedTuple):
    """A reference to an undefined backend; `meant` is the probable one,
    or empty.
    """

    path: Path
    name: str
    meant: str
    family: str


# two rules ask
@lru_cache(maxsize=2)
def dangling_references(inspection: Inspection) -> tuple[DanglingReference, ...]:
    """Return every reference to a backend that is not defined."""
    return tuple(_find_dangling(inspection))


def _find_dangling(inspection: Inspection) -> Iterator[DanglingReference]:
    names = frozenset(inspection.backend_names)
    section = value_at(inspection.data, BACKENDS_PATH)
    if not names and not isinstance(section, Mapping):
        return
    for path, name, family in _named_backends(inspection):
        if name not in names:
            meant = _probable_backend(inspection, name, family)
            yield DanglingReference(path, name, meant, family)


def _named_backends(inspection: Inspection) -> Iterator[tuple[Path, str, str]]:
    """Yield path, backend and family of each reference that the release
    checks.
    """
    followed = set()
    for store in inspection.references:
        followed.add(store.path)
        name = inspection.backend_of(store)
        is_unknown = not name and store.reference and store.reference.backend
        if not is_unknown:
            yield store.path, name, store.family
    # the backend of a server store is checked even if nothing uses the store
    # (0.3.0)
    fields = config_model("ServerStoresConfig", inspection.version).fields
    for key, value in as_mapping(inspection.seen(STORES_PATH)).items():
        path: Path = (*STORES_PATH, key)
        if key not in fields or path in followed or not is_reference(value):
            continue
        if isinstance(value["backend"], str):
            yield path, value["backend"], ""


def _probable_backend(inspection: Inspection, name: str, family: str) -> str:
    """Return the backend with the nearest name, one of the same family first."""
    same_family = _backends_of(inspection, family)
    return nearest_word(name, same_family) or nearest_word(
        name, inspection.backend_names
    )


@lru_cache(maxsize=4)
def _backends_of(inspection: Inspection, family: str) -> tuple[str, ...]:
    return tuple(
        name
        for name in inspection.backend_names
        if inspection.backend_type(name).startswith(f"{family}_")
    )
