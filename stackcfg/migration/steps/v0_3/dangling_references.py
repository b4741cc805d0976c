"""Reports references to undefined backends, which 0.3 refuses (upstream #3697)."""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.migration.changes import Change
from stackcfg.migration.context import CatalogContext


def run(context: CatalogContext) -> Iterator[Change]:
    """Yield a note for each reference, old or new, whose backend is not defined."""
    known = set(context.written.backends)
    for planned in context.plan.backends:
        known.add(planned.name)
    for store in (*context.written.stores, *context.inline.stores):
        if store.reference is None:
            continue
        backend = store.reference.backend
        if backend not in known:
            name = store.path[-1]
            message = f"'{name}' refers to backend '{backend}', which is not defined"
            yield context.action_required(message, store.path)
