"""ogx 0.8 → 1.0: sqlite KV stores put the namespace before their keys
(upstream #5731).

Until then sqlite ignored it, so all rows are there under bare keys: registry,
agents, vector stores and all others look empty. An empty namespace reads bare
keys: *preserve* writes it, *consolidate* keeps the names that upstream's own
files have.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.sql_references import BATCHES
from stackcfg.migration.planning.layouts import PRESERVE
from stackcfg.paths import value_at
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.stores import KV
from stackcfg.runconfig.placeholders import guess_value, has_placeholder
from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.stores.store_map import Store, store_label

SQLITE = "kv_sqlite"


def run(context: StepContext) -> Changes:
    """Empty the namespaces of bare keys, or report what is not visible any
    more.
    """
    for name, stores in _stores_by_backend(context).items():
        backend = context.written.backends.get(name)
        if backend is None or guess_value(backend.type) != SQLITE:
            continue
        if context.layout == PRESERVE and not has_placeholder(backend.type):
            for store in stores:
                yield from context.text.set((*store.path, "namespace"), "")
        elif not context.release.age.certainly_before(CATALOG_SINCE):
            # a file of 0.2 gets new database files from the steps before
            labels = ", ".join(dict.fromkeys(store_label(store) for store in stores))
            message = (
                "sqlite puts the namespace before its keys now; "
                f"rows of {labels} in '{name}' are not visible; "
                "read them with 'namespace: \"\"' or --layout preserve"
            )
            yield context.check(message, (*BACKENDS_PATH, name))


def _stores_by_backend(context: StepContext) -> dict[str, list[Store]]:
    """Return the KV stores that have a namespace, by the name of their
    backend.
    """
    found: dict[str, list[Store]] = {}
    for store in context.written.stores:
        reference = store.reference
        if store.family != KV or reference is None or not reference.name:
            continue
        if not _becomes_sql(context, store):
            found.setdefault(reference.backend, []).append(store)
    return found


def _becomes_sql(context: StepContext, store: Store) -> bool:
    """Return whether a step of the same release moves the store to SQL."""
    api, provider_type = BATCHES
    kind = value_at(context.data, (*store.path[:3], "provider_type"))
    return store.path[:2] == ("providers", api) and bool(kind == provider_type)
