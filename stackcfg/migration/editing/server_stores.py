"""Stores of the server that came with a release, written into the catalog.

Such a store is on the backend `kv_default` where a file does not name
it. The server then refuses a file whose backends have other names, and
looks for rows elsewhere that were on the registry's backend.
"""

from __future__ import annotations

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.sql_references import backend_for
from stackcfg.paths import value_at
from stackcfg.releases.changes import CATALOG_SINCE, SERVER_STORES_IN_SQL_SINCE
from stackcfg.releases.stores import (
    DEFAULT_BACKENDS,
    KV,
    SQL,
    loss_under_namespace,
)
from stackcfg.runconfig.sections import BACKENDS_PATH, STORES_PATH
from stackcfg.runconfig.values import as_string
from stackcfg.stores.store_map import is_reference

METADATA = (*STORES_PATH, "metadata")
DEFAULT = DEFAULT_BACKENDS[KV]
PROMPTS = "prompts"


def write_beside_metadata(context: StepContext, name: str) -> Changes:
    """Write a KV store on the registry's backend, unless the file has
    the store.

    A catalog without backends is left to the server, whose defaults fit
    each other; so is a store that the file can have had on the default
    backend already, because it can be for the release that asks or for
    a later one.

    Where the target has the store in SQL, and the file has no SQL
    backend, that is reported by the step that moves the store.
    """
    path = (*STORES_PATH, name)
    if not context.written.backends or value_at(context.data, path) is not None:
        return
    is_moved = context.release.final >= SERVER_STORES_IN_SQL_SINCE
    if is_moved and backend_for(context, SQL) is None:
        return
    backend = _registry_backend(context)
    is_older = context.is_older
    # its rows may be on the default backend, where the release keeps them
    if not is_older and DEFAULT in context.written.backends and backend != DEFAULT:
        return
    if backend:
        namespace = name
        if _hides_rows(context, name, backend):
            namespace = ""
        yield from context.text.add(path, {"backend": backend, "namespace": namespace})
        return
    message = f"no KV backend for the store '{name}'; add one to 'storage.backends'"
    yield context.action_required(message, BACKENDS_PATH)


def _hides_rows(context: StepContext, name: str, backend: str) -> bool:
    """Return whether a namespace hides the rows of a new store from lists.

    Prompts of 0.3 are under the namespace `prompts` already, on the
    same backend.
    """
    moved = dict(context.engines)
    is_older = context.release.age.certainly_before(CATALOG_SINCE)
    has_rows_there = name == PROMPTS and not is_older
    if has_rows_there and backend not in moved:
        return False
    written = context.written.backends.get(backend)
    engine = moved.get(backend, "")
    if not engine and written is not None:
        engine = written.engine
    return bool(loss_under_namespace(name, engine, context.release.final))


def _registry_backend(context: StepContext) -> str:
    """Return the backend of the registry, else the default or the first
    KV backend.
    """
    metadata = value_at(context.data, METADATA)
    if is_reference(metadata):
        return as_string(metadata.get("backend"))
    backends = context.written.backends
    known = [
        name
        for name, each in backends.items()
        if each.family == KV and each.can_be_named
    ]
    if DEFAULT in known or not known:
        return DEFAULT if known else ""
    return known[0]
