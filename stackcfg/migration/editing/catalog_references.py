"""References that take the place of inline stores (0.3.0), and their
comments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stackcfg.light_typing import Any
from stackcfg.migration.changes import StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.entry_comments import EntryComments
from stackcfg.migration.editing.source_text import SourceText
from stackcfg.migration.editing.values import put_over
from stackcfg.migration.planning.allocation import PlannedBackend
from stackcfg.paths import Path
from stackcfg.stores.store_map import Store
from stackcfg.yamltext.document import SCALAR, Entry, Node
from stackcfg.yamltext.emit import Field
from stackcfg.yamltext.values import merged_entries

NO_NODES: Mapping[str, Entry] = {}


def is_top_level(store: Store) -> bool:
    """Return whether a store was a key at the top of the file."""
    return not store.fact.api and store.fact.path[0] != "server"


def superseded_note(
    context: StepContext,
    store: Store,
    new: Path,
) -> StepNote:
    """Return the note for an old key whose new form is in the file too."""
    place = f" ({store.location.describe()})" if store.location else ""
    name = _old_key(store)
    target = ".".join(map(str, new))
    message = (
        f"'{name}'{place} was removed because '{target}' is set too; "
        "check that the data is in the new store"
    )
    return context.check(message, store.path)


def _old_key(store: Store) -> str:
    if is_top_level(store):
        return str(store.path[0])
    return str(store.path[-1])


def inline_entries(
    text: SourceText,
    path: Path,
) -> dict[str, Entry]:
    """Return the keys and values of an inline store by name, merge keys
    applied.
    """
    node = text.root.at(path)
    if node is None or node.kind == SCALAR:
        return {}
    return {key.text: (key, value.target) for key, value in merged_entries(node)}


def first_backend_of(context: StepContext, store: Store) -> PlannedBackend | None:
    """Return the backend that takes the comments of an inline store.

    Several backends can be made from one store; its comments go to the
    first only.
    """
    if store.inline is None:
        return None
    return context.plan.first_backends.get(store.inline.path)


def _carried_keys(context: StepContext, store: Store) -> list[Node]:
    """Return the keys of an inline store whose comments go along with a
    backend.
    """
    backend = first_backend_of(context, store)
    if backend is None:
        return []
    nodes = inline_entries(context.text, backend.sources[0])
    names = {"type", *dict(backend.fields)}
    return [key for name, (key, _) in nodes.items() if name in names]


def reference_field(
    context: StepContext,
    store: Store,
    key: str,
    comments: EntryComments,
    nodes: Mapping[str, Entry] = NO_NODES,
) -> Field:
    """Return the reference of a store as a field, with its remaining comments.

    `nodes` lend their text and their comments to the settings that the
    reference carries on.
    """
    # their comments are at the backend already
    taken = _carried_keys(context, store)
    fields: list[Field] = []
    for name, value in _reference_data(context, store).items():
        if name not in nodes:
            fields.append(Field(name, value))
            continue
        own_key, own_value = nodes[name]
        fields.append(Field(name, own_value, *comments.take(own_key)))
        taken.append(own_key)
    inner = put_over(fields, comments.remaining(taken))
    return Field(key, inner, comments.lead, comments.beside)


def _reference_data(
    context: StepContext,
    store: Store,
) -> dict[str, Any]:
    reference = context.plan.references[store.key]
    name = {store.fact.name_field: reference.name}
    return {"backend": reference.backend, **name, **dict(reference.extra)}


def with_references(
    context: StepContext,
    stores: Sequence[Store],
) -> list[Store]:
    """Return those of the stores that get a reference in the catalog."""
    return [store for store in stores if store.key in context.plan.references]
