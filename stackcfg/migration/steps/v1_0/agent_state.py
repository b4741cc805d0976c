"""ogx 0.8 → 1.0: the responses provider has no `persistence.agent_state` any more (upstream #5776).

It was the store of the agents API, which went with 0.7.0: since then the provider opened it and read nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import INFO, Change, Delete, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.entry_comments import collect_entry_comments
from stackcfg.migration.editing.placing import with_comments
from stackcfg.paths import value_at
from stackcfg.runconfig.providers import provider_entries
from stackcfg.yamltext.document import Node
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.entries import column_of, entry_span, remove_entry

KEY: Final = "agent_state"


def run(context: StepContext) -> Iterator[Change]:
    """Take the store out."""
    for api, index, provider in provider_entries(context.data):
        if api != "responses" or provider.get("provider_type") != "inline::builtin":
            continue
        path = ("providers", api, index, "config", "persistence", KEY)
        holder = (
            context.text.editable_node(path[:-1])
            if value_at(context.data, path) is not None
            else None
        )
        entry = holder.entry(KEY) if holder is not None else None
        if holder is None or entry is None:
            continue
        message = f"'{KEY}' is gone: what the agents API kept there until 0.6.1 is read by nothing"
        yield StepNote(INFO, message, entry[0].start)
        yield Delete(path)
        yield _cut(context, holder, entry)


def _cut(context: StepContext, holder: Node, entry: tuple[Node, Node]) -> Edit:
    """The edit that takes the entry out and leaves its comments where it stood."""
    edit = remove_entry(
        context.text.document,
        context.text.comments,
        holder,
        holder.entries.index(entry),
    )
    if holder.flow:
        return edit
    comments = collect_entry_comments(
        context,
        *entry,
        entry_span(context.text.document, context.text.comments, *entry),
    ).every()
    return (
        with_comments(
            context, edit, comments, column_of(context.text.document, entry[0].start)
        )
        if comments
        else edit
    )
