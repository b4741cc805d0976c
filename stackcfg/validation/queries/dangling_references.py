"""References to backends that the config does not define, and which backend was probably meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from stackcfg.paths import Path, value_at
from stackcfg.releases.models import config_model
from stackcfg.spelling import nearest_word
from stackcfg.stores.store_map import is_reference
from stackcfg.validation.inspection import Inspection


class DanglingReference(NamedTuple):
    """The path of the reference, the name that it gives, and the backend that was probably meant (or nothing)."""

    path: Path
    name: str
    meant: str


def dangling_references(inspection: Inspection) -> Iterator[DanglingReference]:
    """Every reference that leads nowhere."""
    names = inspection.backend_names
    if not names and not isinstance(
        value_at(inspection.data, ("storage", "backends")), Mapping
    ):
        return
    for path, name, family in (*_followed(inspection), *_only_checked(inspection)):
        if name not in names:
            same = [
                each
                for each in names
                if family and inspection.backend_type(each).startswith(f"{family}_")
            ]
            yield DanglingReference(
                path, name, nearest_word(name, same) or nearest_word(name, names)
            )


def _followed(inspection: Inspection) -> Iterator[tuple[Path, str, str]]:
    for use in inspection.references:
        name = inspection.backend_of(use)
        if name or not (use.reference and use.reference.backend):
            yield use.path, name, use.family


def _only_checked(inspection: Inspection) -> Iterator[tuple[Path, str, str]]:
    """Stores of the server that nothing uses, whose backend is checked all the same (0.3.0, measured)."""
    stores = inspection.seen(("storage", "stores"))
    known = {use.path for use in inspection.references}
    fields = (
        config_model("ServerStoresConfig", inspection.version).fields
        if isinstance(stores, Mapping)
        else {}
    )
    for key, value in stores.items() if isinstance(stores, Mapping) else ():
        path: Path = ("storage", "stores", key)
        name: Any = value.get("backend") if is_reference(value) else None
        if key in fields and path not in known and isinstance(name, str):
            yield path, name, ""
