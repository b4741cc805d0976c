"""Names references to backends that are not in the catalog: 0.3 refuses them at start (upstream #3697)."""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.migration.changes import ACTION_REQUIRED, Change, StepNote
from stackcfg.migration.context import CatalogContext


def run(context: CatalogContext) -> Iterator[Change]:
    """A note for each reference, old or new, whose backend nobody defines."""
    known = {
        *context.written.backends,
        *(backend.name for backend in context.plan.backends),
    }
    moved = [use for use in context.inline.stores if use.reference is not None]
    for use in (*context.written.stores, *moved):
        if use.reference is not None and use.reference.backend not in known:
            message = f"'{use.path[-1]}' refers to backend '{use.reference.backend}', which is not defined"
            yield StepNote(ACTION_REQUIRED, message, context.text.offset(use.path))
