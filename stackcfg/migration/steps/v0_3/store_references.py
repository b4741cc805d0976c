"""0.2 → 0.3: stores of providers and of the quota become references into the catalog (upstream #3697).

vector_io `kvstore` → `persistence`; agents `persistence_store`, `responses_store` → `persistence.agent_state`,
`persistence.responses`; batches, datasetio, eval `kvstore`, files `metadata_store` and `server.quota.kvstore` keep
their key. A provider that the catalog does not know is converted under its own key, as a guess.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.migration.changes import CHECK, Change, Delete, Put, StepNote
from stackcfg.migration.context import CatalogContext
from stackcfg.migration.editing.entry_comments import (
    EntryComments,
    collect_entry_comments,
)
from stackcfg.migration.editing.placing import (
    filled,
    insert_entry,
    is_empty,
    replaced_entry,
    with_comments,
)
from stackcfg.migration.steps.v0_3.storage_catalog import (
    reference_data,
    reference_fields,
    superseded_note,
)
from stackcfg.paths import Path
from stackcfg.runconfig.placeholders import may_be_empty
from stackcfg.stores.store_map import Store
from stackcfg.yamltext.document import MAPPING, Node, ParseError
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.emit import Field
from stackcfg.yamltext.entries import column_of, entry_span, remove_entry


def run(context: CatalogContext) -> Iterator[Change]:
    """Replace each store where it stands."""
    by_holder: dict[Path, list[Store]] = {}
    for use in context.inline.stores:
        if use.fact.api or use.fact.path[0] == "server":
            holder, _ = _split(context, use)
            by_holder.setdefault(holder, []).append(use)
    for holder, uses in by_holder.items():
        yield from _in_holder(context, holder, uses)


def _split(context: CatalogContext, use: Store) -> tuple[Path, Path]:
    """The path of the mapping that holds a store, and the new path of the store inside it."""
    fact = context.plan.facts.get(use.key, use.fact)
    if not fact.api:
        return fact.path[:-1], fact.path[-1:]
    return use.path[:4], fact.path


def _in_holder(
    context: CatalogContext, holder: Path, uses: list[Store]
) -> Iterator[Change]:
    """All stores of one provider's config, so that two of them can meet under one new key."""
    by_key: dict[str, list[Store]] = {}
    for use in uses:
        _, path = _split(context, use)
        by_key.setdefault(str(path[0]), []).append(use)
        if use.state != "absent":
            yield Delete((*holder, str(use.path[len(holder)])))
        yield from _notes(context, use, str(use.path[len(holder)]), path)
    for use in uses:
        if use.key in context.plan.references:
            _, path = _split(context, use)
            yield Put(
                (*holder, *path), reference_data(use, context.plan.references[use.key])
            )
    for key, group in by_key.items():
        yield from _one_key(context, holder, key, group)


def _notes(
    context: CatalogContext, use: Store, old: str, path: Path
) -> Iterator[StepNote]:
    """What a person should know about the new place of a store."""
    where = context.text.offset(use.path)
    if use.state == "superseded":
        yield superseded_note(old, use, ".".join(map(str, path)), where)
        return
    namespace = str(use.inline.field("namespace")) if use.inline else ""
    if may_be_empty(namespace):
        new = context.plan.references[use.key].name
        yield StepNote(
            CHECK,
            f"namespace {namespace} can be empty, which 0.3 refuses; it became '{new}'",
            where,
        )
    if not use.fact.known:
        message = f"'{old}' of {use.owner} is no store that the catalog knows; it became a reference as a guess"
        yield StepNote(CHECK, message, where)


def _one_key(
    context: CatalogContext, holder: Path, key: str, uses: list[Store]
) -> Iterator[Change]:
    """Write the stores of one provider that stand under one new key, and take the old entries away."""
    parent = context.text.editable_node(holder)
    mapping = parent if parent is not None and parent.kind == MAPPING else None
    entries = _old_entries(mapping, holder, uses) if mapping is not None else []
    harvests = _harvests(context, mapping, entries) if mapping is not None else {}
    field = _field(
        context,
        key,
        [use for use in uses if use.key in context.plan.references],
        harvests,
    )
    existing = (
        mapping.entry(key)
        if mapping is not None and not _replaces(mapping, key, entries)
        else None
    )
    anchor = (
        next((index for index, use in entries if use.state != "superseded"), None)
        if existing is None
        else None
    )
    for index, use in entries:
        if mapping is not None and (index != anchor or field is None):
            yield _taken_out(context, mapping, index, harvests.get(use.key), use)
    if field is None:
        return
    if mapping is not None and anchor is not None:
        yield replaced_entry(context, mapping, anchor, field, with_lead=_meets(field))
    elif mapping is not None and existing is not None:
        yield from _into_existing(context, mapping, existing, field)
    else:
        yield _added(context, holder, field)


def _old_entries(
    mapping: Node, holder: Path, uses: list[Store]
) -> list[tuple[int, Store]]:
    """The entries that hold the old stores, in the order of the text."""
    found = [
        (_index(mapping, str(use.path[len(holder)])), use)
        for use in uses
        if use.state != "absent"
    ]
    return sorted(
        ((index, use) for index, use in found if index is not None),
        key=lambda pair: pair[0],
    )


def _harvests(
    context: CatalogContext, mapping: Node, entries: list[tuple[int, Store]]
) -> dict[str, EntryComments]:
    """The comments of the old entries; those over the entry that the new one replaces stay where they are."""
    result: dict[str, EntryComments] = {}
    for place, (index, use) in enumerate(entries if not mapping.flow else []):
        entry = mapping.entries[index]
        span = entry_span(context.text.document, context.text.comments, *entry)
        meets = len(_split(context, use)[1]) > 1
        result[use.key] = collect_entry_comments(
            context,
            *entry,
            span,
            with_lead=meets or place > 0 or use.state == "superseded",
        )
        _forget_carried(context, use, result[use.key])
    return result


def _into_existing(
    context: CatalogContext, mapping: Node, existing: tuple[Node, Node], field: Field
) -> Iterator[Change]:
    """Put the references under a new key that the file has already."""
    assert isinstance(field.value, tuple)
    if is_empty(existing[1]):
        yield filled(context, mapping, existing, field.value)
    elif existing[1].target.kind == MAPPING:
        for each in field.value:
            yield insert_entry(context, existing[1].target, each)


def _replaces(parent: Node, key: str, entries: list[tuple[int, Store]]) -> bool:
    return any(parent.entries[index][0].text == key for index, _ in entries)


def _index(parent: Node, key: str) -> int | None:
    return next(
        (index for index, (each, _) in enumerate(parent.entries) if each.text == key),
        None,
    )


def _forget_carried(
    context: CatalogContext, use: Store, gathered: EntryComments
) -> None:
    """Comments of fields that a backend carries on are not repeated at the reference."""
    if use.inline is None:
        return
    for backend in context.plan.backends:
        if backend.sources and backend.sources[0] == use.inline.path:
            names = {"type", *(name for name, _ in backend.fields)}
            source = context.text.root.at(use.inline.path)
            for field_key, _ in source.entries if source is not None else ():
                if field_key.text in names:
                    gathered.claim(field_key)


def _field(
    context: CatalogContext,
    key: str,
    uses: list[Store],
    harvests: dict[str, EntryComments],
) -> Field | None:
    """The new entry with the references of these uses."""
    inner: list[Field] = []
    for use in uses:
        gathered = harvests.get(use.key, EntryComments())
        _, path = _split(context, use)
        fields = reference_fields(use, context.plan.references[use.key], gathered)
        if len(path) == 1:
            return Field(key, fields, tuple(gathered.lead), gathered.beside)
        inner.append(
            Field(str(path[-1]), fields, tuple(gathered.lead), gathered.beside)
        )
    return Field(key, tuple(inner)) if inner else None


def _taken_out(
    context: CatalogContext,
    parent: Node,
    index: int,
    gathered: EntryComments | None,
    use: Store,
) -> Edit:
    """An old entry removed; the comments of one that nothing replaces stay where it stood."""
    edit = remove_entry(context.text.document, context.text.comments, parent, index)
    if gathered is None or use.state != "superseded" or parent.flow:
        return edit
    lines = gathered.every()
    column = column_of(context.text.document, parent.entries[index][0].start)
    return with_comments(context, edit, lines, column) if lines else edit


def _added(context: CatalogContext, holder: Path, field: Field) -> Edit:
    """The new entry where the old file had none: at the end of the provider's config, which is made if missing."""
    parent = context.text.root.at(holder)
    if (
        parent is not None
        and parent.kind == MAPPING
        and (parent.entries or (parent.flow and _in_flow(context, holder)))
    ):
        return insert_entry(context, parent, field)
    owner = context.text.editable_node(holder[:-1])
    assert owner is not None
    name = str(holder[-1])
    entry = owner.entry(name)
    wrapped = Field(name, (field,))
    if entry is None:
        return insert_entry(context, owner, wrapped)
    if not is_empty(entry[1]):
        raise ParseError(
            f"'{name}' is not a mapping",
            entry[0].start,
            "write it as one, or leave it out",
        )
    return filled(context, owner, entry, (field,))


def _in_flow(context: CatalogContext, holder: Path) -> bool:
    """Whether an empty flow mapping stands inside another flow mapping, so that it cannot become a block."""
    owner = context.text.root.at(holder[:-1])
    return owner is not None and owner.flow


def _meets(field: Field) -> bool:
    """Whether the entry is one under which several stores meet, each with its own comments."""
    return isinstance(field.value, tuple) and any(
        isinstance(each.value, tuple) for each in field.value
    )
