"""0.2 → 0.3: resource lists move under `registered_resources` (upstream #3861, #3864).

`models`, `shields`, `datasets`, `scoring_fns`, `benchmarks`, `tool_groups` keep their name; `vector_dbs` becomes
`vector_stores` with its key names. 0.3.x drops the old top-level lists in silence, and with them the user's models.
Registered vector stores are read again only from 0.4.3 on (#4616).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from stackcfg.migration.changes import ACTION_REQUIRED, Change, Delete, Put, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.placing import insert_entry, is_empty, is_json
from stackcfg.releases.resources import RESOURCES_SECTION, Resource, resource_lists
from stackcfg.yamltext.document import MAPPING, Node, ParseError, SCALAR, SEQUENCE
from stackcfg.yamltext.edits import Copy, Edit, Piece
from stackcfg.yamltext.emit import Field, emit_scalar
from stackcfg.yamltext.entries import (
    column_of,
    entry_span,
    include_blank_lines,
    is_spread,
    remove_entry,
)
from stackcfg.yamltext.templates import is_template
from stackcfg.yamltext.values import data_of


def run(context: StepContext) -> Iterator[Change]:
    """Move every list that the section does not hold yet; what is no list stays."""
    known = {resource.old: resource for resource in resource_lists()}
    section, misfits = _section(context), no_lists(context)
    moves: list[tuple[int, Resource]] = []
    for index, (key, value) in enumerate(context.text.root.entries):
        resource = known.get(key.text)
        if resource is None:
            continue
        there = section.get(resource.new) if section is not None else None
        data = data_of(value)
        if key.text in misfits:
            yield misfits[key.text]
        elif data == {}:
            yield Delete((key.text,))
            yield remove_entry(
                context.text.document, context.text.comments, context.text.root, index
            )
        elif there is None or there.is_null:
            moves.append((index, resource))
        elif not data or data == data_of(there):
            yield Delete((key.text,))
            yield remove_entry(
                context.text.document, context.text.comments, context.text.root, index
            )
        elif not data_of(there):
            moves.append((index, resource))
        else:
            yield StepNote(
                ACTION_REQUIRED,
                f"'{key.text}' and '{RESOURCES_SECTION}.{resource.new}' both have entries: merge them",
                key.start,
            )
    for index, resource in moves:
        yield from _meaning(context, index, resource)
    if moves and section is None:
        yield from _new_section(context, moves)
        empty = next(
            (
                index
                for index, (key, _) in enumerate(context.text.root.entries)
                if key.text == RESOURCES_SECTION
            ),
            None,
        )
        if empty is not None:
            yield remove_entry(
                context.text.document, context.text.comments, context.text.root, empty
            )
    elif moves and section is not None:
        for index, resource in moves:
            yield from _into_section(context, section, index, resource)


def no_lists(context: StepContext) -> dict[str, StepNote]:
    """What is said of the old keys that hold something else than a list and so stay, by name; a template can be one."""
    known = {resource.old for resource in resource_lists()}
    return {
        key.text: StepNote(
            ACTION_REQUIRED,
            f"'{key.text}' is no list, and no release takes anything else: write one",
            key.start,
        )
        for key, value in context.text.root.entries
        if key.text in known and _is_no_list(data_of(value))
    }


def _is_no_list(data: object) -> bool:
    return not (
        data is None
        or data == {}
        or isinstance(data, list)
        or (isinstance(data, str) and is_template(data))
    )


def _section(context: StepContext) -> Node | None:
    """The section of the file, if it has one with anything in it."""
    node = context.text.editable_node((RESOURCES_SECTION,))
    if node is not None and not is_empty(node) and node.kind != MAPPING:
        raise ParseError(
            f"'{RESOURCES_SECTION}' is not a mapping", node.start, "write its lists out"
        )
    return None if node is None or is_empty(node) else node


def _into_section(
    context: StepContext, section: Node, index: int, resource: Resource
) -> Iterator[Change]:
    """Move a list to the end of the section that is there."""
    document, root = context.text.document, context.text.root
    key, value = root.entries[index]
    if section.flow and not (value.flow or value.kind == SCALAR):
        raise ParseError(
            f"'{key.text}' cannot move into the one line of '{RESOURCES_SECTION}'",
            key.start,
            "write that as a block",
        )
    held = section.entry(resource.new)
    if held is not None:
        yield remove_entry(
            document, context.text.comments, section, section.entries.index(held)
        )
    yield remove_entry(document, context.text.comments, root, index)
    if root.flow or section.flow:
        yield insert_entry(context, section, Field(resource.new, value))
        return
    span = entry_span(document, context.text.comments, key, value)
    column = column_of(document, section.entries[0][0].start)
    shift = column - column_of(document, key.start)
    last = entry_span(document, context.text.comments, *section.entries[-1])
    if resource.new != key.text:
        yield Edit(key.start, key.end, (resource.new,))
    pieces: list[Piece] = [Copy(span.lead, span.end, shift)]
    if last.after > last.end and document.text[last.after - 1] == "\n":
        yield Edit(last.after, last.after, (*pieces, document.newline), column)
    else:
        yield Edit(
            len(document.text), len(document.text), (document.newline, *pieces), column
        )


def _meaning(context: StepContext, index: int, resource: Resource) -> Iterator[Change]:
    key, value = context.text.root.entries[index]
    data = data_of(value)
    if resource.keys and isinstance(data, list):
        _refuse_both_names(value.target, resource)
        data = [
            {resource.keys.get(name, name): item for name, item in entry.items()}
            if isinstance(entry, dict)
            else entry
            for entry in data
        ]
        yield from _renamed_keys(value.target, resource)
    yield Delete((key.text,))
    yield Put((RESOURCES_SECTION, resource.new), data)
    final = context.release.final or context.release.target.last
    if resource.inert_until is not None and data and final <= resource.inert_until:
        until = ".".join(map(str, resource.inert_until))
        yield StepNote(
            ACTION_REQUIRED,
            f"'{RESOURCES_SECTION}.{resource.new}' is not registered by releases up to {until}: register it through the API",
            key.start,
        )


def _refuse_both_names(lists: Node, resource: Resource) -> None:
    for entry in lists.items if lists.kind == SEQUENCE else ():
        for old, new in resource.keys.items():
            if entry.get(old) is not None and entry.get(new) is not None:
                raise ParseError(
                    f"'{old}' and '{new}' in one entry",
                    entry.start,
                    f"keep one; it is called '{new}' now",
                )


def _renamed_keys(lists: Node, resource: Resource) -> Iterator[Edit]:
    for entry in lists.items if lists.kind == SEQUENCE else ():
        for key, _ in entry.entries if entry.kind == MAPPING else ():
            if key.text in resource.keys:
                name = resource.keys[key.text]
                yield Edit(key.start, key.end, (f'"{name}"' if key.style else name,))


def _new_section(
    context: StepContext, moves: list[tuple[int, Resource]]
) -> Iterator[Change]:
    """A section in place of the first list; lists that follow one another move as one block."""
    document, root = context.text.document, context.text.root
    if root.flow:
        yield from _new_flow_section(context, moves)
        return
    column = column_of(document, root.entries[0][0].start)
    spans = _regions(context, [index for index, _ in moves])
    in_a_row = all(before[1] == after[0] for before, after in pairwise(spans))
    pieces: list[Piece] = [f"{' ' * column}{RESOURCES_SECTION}:{document.newline}"]
    for (index, resource), (start, end) in zip(moves, spans, strict=True):
        key = root.entries[index][0]
        pieces.append(Copy(start, end, context.text.indent))
        if document.text[end - 1] != "\n" and not in_a_row:
            pieces.append(document.newline)
        if resource.new != key.text:
            yield Edit(
                key.start,
                key.end,
                (f'"{resource.new}"' if key.style else resource.new,),
            )
    yield Edit(*spans[0], tuple(pieces))
    for before, span in pairwise(spans):
        yield (
            Edit(*span)
            if before[1] == span[0]
            else Edit(*include_blank_lines(document.text, *span))
        )


def _regions(context: StepContext, indexes: list[int]) -> list[tuple[int, int]]:
    """The lines of each list: with its comments, and up to the next one where two follow one another.

    Comments over the first list stay where they are and stand over the section.
    """
    document, root = context.text.document, context.text.root
    spans = {
        index: entry_span(document, context.text.comments, *root.entries[index])
        for index in indexes
    }
    regions = [
        (span.lead, spans[index + 1].lead if index + 1 in spans else span.after)
        for index, span in spans.items()
    ]
    return [(spans[indexes[0]].line, regions[0][1]), *regions[1:]]


def _new_flow_section(
    context: StepContext, moves: list[tuple[int, Resource]]
) -> Iterator[Change]:
    root, document = context.text.root, context.text.document
    as_json = is_json(root)
    many_lines = is_spread(document, root)
    column = column_of(document, root.entries[0][0].start)
    inner = document.newline + " " * (column + context.text.indent)
    shift = context.text.indent if many_lines else 0
    pieces: list[Piece] = []
    for index, resource in moves:
        _, value = root.entries[index]
        name = f'"{resource.new}"' if as_json else emit_scalar(resource.new)
        gap = [",", inner if many_lines else " "] if pieces else []
        pieces += [*gap, f"{name}: ", Copy(value.start, value.end, shift)]
    first = moves[0][0]
    key, value = root.entries[first]
    head = f'"{RESOURCES_SECTION}": {{' if as_json else f"{RESOURCES_SECTION}: {{"
    if many_lines:
        pieces = [inner, *pieces, document.newline + " " * column]
    yield Edit(key.start, max(value.end, key.end), (head, *pieces, "}"))
    for index, _ in moves[1:]:
        yield remove_entry(context.text.document, context.text.comments, root, index)
