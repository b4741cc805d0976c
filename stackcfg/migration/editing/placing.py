"""Where steps put new entries: at the end of a mapping, in its own style."""

from __future__ import annotations

from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.entry_comments import collect_entry_comments
from stackcfg.stores.store_map import Store
from stackcfg.yamltext.document import MAPPING, Node, ParseError, SCALAR
from stackcfg.yamltext.edits import Edit, Piece
from stackcfg.yamltext.emit import Field, emit_block, emit_flow, emit_spread_flow
from stackcfg.yamltext.entries import column_of, entry_span, is_spread
from stackcfg.yamltext.values import merged_entries


def is_json(node: Node) -> bool:
    """Whether a flow mapping is written the JSON way, all keys in double quotes."""
    return bool(node.entries) and all(key.style == '"' for key, _ in node.entries)


def snippet_field_nodes(snippet: Node) -> dict[str, tuple[Node, Node]]:
    """The (key, value) nodes of a snippet's fields by name, merge keys applied, aliases followed."""
    if snippet.target.kind == SCALAR:
        return {}
    return {key.text: (key, value.target) for key, value in merged_entries(snippet)}


def is_empty(node: Node) -> bool:
    """Whether a value is null or a mapping without entries."""
    return node.is_null or (node.kind == MAPPING and not node.entries)


def filled(
    context: StepContext,
    parent: Node,
    entry: tuple[Node, Node],
    fields: tuple[Field, ...],
) -> Edit:
    """The edit that gives fields to an entry which is null or an empty mapping."""
    document = context.text.document
    key, value = entry
    if parent.flow:
        new = flow_fields(context, parent, [Field(key.text, fields)])
        return Edit(key.start, max(value.end, key.end + 1), tuple(new))
    span = entry_span(document, context.text.comments, key, value)
    gathered = collect_entry_comments(context, key, value, span, with_lead=False)
    inner = (
        Field(
            fields[0].key,
            fields[0].value,
            (*gathered.left(), *fields[0].before),
            fields[0].after,
        ),
        *fields[1:],
    )
    column = column_of(document, key.start)
    pieces = emit_block(
        document,
        [Field(key.text, inner, (), gathered.beside)],
        column,
        context.text.indent,
    )
    return Edit(key.start, span.end, tuple(pieces))


def replaced_entry(
    context: StepContext,
    parent: Node,
    index: int,
    field: Field,
    with_lead: bool = False,
) -> Edit:
    """The new entry in place of an old one; `with_lead` takes the comments over it away too."""
    key, value = parent.entries[index]
    if parent.flow:
        return Edit(
            key.start,
            max(value.end, key.end),
            tuple(flow_fields(context, parent, [field])),
        )
    span = entry_span(context.text.document, context.text.comments, key, value)
    column = column_of(context.text.document, key.start)
    pieces = emit_block(context.text.document, [field], column, context.text.indent)
    if with_lead and span.lead < span.line:
        return Edit(span.lead, span.end, (" " * column, *pieces))
    return Edit(key.start, span.end, tuple(pieces))


def insert_entry(
    context: StepContext, parent: Node, field: Field, before: int | None = None
) -> Edit:
    """The edit that adds an entry to a mapping: at its end, or over the entry with the index `before`."""
    document = context.text.document
    if parent.flow:
        inside = flow_fields(context, parent, [field])
        if not parent.entries:
            return Edit(parent.start + 1, parent.start + 1, tuple(inside))
        end = max(parent.entries[-1][1].end, parent.entries[-1][0].end)
        gap = " "
        if is_spread(document, parent):
            gap = document.newline + " " * column_of(
                document, parent.entries[0][0].start
            )
        return Edit(end, end, (",", gap, *inside))
    column = column_of(document, parent.entries[0][0].start)
    pieces = emit_block(document, [field], column, context.text.indent)
    if before is not None:
        span = entry_span(document, context.text.comments, *parent.entries[before])
        return Edit(
            span.lead, span.lead, (" " * column, *pieces, document.newline), column
        )
    span = entry_span(document, context.text.comments, *parent.entries[-1])
    return after_line(context, span.end, column, pieces)


def flow_fields(context: StepContext, parent: Node, fields: list[Field]) -> list[Piece]:
    """Fields in the style of the flow mapping they join: on one line, or each on its own as the others are."""
    if is_spread(context.text.document, parent):
        column = column_of(context.text.document, parent.entries[0][0].start)
        return emit_spread_flow(
            context.text.document, fields, column, context.text.indent, is_json(parent)
        )
    return emit_flow(context.text.document, fields, is_json(parent))


def entry_of(context: StepContext, use: Store) -> tuple[Node, Node] | None:
    """The entry that an inline store takes up in the file: the whole nested form of an `inference_store` included.

    Raises `ParseError` when a merge key brings it there.
    """
    if use.state == "absent":
        return None
    top = not use.fact.api and use.fact.path[0] != "server"
    path = use.path[:1] if top else use.path
    parent = context.text.editable_node(path[:-1])
    entry = parent.entry(str(path[-1])) if parent is not None else None
    if entry is None:
        where = parent.start if parent is not None else context.text.root.start
        raise ParseError(
            f"'{path[-1]}' comes from an anchor",
            where,
            "write its values out, then migrate",
        )
    return entry


def with_comments(
    context: StepContext, removal: Edit, lines: list[str], column: int
) -> Edit:
    """A removal that leaves comments where the removed thing stood."""
    text = "".join(
        f"{' ' * column}{line}{context.text.document.newline}" for line in lines
    )
    return Edit(removal.start, removal.end, (text,))


def after_line(
    context: StepContext, end: int, column: int, pieces: list[Piece]
) -> Edit:
    """The edit that puts lines behind the line whose content ends at `end`."""
    document = context.text.document
    after = document.lines.after(max(end - 1, 0))
    if after > 0 and document.text[after - 1] == "\n" and after > end:
        return Edit(after, after, (" " * column, *pieces, document.newline), column)
    return Edit(
        len(document.text),
        len(document.text),
        (document.newline + " " * column, *pieces),
        column,
    )
