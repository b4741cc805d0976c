"""0.2 → 0.3: stores of providers and of the quota become references (upstream
#3697).

vector_io `kvstore` → `persistence`; agents `persistence_store`,
`responses_store` → `persistence.agent_state`, `persistence.responses`;
batches, datasetio, eval `kvstore`, files `metadata_store` and
`server.quota.kvstore` keep their key. A provider that the facts do not
know is converted under its own key, as a guess.
"""

from collections.abc import Mapping, Sequence

from stackcfg.migration.changes import Changes, Notes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.catalog_references import (
    is_top_level,
    reference_field,
    superseded_note,
    with_references,
)
from stackcfg.migration.editing.entry_comments import EntryComments
from stackcfg.paths import Path, value_at
from stackcfg.runconfig.placeholders import may_be_empty
from stackcfg.runconfig.values import as_string
from stackcfg.stores.store_map import Store
from stackcfg.yamltext.document import MAPPING
from stackcfg.yamltext.emit import Field


def run(context: StepContext) -> Changes:
    """Replace each store in its place."""
    yield from _notes_on_siblings(context)
    groups: dict[Path, list[Store]] = {}
    for store in context.inline.stores:
        if is_top_level(store):
            continue
        yield from _notes(context, store)
        holder, path = _new_place(context, store)
        groups.setdefault((*holder, path[0]), []).append(store)
    for target, stores in groups.items():
        yield from _write_group(context, target, stores)


def _new_place(
    context: StepContext,
    store: Store,
) -> tuple[Path, Path]:
    """Return the path of the holder of a store, and the new path inside it."""
    fact = context.plan.facts.get(store.key, store.fact)
    if fact.api:
        return store.path[:4], fact.path
    return fact.path[:-1], fact.path[-1:]


def _notes_on_siblings(context: StepContext) -> Notes:
    """Report each provider whose stores are migrated like those of a known type."""
    paths = {store.path[:3]: store.fact for store in context.inline.stores}
    for path, fact in paths.items():
        kind = value_at(context.data, (*path, "provider_type"))
        if fact.known and fact.api and as_string(kind) != fact.provider_type:
            message = (
                f"{kind} is not a type of upstream; its stores are written like those of "
                f"{fact.provider_type}; check that its version reads them so"
            )
            yield context.check(message, (*path, "provider_type"))


def _notes(
    context: StepContext,
    store: Store,
) -> Notes:
    holder, path = _new_place(context, store)
    if store.state == "superseded":
        yield superseded_note(context, store, path)
        return
    namespace = ""
    if store.inline is not None:
        namespace = str(store.inline.field("namespace"))
    if may_be_empty(namespace):
        new = context.plan.references[store.key].name
        message = (
            f"namespace '{namespace}' can be empty, which 0.3 refuses; "
            f"changed to '{new}'"
        )
        yield context.check(message, store.path)
    if not store.fact.known:
        old = store.path[len(holder)]
        message = (
            f"'{old}' of {store.owner} is not a store of a known provider; it became a "
            "reference; check that the provider reads one"
        )
        yield context.check(message, store.path)


def _write_group(
    context: StepContext,
    target: Path,
    stores: Sequence[Store],
) -> Changes:
    """Write the stores under one new key, and remove the old entries."""
    text = context.text
    old = _old_entries(context, target[:-1], stores)
    comments = _comments(context, target, old)
    field = _new_field(context, target, stores, comments)
    replaced = ""
    if field is not None:
        replaced = _replaced_key(context, target, old)
    for key, store in old:
        if key != replaced:
            moved = store.state != "superseded"
            yield from text.remove((*target[:-1], key), comments_move=moved)
    if field is not None:
        yield from _write_field(context, target, field, replaced)


def _replaced_key(
    context: StepContext,
    target: Path,
    old: Sequence[tuple[str, Store]],
) -> str:
    """Return the old key that the new one takes the place of.

    There is none where the new key is in the file already, beside the
    old ones.
    """
    keys = [key for key, _ in old]
    is_held = context.text.child_at(target) is not None
    if is_held and target[-1] not in keys:
        return ""
    for key, store in old:
        if store.state != "superseded":
            return key
    return ""


def _write_field(
    context: StepContext,
    target: Path,
    field: Field,
    replaced: str,
) -> Changes:
    text = context.text
    if replaced:
        path = (*target[:-1], replaced)
        is_joint = any(isinstance(each.value, tuple) for each in field.value)
        yield from text.replace(path, field, with_lead=is_joint)
    elif text.editable_node(target) is None:
        yield from text.merge(target[:-1], [field])
    else:
        yield from text.merge(target, field.value)


def _old_entries(
    context: StepContext,
    holder: Path,
    stores: Sequence[Store],
) -> list[tuple[str, Store]]:
    """Return the keys of the old entries and their stores, in the order
    of the text.
    """
    mapping = context.text.editable_node(holder)
    if mapping is None or mapping.kind != MAPPING:
        return []
    by_key = {
        str(store.path[len(holder)]): store
        for store in stores
        if store.state != "absent"
    }
    names = [key.text for key, _ in mapping.entries]
    return [(name, by_key[name]) for name in names if name in by_key]


def _comments(
    context: StepContext,
    target: Path,
    old: Sequence[tuple[str, Store]],
) -> dict[str, EntryComments]:
    """Return the comments of the old entries.

    Those over the entry that the new one replaces stay where they are.
    """
    found: dict[str, EntryComments] = {}
    for place, (key, store) in enumerate(old):
        is_joint = len(_new_place(context, store)[1]) > 1
        # over the first one they stay, over the others they would be lost
        with_lead = is_joint or place > 0 or store.state == "superseded"
        path = (*target[:-1], key)
        found[store.key] = context.text.entry_comments(path, with_lead)
    return found


def _new_field(
    context: StepContext,
    target: Path,
    stores: Sequence[Store],
    comments: Mapping[str, EntryComments],
) -> Field | None:
    """Return the new entry with the references; None where the file has them."""
    inner: list[Field] = []
    for store in with_references(context, stores):
        _, path = _new_place(context, store)
        own = comments.get(store.key, EntryComments())
        field = reference_field(context, store, str(path[-1]), own)
        if len(path) == 1:
            return field
        inner.append(field)
    if not inner:
        return None
    return Field(str(target[-1]), tuple(inner))
