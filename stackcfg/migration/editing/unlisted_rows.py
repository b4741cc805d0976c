"""Reports stores under a namespace that hides their rows from lists."""

from __future__ import annotations

from stackcfg.migration.changes import Notes
from stackcfg.migration.context import StepContext
from stackcfg.stores.hidden_rows import find_loss


def report_unlisted_rows(context: StepContext) -> Notes:
    """Report each store whose rows the new server does not list.

    Backends that the user moves get empty namespaces with their new
    engine.
    """
    if context.version != context.release.final:
        return
    moved = dict(context.engines)
    for store in context.written.stores:
        location, reference = store.location, store.reference
        if location is None or reference is None or reference.backend in moved:
            continue
        loss = find_loss(store, location.engine, context.version)
        if loss:
            yield context.check(
                f"the namespace '{reference.name}' on '{reference.backend}' hides keys: "
                f"the new server {loss}; to show them write \"namespace: ''\" and run "
                "'stackcfg data copy'",
                store.path,
            )
