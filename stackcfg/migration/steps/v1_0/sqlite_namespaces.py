"""ogx 0.8 → 1.0: sqlite KV stores put the namespace before their keys
(upstream #5731).

Until then sqlite ignored it, so all rows are there under bare keys:
registry, agents, vector stores and all others look empty. An empty
namespace reads bare keys: *preserve* writes it, *consolidate* keeps the
names that upstream's own files have.
"""

from collections.abc import Sequence

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
MOST_NAMED = 3


def run(context: StepContext) -> Changes:
    """Empty the namespaces of bare keys, or report what is not visible
    any more.
    """
    moved = dict(context.engines)
    for name, stores in _stores_by_backend(context).items():
        backend = context.written.backends.get(name)
        if backend is None or guess_value(backend.type) != SQLITE:
            continue
        if context.layout == PRESERVE and not has_placeholder(backend.type):
            for store in stores:
                yield from context.text.set((*store.path, "namespace"), "")
        elif name in moved:
            # the copy writes the namespace before the keys
            continue
        elif not context.release.age.certainly_before(CATALOG_SINCE):
            # a file of 0.2 gets new database files from the steps before
            message = (
                f"the rows of {_name_stores(stores)} in '{name}' are not visible, "
                "since sqlite puts the namespace before its keys now; to see them "
                "write 'namespace: \"\"' or use --layout preserve"
            )
            yield context.check(message, (*BACKENDS_PATH, name))


def _name_stores(stores: Sequence[Store]) -> str:
    """Name up to three stores; of more only the first, and how many others."""
    labels = list(dict.fromkeys(store_label(store) for store in stores))
    if len(labels) > MOST_NAMED:
        return f"{labels[0]} and {len(labels) - 1} other stores"
    return ", ".join(labels)


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
