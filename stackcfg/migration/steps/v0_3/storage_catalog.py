"""0.2 → 0.3: inline stores of the server become a storage catalog (upstream
#3697).

The catalog is `storage.backends` and `storage.stores`.

`metadata_store`, `inference_store` (plain, or nested with its queue settings,
#3383) and `conversations_store` leave the top level. 0.3.0 to 0.3.5 refuse to
start without metadata, inference and conversations stores, so those that the
old file lacks are written too.
"""

from collections.abc import Mapping, Sequence

from stackcfg.migration.changes import Changes, Notes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.catalog_references import (
    first_backend_of,
    inline_entries,
    is_top_level,
    reference_field,
    superseded_note,
    with_references,
)
from stackcfg.migration.editing.entry_comments import (
    EntryComments,
    collect_entry_comments,
)
from stackcfg.migration.editing.values import is_empty
from stackcfg.migration.planning.allocation import PlannedBackend
from stackcfg.paths import Path
from stackcfg.releases.resources import RESOURCES_SECTION, resource_lists
from stackcfg.runconfig.placeholders import may_be_empty
from stackcfg.runconfig.sections import STORES_PATH
from stackcfg.stores.store_map import Store
from stackcfg.yamltext.document import Entry
from stackcfg.yamltext.emit import Field
from stackcfg.yamltext.values import merged_entries

SECTION = "storage"


def run(context: StepContext) -> Changes:
    """Write the catalog and remove the old keys."""
    stores = [each for each in context.inline.stores if is_top_level(each)]
    if not context.plan.backends and not stores:
        return
    yield from _notes(context, stores)
    keys = _old_keys(context, stores)
    replaced = ""
    if keys and context.text.root.entry(SECTION) is None:
        replaced = keys.pop(0)
    tree = _catalog_tree(context, stores, _comments_by_store(context, replaced))
    if replaced:
        yield from context.text.replace((replaced,), Field(SECTION, tree))
    else:
        yield from _write_section(context, tree)
    yield from _remove_keys(context, stores, keys)


def _remove_keys(
    context: StepContext,
    stores: Sequence[Store],
    keys: Sequence[str],
) -> Changes:
    superseded = {each.path[0] for each in stores if each.state == "superseded"}
    for key in keys:
        # the comments of the others are in the catalog
        moved = key not in superseded
        yield from context.text.remove((key,), comments_move=moved)


def _notes(
    context: StepContext,
    stores: Sequence[Store],
) -> Notes:
    for store in stores:
        if store.state == "superseded":
            yield superseded_note(context, store, _reference_path(context, store))
    for backend in context.plan.backends:
        nodes = _lent_nodes(context, backend)
        for name in sorted(backend.own & nodes.keys()):
            key, value = nodes[name]
            if may_be_empty(value.text):
                message = (
                    f"'{name}' got a default, because 0.3 refuses an unset variable "
                    "of a backend even if its provider is disabled; set the "
                    "variable where the provider is enabled"
                )
                yield context.check_at(message, key.start)


def _reference_path(
    context: StepContext,
    store: Store,
) -> Path:
    fact = context.plan.facts.get(store.key)
    if fact is None:
        return (*STORES_PATH, store.key)
    return fact.path


def _old_keys(
    context: StepContext,
    stores: Sequence[Store],
) -> list[str]:
    names = {each.path[0] for each in stores if each.state != "absent"}
    return [key.text for key, _ in context.text.root.entries if key.text in names]


def _comments_by_store(context: StepContext, replaced: str) -> dict[str, EntryComments]:
    """Return the comments of every inline store.

    Those over the replaced key stay, and so are over the catalog.
    """
    found = {store.key: EntryComments() for store in context.inline.stores}
    for store in context.inline.stores:
        if store.state == "absent":
            continue
        path = store.path
        if is_top_level(store):
            # the nested form of an inference store is one entry
            path = path[:1]
        _, entry = context.text.editable_entry(path)
        with_lead = path != (replaced,)
        found[store.key] = collect_entry_comments(context.text, entry, with_lead)
    return found


def _catalog_tree(
    context: StepContext,
    stores: Sequence[Store],
    comments: Mapping[str, EntryComments],
) -> tuple[Field, ...]:
    inherited = _comments_by_backend(context, comments)
    backends = [
        _backend_field(context, each, inherited.get(each.name, EntryComments()))
        for each in context.plan.backends
    ]
    references = [
        _store_field(context, each, comments[each.key])
        for each in with_references(context, stores)
    ]
    tree = (Field("backends", tuple(backends)), Field("stores", tuple(references)))
    return tuple(each for each in tree if each.value)


def _comments_by_backend(
    context: StepContext, comments: Mapping[str, EntryComments]
) -> dict[str, EntryComments]:
    """Return the comments of inline stores by the backend that takes them."""
    found: dict[str, EntryComments] = {}
    for store in context.inline.stores:
        backend = first_backend_of(context, store)
        if backend is not None:
            found[backend.name] = comments[store.key]
    return found


def _lent_nodes(
    context: StepContext,
    backend: PlannedBackend,
) -> dict[str, Entry]:
    """Return the keys and values of the inline store that lends a
    backend its text.
    """
    if not backend.sources:
        return {}
    return inline_entries(context.text, backend.sources[0])


def _backend_field(
    context: StepContext,
    backend: PlannedBackend,
    own_comments: EntryComments,
) -> Field:
    nodes = _lent_nodes(context, backend)
    fields: list[Field] = []
    for name, value in (("type", backend.type), *backend.fields):
        if name not in nodes:
            fields.append(Field(name, value))
            continue
        key, node = nodes[name]
        # the new type and values of our own are not in the old text
        if name != "type" and name not in backend.own:
            value = node
        fields.append(Field(name, value, *own_comments.take(key)))
    return Field(backend.name, tuple(fields))


def _store_field(
    context: StepContext,
    store: Store,
    comments: EntryComments,
) -> Field:
    """Return the reference of a store; the settings of a queue keep
    their text.
    """
    queue = dict(store.queue)
    nodes: dict[str, Entry] = {}
    holder = context.text.root.at(store.path[:-1])
    if queue and holder is not None:
        for key, value in merged_entries(holder):
            if key.text in queue:
                nodes[key.text] = (key, value)
    name = str(_reference_path(context, store)[-1])
    return reference_field(context, store, name, comments, nodes)


def _write_section(
    context: StepContext,
    tree: Sequence[Field],
) -> Changes:
    """Write the catalog into the section of the file.

    A new section goes over the resources, as in upstream's files.
    """
    section = context.text.editable_node((SECTION,))
    if section is None:
        before = _first_resource(context)
        yield from context.text.merge((), [Field(SECTION, tuple(tree))], before)
    elif is_empty(section):
        yield from context.text.merge((SECTION,), tree)
    else:
        for field in tree:
            yield from context.text.merge((SECTION, field.key), field.value)


def _first_resource(context: StepContext) -> int | None:
    names = {each.old for each in resource_lists()} | {RESOURCES_SECTION, "server"}
    for index, (key, _) in enumerate(context.text.root.entries):
        if key.text in names:
            return index
    return None
