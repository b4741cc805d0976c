"""Reports stores under a namespace that hides their rows from lists."""

from __future__ import annotations

from stackcfg.migration.changes import Notes
from stackcfg.migration.context import StepContext
from stackcfg.releases.stores import KV, loss_under_namespace


def report_unlisted_rows(context: StepContext) -> Notes:
    """Report each store whose rows the new server does not list.

    Backends that the user moves get empty namespaces with their new engine.
    """
    if context.version != context.release.final:
        return
    moved = dict(context.engines)
    for store in context.written.stores:
        location, reference = store.location, store.reference
        if store.family != KV or location is None or reference is None:
            continue
        if not reference.name or reference.backend in moved:
            continue
        loss = loss_under_namespace(
            store.fact.keys,
            location.engine,
            context.version,
        )
        if loss:
            yield context.check(
                f"the namespace '{reference.name}' on '{reference.backend}' hides keys: "
                f"the new server {loss}; to mend that write \"namespace: ''\" and run "
                "'stackcfg data copy'",
                store.path,
            )
