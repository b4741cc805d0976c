"""Two consumers of one kind on the same keys of one KV backend.

Keys begin with the namespace on postgres, redis and mongodb; on sqlite they do so only from ogx 1.0.0 (upstream
#5731), before that every reference to a backend shares one key space. Stores of different kinds have key formats of
their own and keep apart; two of the same kind, as two agents providers, read and overwrite each other's rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.releases.stores import KV
from stackcfg.stores.store_map import Store
from stackcfg.validation.findings import WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each store that shares its keys with an earlier one."""
    seen: dict[tuple[object, ...], Store] = {}
    for use in inspection.references:
        if use.family != KV or use.location is None or use.reference is None:
            continue
        # the same name on one backend; and, where names count for nothing, two of a kind in one place
        same_name = (use.location.place, use.reference.backend, use.reference.name)
        of_a_kind = (use.location.place, use.fact.keys) if use.fact.keys else same_name
        other = seen.get(same_name) or seen.get(of_a_kind)
        seen.setdefault(same_name, use)
        seen.setdefault(of_a_kind, use)
        if other is not None:
            yield RuleFinding(
                key_of(*use.path),
                f"'{use.path[-1]}' uses the same keys as another store: backend '{use.reference.backend}', "
                f"namespace '{use.reference.name}'",
                help=_advice(use, other),
                also=((key_of(*other.path), "the other store"),),
            )


def _advice(use: Store, other: Store) -> str:
    assert use.reference is not None
    assert other.reference is not None
    if use.reference.name != other.reference.name:
        return "this release ignores namespaces on sqlite: give one of the two a backend of its own"
    return "give one of the two another namespace" + (
        " and, on sqlite, another backend"
        if use.location and use.location.engine == "sqlite"
        else ""
    )


RULE: Final = Rule("shared-namespace", WARNING, __doc__, check=check)
