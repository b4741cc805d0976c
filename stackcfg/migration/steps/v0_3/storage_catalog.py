"""0.2 → 0.3: the inline stores of the server become `storage.backends` and `storage.stores` (upstream #3697).

`metadata_store`, `inference_store` (plain, or nested with its queue settings, #3383) and `conversations_store` leave
the top level. 0.3.0 to 0.3.5 refuse to start without metadata, inference and conversations stores, so those that the
old file lacks are written too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from stackcfg.migration.changes import CHECK, Change, Delete, Put, StepNote
from stackcfg.migration.context import CatalogContext
from stackcfg.migration.editing.entry_comments import (
    EntryComments,
    collect_entry_comments,
)
from stackcfg.migration.editing.placing import (
    entry_of,
    filled,
    flow_fields,
    insert_entry,
    is_empty,
    replaced_entry,
    snippet_field_nodes,
    with_comments,
)
from stackcfg.migration.planning.backends import PlannedBackend
from stackcfg.releases.resources import RESOURCES_SECTION, resource_lists
from stackcfg.runconfig.placeholders import may_be_empty
from stackcfg.stores.store_map import Reference, Store
from stackcfg.yamltext.document import MAPPING, Node, ParseError
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.emit import Field, emit_block
from stackcfg.yamltext.entries import column_of, entry_span, remove_entry
from stackcfg.yamltext.values import merged_entries

STORES = ("storage", "stores")
BACKENDS = ("storage", "backends")


def run(context: CatalogContext) -> Iterator[Change]:
    """Write the catalog and take the old keys away."""
    uses = [
        use
        for use in context.inline.stores
        if not use.fact.api and use.fact.path[0] != "server"
    ]
    references = [use for use in uses if use.key in context.plan.references]
    if not (context.plan.backends or uses):
        return
    old = _old_keys(context, uses)
    replaced = _replaced_key(context, old)
    harvests = dict(_harvests(context, replaced))
    yield from _data(context, uses, references)
    backends = [
        _backend_field(context, each, harvests) for each in context.plan.backends
    ]
    stores = [_store_field(context, use, harvests.get(use.key)) for use in references]
    tree = tuple(
        field
        for field in (
            Field("backends", tuple(backends)),
            Field("stores", tuple(stores)),
        )
        if field.value
    )
    yield from _catalog(context, tree, replaced)
    leftovers = {
        str(use.path[0]): harvests[use.key]
        for use in uses
        if use.state == "superseded" and use.key in harvests
    }
    for index in old:
        if index != replaced:
            yield _taken_out(context, index, leftovers)


def _data(
    context: CatalogContext, uses: list[Store], references: list[Store]
) -> Iterator[Change]:
    for use in uses:
        if use.state != "absent":
            yield Delete((use.path[0],))
        if use.state == "superseded":
            where = context.text.offset(use.path)
            yield superseded_note(
                str(use.path[0]), use, ".".join(_target_path(context, use)), where
            )
    for backend in context.plan.backends:
        yield from _filled_notes(context, backend)
        yield Put(
            (*BACKENDS, backend.name), {"type": backend.type, **dict(backend.fields)}
        )
    for use in references:
        yield Put(
            _target_path(context, use),
            reference_data(use, context.plan.references[use.key]),
        )


def _filled_notes(
    context: CatalogContext, backend: PlannedBackend
) -> Iterator[StepNote]:
    source = context.text.root.at(backend.sources[0]) if backend.sources else None
    for name in sorted(backend.own):
        written = snippet_field_nodes(source).get(name) if source is not None else None
        if written is not None and may_be_empty(written[1].text):
            message = f"'{name}' got a default: 0.3 checks every backend, even one whose provider is off"
            yield StepNote(CHECK, message, written[0].start)


def superseded_note(key: str, use: Store, new: str, offset: int) -> StepNote:
    """What is said of an old key that went because its new form is in the file too."""
    place = f" ({use.location.describe()})" if use.location else ""
    return StepNote(
        CHECK,
        f"'{key}'{place} is taken out: '{new}' is in the file too; is that where the data is?",
        offset,
    )


def _target_path(context: CatalogContext, use: Store) -> tuple[str, ...]:
    fact = context.plan.facts.get(use.key)
    return fact.path if fact else (*STORES, use.key)


def reference_data(use: Store, reference: Reference) -> dict[str, Any]:
    """A reference as the data that stands in the config."""
    name = use.fact.name_field
    return {"backend": reference.backend, name: reference.name, **dict(reference.extra)}


def reference_fields(
    use: Store,
    reference: Reference,
    gathered: EntryComments | None,
    nodes: dict[str, tuple[Node, Node]] | None = None,
) -> tuple[Field, ...]:
    """A reference as fields of text; `nodes` lend their text and comments to the settings they hold."""
    fields = []
    for name, value in reference_data(use, reference).items():
        own = (nodes or {}).get(name)
        before, after = gathered.claim(own[0]) if own and gathered else ((), "")
        fields.append(Field(name, own[1] if own else value, before, after))
    left = gathered.left() if gathered else ()
    fields[0] = Field(
        fields[0].key, fields[0].value, (*left, *fields[0].before), fields[0].after
    )
    return tuple(fields)


def _old_keys(context: CatalogContext, uses: list[Store]) -> list[int]:
    """The indexes of the old store keys at the top of the file, in its order."""
    names = {use.path[0] for use in uses if use.state != "absent"}
    return [
        index
        for index, (key, _) in enumerate(context.text.root.entries)
        if key.text in names
    ]


def _replaced_key(context: CatalogContext, old: list[int]) -> int | None:
    """The old key in whose place the catalog goes; comments over it stay and stand over the catalog."""
    return old[0] if old and context.text.root.entry("storage") is None else None


def _harvests(
    context: CatalogContext, replaced: int | None
) -> Iterator[tuple[str, EntryComments]]:
    """The comments of every old store: its backend takes those of the fields that it carries on."""
    stays = context.text.root.entries[replaced][0] if replaced is not None else None
    for use in context.inline.stores:
        entry = entry_of(context, use)
        if entry is not None:
            span = entry_span(context.text.document, context.text.comments, *entry)
            yield (
                use.key,
                collect_entry_comments(
                    context, *entry, span, with_lead=entry[0] is not stays
                ),
            )


def _backend_field(
    context: CatalogContext, backend: PlannedBackend, harvests: dict[str, EntryComments]
) -> Field:
    """A backend in the words of the snippet it came from."""
    source = context.text.root.at(backend.sources[0]) if backend.sources else None
    nodes = snippet_field_nodes(source) if source is not None else {}
    by_source = {
        use.inline.path: use.key for use in context.inline.stores if use.inline
    }
    gathered = (
        harvests.get(by_source.get(backend.sources[0], "")) if backend.sources else None
    )
    fields: list[Field] = []
    for name, value in (("type", backend.type), *backend.fields):
        key_and_value = nodes.get(name)
        before, after = (
            gathered.claim(key_and_value[0]) if gathered and key_and_value else ((), "")
        )
        keep = key_and_value is not None and name != "type" and name not in backend.own
        fields.append(
            Field(
                name,
                key_and_value[1] if keep and key_and_value else value,
                before,
                after,
            )
        )
    return Field(backend.name, tuple(fields))


def _store_field(
    context: CatalogContext, use: Store, gathered: EntryComments | None
) -> Field:
    holder = context.text.root.at(use.path[:-1]) if use.queue else None
    queue = dict(use.queue)
    nodes = (
        {
            key.text: (key, value)
            for key, value in merged_entries(holder)
            if key.text in queue
        }
        if holder
        else {}
    )
    fields = reference_fields(use, context.plan.references[use.key], gathered, nodes)
    lead, beside = (tuple(gathered.lead), gathered.beside) if gathered else ((), "")
    return Field(_target_path(context, use)[-1], fields, lead, beside)


def _catalog(
    context: CatalogContext, tree: tuple[Field, ...], replaced: int | None
) -> Iterator[Change]:
    """The edits that write the catalog: into one that is there, in place of an old key, or as a new entry."""
    root = context.text.root
    section = _section(context)
    empty = root.entry("storage")
    if section is not None:
        for field in tree:
            yield from _into_section(context, section, field.key, field.value)
    elif replaced is not None:
        yield replaced_entry(context, root, replaced, Field("storage", tree))
    elif empty is not None:
        yield filled(context, root, empty, tree)
    else:
        yield insert_entry(
            context, root, Field("storage", tree), before=_first_resource(context)
        )


def _taken_out(
    context: CatalogContext, index: int, leftovers: dict[str, EntryComments]
) -> Edit:
    """An old key removed; the comments of one that nothing replaces stay where it stood."""
    key = context.text.root.entries[index][0]
    edit = remove_entry(
        context.text.document, context.text.comments, context.text.root, index
    )
    kept = leftovers.get(key.text)
    lines = kept.every() if kept and not context.text.root.flow else []
    return (
        with_comments(context, edit, lines, column_of(context.text.document, key.start))
        if lines
        else edit
    )


def _section(context: CatalogContext) -> Node | None:
    """The `storage` mapping of the file, if it has one with anything in it."""
    entry = context.text.root.entry("storage")
    if entry is None or is_empty(entry[1]):
        return None
    if entry[1].kind != MAPPING:
        raise ParseError(
            "'storage' is not a mapping", entry[0].start, "write its entries out"
        )
    return entry[1]


def _first_resource(context: CatalogContext) -> int | None:
    """Where a new catalog goes when no old store key marks the place: over the resources, as upstream's files do."""
    names = {resource.old for resource in resource_lists()} | {
        RESOURCES_SECTION,
        "server",
    }
    return next(
        (
            index
            for index, (key, _) in enumerate(context.text.root.entries)
            if key.text in names
        ),
        None,
    )


def _into_section(
    context: CatalogContext, section: Node, name: str, fields: Sequence[Field]
) -> Iterator[Edit]:
    """The fields put into a part of the catalog that may be there; those that are null there are filled in place."""
    existing = section.entry(name)
    if existing is None:
        yield insert_entry(context, section, Field(name, tuple(fields)))
        return
    target = existing[1]
    if is_empty(target):
        yield filled(context, section, existing, tuple(fields))
        return
    if target.kind != MAPPING:
        raise ParseError(
            f"'storage.{name}' is not a mapping", target.start, "write its entries out"
        )
    missing = []
    for field in fields:
        entry = target.entry(field.key)
        if entry is None:
            missing.append(field)
        else:
            yield filled(context, target, entry, _with_lead(field))
    if missing:
        yield _appended(context, target, missing)


def _with_lead(field: Field) -> tuple[Field, ...]:
    """What a field holds, its own comments over the first of it."""
    first, *others = field.value
    words = tuple(each.strip() for each in (*field.before, field.after) if each.strip())
    return (
        Field(first.key, first.value, (*words, *first.before), first.after),
        *others,
    )


def _appended(context: CatalogContext, target: Node, fields: list[Field]) -> Edit:
    last = target.entries[-1][1]
    if target.flow:
        return Edit(last.end, last.end, (", ", *flow_fields(context, target, fields)))
    column = column_of(context.text.document, target.entries[0][0].start)
    span = entry_span(context.text.document, context.text.comments, *target.entries[-1])
    pieces = emit_block(context.text.document, fields, column, context.text.indent)
    return Edit(
        span.end, span.end, (context.text.document.newline + " " * column, *pieces)
    )
