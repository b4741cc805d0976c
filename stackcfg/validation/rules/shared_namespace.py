"""Two stores of one kind on the same keys of one KV backend.

On postgres, redis and mongodb keys begin with the namespace. On sqlite they do
so only from ogx 1.0.0 (upstream #5731); before, all references to a backend
share one key space. Stores of different kinds have different key formats and do
not collide. Two stores of one kind, such as those of two agents providers, read
and overwrite each other's rows.
"""

from __future__ import annotations

from stackcfg.releases.stores import KV
from stackcfg.stores.store_map import Location, Reference, Store, applies_namespace
from stackcfg.validation.queries.moved_stores import name_apart
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, UnsafeFix, key_of


def check(inspection: Inspection) -> Findings:
    """Report each store that shares its keys with an earlier one."""
    seen: dict[tuple[object, ...], Store] = {}
    for store in inspection.references:
        location, reference = store.location, store.reference
        if store.family != KV or location is None or reference is None:
            continue
        same_name: tuple[object, ...] = (
            location.place,
            reference.backend,
            reference.name,
        )
        # without namespaces, two stores of a kind in one place share their keys
        same_kind: tuple[object, ...] = (location.place, store.fact.keys)
        if not store.fact.keys:
            same_kind = same_name
        elif not reference.name:
            # stores of several kinds are all without a namespace on purpose
            same_name = same_kind
        other = seen.get(same_name) or seen.get(same_kind)
        seen.setdefault(same_name, store)
        seen.setdefault(same_kind, store)
        if other is not None:
            yield RuleFinding(
                key_of(*store.path),
                f"'{store.path[-1]}' uses the same keys as another store: "
                f"backend '{reference.backend}', namespace '{reference.name}'",
                help=_separate(location, reference, other),
                also=((key_of(*other.path), "the other store"),),
                unsafe=_rename(inspection, store, other),
            )


def _separate(
    location: Location,
    reference: Reference,
    other: Store,
) -> str:
    if other.reference is not None and reference.name != other.reference.name:
        return "give one of the two its own backend: this release ignores namespaces on sqlite"
    if location.engine == "sqlite":
        return "give one of the two another namespace and, on sqlite, another backend"
    return "give one of the two another namespace"


def _rename(inspection: Inspection, store: Store, other: Store) -> UnsafeFix | None:
    """Return the fix that gives a store a namespace of its own."""
    location, reference = store.location, store.reference
    if location is None or reference is None or other.reference is None:
        return None
    is_ignored = not applies_namespace(location.engine, inspection.version)
    if is_ignored or reference.name != other.reference.name:
        return None
    return name_apart(inspection, store, "namespace")


RULE = Rule("shared-namespace", WARNING, __doc__, check)
