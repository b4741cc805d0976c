"""How a store of the server that came with a release is written into the catalog.

Such a store is on the backend `kv_default` where a file does not name it, so that a file whose backends have other
names is refused, and rows that were on the registry's backend are looked for elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.migration.changes import ACTION_REQUIRED, Change, Put, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import added
from stackcfg.migration.editing.placing import filled
from stackcfg.paths import value_at
from stackcfg.releases.stores import DEFAULT_BACKENDS, KV
from stackcfg.releases.versions import Release
from stackcfg.runconfig.values import as_string
from stackcfg.stores.store_map import is_reference
from stackcfg.yamltext.emit import Field

BACKENDS = ("storage", "backends")
STORES = ("storage", "stores")
METADATA = (*STORES, "metadata")
DEFAULT = DEFAULT_BACKENDS[KV]


def beside_metadata(
    context: StepContext, name: str, since: Release
) -> Iterator[Change]:
    """Write a KV store on the registry's backend, with its own name as its namespace, unless the file has it.

    A catalog without backends is left to the server, whose defaults fit each other; so is a store that the file can
    have had on the default backend already, being for `since` or later.
    """
    if (
        not isinstance(value_at(context.data, BACKENDS), Mapping)
        or not context.written.backends
    ):
        return
    if value_at(context.data, (*STORES, name)) is not None:
        return
    backend = _backend(context)
    known = context.release.age.certainly_before(since)
    if not known and DEFAULT in context.written.backends and backend != DEFAULT:
        return
    if not backend:
        yield StepNote(
            ACTION_REQUIRED,
            f"no KV backend to keep '{name}' on: add one",
            context.text.offset(BACKENDS),
        )
        return
    yield Put((*STORES, name), {"backend": backend, "namespace": name})
    fields = (Field("backend", backend), Field("namespace", name))
    stores = context.text.editable_node(STORES)
    empty = stores.entry(name) if stores is not None else None
    if stores is not None and empty is not None:
        yield filled(context, stores, empty, fields)
    else:
        yield added(context, STORES, Field(name, fields))


def _backend(context: StepContext) -> str:
    """The backend of the registry; the default one, or the first of the family, where the file does not say."""
    metadata = value_at(context.data, METADATA)
    if is_reference(metadata):
        return as_string(metadata.get("backend"))
    known = [
        name for name, each in context.written.backends.items() if each.family == KV
    ]
    return DEFAULT if DEFAULT in known else next(iter(known), "")
