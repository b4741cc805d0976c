"""Which backends a store of a family can have."""

from __future__ import annotations

from stackcfg.releases.stores import engines
from stackcfg.validation.inspection import Inspection


def backends_of_family(inspection: Inspection, family: str) -> list[str]:
    """Return the names of the backends that stores of a family can refer to."""
    types = {engine.type for engine in engines() if engine.family == family}
    names = inspection.backend_names
    return [name for name in names if inspection.backend_type(name) in types]
