"""0.2 → 0.3: stores of providers and of the quota become references into the catalog (upstream #3697).

vector_io `kvstore` → `persistence`; agents `persistence_store`, `responses_store` → `persistence.agent_state`,
`persistence.responses`; batches, datasetio, eval `kvstore`, files `metadata_store` and `server.quota.kvstore` keep
their key. A provider that the catalog does not know is converted under its own key, as a guess.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.change import ACTION, Change, Context, Delete, Harvest, Note, Put, harvest
from stackcfg.document import MAPPING, Node, ParseError, Path
from stackcfg.edits import Edit, column_of, entry_span, removed_entry
from stackcfg.placeholders import may_be_empty
from stackcfg.render import Field
from stackcfg.steps.placing import filled, insert_entry, is_empty, replaced_entry, with_comments
from stackcfg.steps.storage_catalog import reference_data, reference_fields, superseded_note
from stackcfg.storage import Use


def run(context: Context) -> Iterator[Change]:
    """Replace each store where it stands."""
    by_holder: dict[Path, list[Use]] = {}
    for use in context.stores.uses:
        if use.fact.api or use.fact.path[0] == "server":
            holder, _ = _split(context, use)
            by_holder.setdefault(holder, []).append(use)
    for holder, uses in by_holder.items():
        yield from _in_holder(context, holder, uses)


def _split(context: Context, use: Use) -> tuple[Path, Path]:
    """The path of the mapping that holds a store, and the new path of the store inside it."""
    fact = context.plan.facts.get(use.key, use.fact)
    if not fact.api:
        return fact.path[:-1], fact.path[-1:]
    return use.path[:4], fact.path


def _in_holder(context: Context, holder: Path, uses: list[Use]) -> Iterator[Change]:
    """All stores of one provider's config, so that two of them can meet under one new key."""
    by_key: dict[str, list[Use]] = {}
    for use in uses:
        _, path = _split(context, use)
        old = str(use.path[len(holder)])
        if not use.absent:
            yield Delete((*holder, old))
        if use.superseded:
            yield superseded_note(old, use, ".".join(map(str, path)), context.offset(use.path))
        namespace = use.snippet.field("namespace") if use.snippet else None
        if may_be_empty(str(namespace)):
            new = context.plan.references[use.key].name
            message = f"namespace {namespace} can be empty, which 0.3 refuses; it became '{new}'"
            yield Note(ACTION, message, context.offset(use.path))
        if use.guess:
            yield Note(
                ACTION,
                f"'{old}' of {use.owner} is no store that the catalog knows; it became a reference as a guess",
                context.offset(use.path),
            )
        by_key.setdefault(str(path[0]), []).append(use)
    for use in uses:
        if use.key in context.plan.references:
            _, path = _split(context, use)
            yield Put((*holder, *path), reference_data(use, context.plan.references[use.key]))
    for key, group in by_key.items():
        yield from _one_key(context, holder, key, group)


def _one_key(context: Context, holder: Path, key: str, uses: list[Use]) -> Iterator[Change]:
    """Write the stores of one provider that stand under one new key, and take the old entries away."""
    parent = context.own(holder)
    written = [use for use in uses if use.key in context.plan.references]
    entries: list[tuple[int, Use]] = []
    harvests: dict[str, Harvest] = {}
    if parent is not None and parent.kind == MAPPING:
        for use in uses:
            index = _index(parent, str(use.path[len(holder)])) if not use.absent else None
            if index is not None:
                entries.append((index, use))
        entries.sort(key=lambda pair: pair[0])
    for place, (index, use) in enumerate(entries):
        entry = parent.entries[index] if parent else None
        if entry is not None and not (parent and parent.flow):
            span = entry_span(context.document, context.comments, *entry)
            nested = len(_split(context, use)[1]) > 1
            harvests[use.key] = harvest(context, *entry, span, with_lead=nested or place > 0 or use.superseded)
            _forget_carried(context, use, harvests[use.key])
    fields = _fields(context, key, written, harvests)
    anchor = next((index for index, use in entries if not use.superseded), None)
    existing = None
    if parent is not None and parent.kind == MAPPING and not _replaces(parent, key, entries):
        existing = parent.get(key)
    if existing is not None and is_empty(existing) and parent is not None and fields is not None:
        entry = parent.entry(key)
        assert entry is not None
        assert isinstance(fields.value, tuple)
        yield filled(context, parent, entry, fields.value)
        for index, use in entries:
            yield _taken_out(context, parent, index, harvests.get(use.key), use)
        return
    for index, use in entries:
        if parent is None:
            continue
        if index == anchor and existing is None and fields is not None:
            yield replaced_entry(context, parent, index, fields, with_lead=_meets(fields))
        else:
            yield _taken_out(context, parent, index, harvests.get(use.key), use)
    if fields is not None and existing is not None and existing.kind == MAPPING and isinstance(fields.value, tuple):
        for each in fields.value:
            yield insert_entry(context, existing, each)
    elif fields is not None and anchor is None:
        yield _added(context, holder, fields)


def _replaces(parent: Node, key: str, entries: list[tuple[int, Use]]) -> bool:
    return any(parent.entries[index][0].text == key for index, _ in entries)


def _index(parent: Node, key: str) -> int | None:
    return next((index for index, (each, _) in enumerate(parent.entries) if each.text == key), None)


def _forget_carried(context: Context, use: Use, gathered: Harvest) -> None:
    """Comments of fields that a backend carries on are not repeated at the reference."""
    if use.snippet is None:
        return
    for backend in context.plan.backends:
        if backend.sources and backend.sources[0] == use.snippet.path:
            names = {"type", *(name for name, _ in backend.fields)}
            source = context.root.at(use.snippet.path)
            for field_key, _ in source.entries if source is not None else ():
                if field_key.text in names:
                    gathered.claim(field_key)


def _fields(context: Context, key: str, uses: list[Use], harvests: dict[str, Harvest]) -> Field | None:
    """The new entry with the references of these uses."""
    inner: list[Field] = []
    for use in uses:
        gathered = harvests.get(use.key, Harvest())
        _, path = _split(context, use)
        fields = reference_fields(use, context.plan.references[use.key], gathered)
        if len(path) == 1:
            return Field(key, fields, tuple(gathered.lead), gathered.beside)
        inner.append(Field(str(path[-1]), fields, tuple(gathered.lead), gathered.beside))
    return Field(key, tuple(inner)) if inner else None


def _taken_out(context: Context, parent: Node, index: int, gathered: Harvest | None, use: Use) -> Edit:
    """An old entry removed; the comments of one that nothing replaces stay where it stood."""
    edit = removed_entry(context.document, context.comments, parent, index)
    if gathered is None or not use.superseded or parent.flow:
        return edit
    lines = gathered.every()
    column = column_of(context.document, parent.entries[index][0].start)
    return with_comments(context, edit, lines, column) if lines else edit


def _added(context: Context, holder: Path, field: Field) -> Edit:
    """The new entry where the old file had none: at the end of the provider's config, which is made if missing."""
    parent = context.root.at(holder)
    if (
        parent is not None
        and parent.kind == MAPPING
        and (parent.entries or (parent.flow and _in_flow(context, holder)))
    ):
        return insert_entry(context, parent, field)
    owner = context.own(holder[:-1])
    assert owner is not None
    name = str(holder[-1])
    entry = owner.entry(name)
    wrapped = Field(name, (field,))
    if entry is None:
        return insert_entry(context, owner, wrapped)
    if not is_empty(entry[1]):
        raise ParseError(f"'{name}' is not a mapping", entry[0].start, "write it as one, or leave it out")
    return filled(context, owner, entry, (field,))


def _in_flow(context: Context, holder: Path) -> bool:
    """Whether an empty flow mapping stands inside another flow mapping, so that it cannot become a block."""
    owner = context.root.at(holder[:-1])
    return owner is not None and owner.flow


def _meets(field: Field) -> bool:
    """Whether the entry is one under which several stores meet, each with its own comments."""
    return isinstance(field.value, tuple) and any(isinstance(each.value, tuple) for each in field.value)
