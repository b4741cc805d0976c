"""ogx 0.8 → 1.0: sqlite KV stores put the namespace before their keys (upstream #5731).

Until then sqlite ignored it, so everything stands there under bare keys: registry, agents, vector stores and all others
look empty. An empty namespace reads bare keys: *preserve* writes it, *consolidate* keeps the names that upstream's own
files have.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import CHECK, Change, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import rewritten
from stackcfg.migration.planning.layouts import PRESERVE
from stackcfg.migration.steps.v1_0.batches_store import API, KIND
from stackcfg.paths import value_at
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.stores import KV
from stackcfg.runconfig.placeholders import guess_value, has_placeholder
from stackcfg.stores.store_map import Store, store_label

SQLITE: Final = "kv_sqlite"


def run(context: StepContext) -> Iterator[Change]:
    """Empty the namespaces of what was read bare, or tell what will not be seen."""
    by_backend: dict[str, list[Store]] = {}
    for use in context.written.stores:
        if (
            use.family == KV
            and use.reference is not None
            and use.reference.name
            and not _moves(context, use)
        ):
            by_backend.setdefault(use.reference.backend, []).append(use)
    for name, uses in by_backend.items():
        backend = context.written.backends.get(name)
        if backend is None or guess_value(backend.type) != SQLITE:
            continue
        if context.layout == PRESERVE and not has_placeholder(backend.type):
            for use in uses:
                yield from rewritten(context, (*use.path, "namespace"), "")
        elif not context.release.age.certainly_before(CATALOG_SINCE):
            # a file of 0.2 gets new database files on the way here
            users = ", ".join(dict.fromkeys(map(store_label, uses)))
            message = (
                f"sqlite puts the namespace before its keys now: what {users} kept in '{name}' is not seen; "
                "'namespace: \"\"' reads it, and so does --layout preserve"
            )
            yield StepNote(
                CHECK, message, context.text.offset(("storage", "backends", name))
            )


def _moves(context: StepContext, use: Store) -> bool:
    """Whether the store goes to SQL on the same way."""
    kind = value_at(context.data, (*use.path[:3], "provider_type"))
    return use.path[:2] == ("providers", API) and kind == KIND
