"""Reports references to backends that are not in the catalog: 0.3 refuses them at start (upstream #3697)."""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.migration.changes import Change
from stackcfg.migration.context import CatalogContext


def run(context: CatalogContext) -> Iterator[Change]:
    """Yield a note for each reference, old or new, whose backend is not defined."""
    planned = [backend.name for backend in context.plan.backends]
    known = {*context.written.backends, *planned}
    for store in (*context.written.stores, *context.inline.stores):
        if store.reference is not None and store.reference.backend not in known:
            message = f"'{store.path[-1]}' refers to backend '{store.reference.backend}', which is not defined"
            yield context.action_required(message, store.path)
