"""Two backends that differ only in a detail: probably one database was meant.

When snippets were copied from store to store, one of them got another default for the same variable, or another port.
The server takes both; half of the stores are then somewhere else than the other half.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.stores.drift import find_drifted_field
from stackcfg.stores.store_map import Backend, Location, connection_of
from stackcfg.validation.findings import WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each backend that is nearly another one of its type."""
    seen: list[Backend] = []
    for backend in inspection.stores.backends.values():
        for other in seen:
            if other.engine != backend.engine or not inspection.backend_type(
                backend.name
            ):
                continue
            names = find_drifted_field(_location(other), _location(backend))
            if names:
                yield RuleFinding(
                    key_of("storage", "backends", backend.name),
                    f"'{backend.name}' differs from '{other.name}' only in {names}: is one database meant?",
                    help="make them the same, or make clear that they are two",
                    also=(
                        (key_of("storage", "backends", other.name), "the near twin"),
                    ),
                )
                break
        seen.append(backend)


def _location(backend: Backend) -> Location:
    return Location(
        backend.engine, connection_of(backend.engine, backend.family, backend.fields)
    )


RULE: Final = Rule("backend-drift", WARNING, __doc__, check=check)
