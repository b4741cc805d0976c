"""0.2 → 0.3: the telemetry API and its provider become the switch `telemetry: {enabled}` (upstream #3815).

The new server takes exporter settings from OpenTelemetry's own environment variables and keeps no trace database;
`apis: telemetry` and a provider of that API stop it at start.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackcfg.migration.changes import CHECK, INFO, Change, Delete, Put, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.entry_comments import collect_entry_comments
from stackcfg.migration.editing.placing import insert_entry, with_comments
from stackcfg.paths import value_at
from stackcfg.runconfig.placeholders import fill_defaults, has_placeholder
from stackcfg.runconfig.providers import is_disabled
from stackcfg.runconfig.values import as_string
from stackcfg.yamltext.document import Node, SEQUENCE
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.emit import Field
from stackcfg.yamltext.entries import (
    column_of,
    entry_span,
    item_span,
    remove_entry,
    remove_item,
)

API: Final = "telemetry"
ENVIRONMENT: Final = {
    "otel_exporter_otlp_endpoint": "OTEL_EXPORTER_OTLP_ENDPOINT",
    "otel_trace_endpoint": "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "otel_metric_endpoint": "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    "service_name": "OTEL_SERVICE_NAME",
}


def run(context: StepContext) -> Iterator[Change]:
    """Take the API and its provider out; switch telemetry on where a provider of it was on.

    Their comments go to the switch; where there is none to write, they stay where they stood.
    """
    providers = value_at(context.data, ("providers", API))
    listed = providers if isinstance(providers, list) else []
    enabled = any(
        isinstance(each, Mapping) and not is_disabled(each) for each in listed
    )
    switched = enabled and API not in context.data
    comments: list[str] = []
    yield from _api(context, comments, switched)
    yield from _provider(context, comments, switched)
    if switched:
        yield Put((API, "enabled"), True)
        yield insert_entry(
            context,
            context.text.root,
            Field(API, (Field("enabled", True),), tuple(comments)),
        )
        for each in listed:
            settings = each.get("config") if isinstance(each, Mapping) else None
            yield from _settings(settings, context.text.offset(("providers", API)))


def _api(context: StepContext, comments: list[str], moved: bool) -> Iterator[Change]:
    entry = context.text.root.entry("apis")
    listed = value_at(context.data, ("apis",))
    if (
        entry is None
        or entry[1].target.kind != SEQUENCE
        or not isinstance(listed, list)
        or API not in listed
    ):
        return
    apis = context.text.editable_node(("apis",)) or entry[1]
    yield from (
        Delete(("apis", index)) for index, each in enumerate(listed) if each == API
    )
    if len(listed) == listed.count(API):
        yield _emptied(context, entry, "[]")
        return
    for index, item in enumerate(apis.items):
        if item.target.text != API:
            continue
        edit = remove_item(context.text.document, context.text.comments, apis, index)
        kept = [] if apis.flow else _item_comments(context, item)
        if moved:
            comments += kept
        yield (
            edit
            if moved or not kept
            else with_comments(
                context, edit, kept, column_of(context.text.document, item.start) - 2
            )
        )


def _item_comments(context: StepContext, item: Node) -> list[str]:
    span = item_span(context.text.document, context.text.comments, item)
    return [
        comment.text for comment in context.text.comments.within(span.lead, span.end)
    ]


def _provider(
    context: StepContext, comments: list[str], moved: bool
) -> Iterator[Change]:
    section = context.text.editable_node(("providers",))
    entry = section.entry(API) if section is not None else None
    whole = context.text.root.entry("providers")
    if section is None or entry is None or whole is None:
        return
    key, _ = entry
    yield Delete(("providers", API))
    instead = "; 'telemetry: {enabled: true}' takes its place" if moved else ""
    yield StepNote(INFO, f"the telemetry provider is gone{instead}", key.start)
    if len(section.entries) == 1:
        yield _emptied(context, whole, "{}")
        return
    edit = remove_entry(
        context.text.document,
        context.text.comments,
        section,
        section.entries.index(entry),
    )
    kept: list[str] = []
    if not section.flow:
        kept = collect_entry_comments(
            context,
            *entry,
            entry_span(context.text.document, context.text.comments, *entry),
        ).every()
    if moved:
        comments += kept
    yield (
        edit
        if moved or not kept
        else with_comments(
            context, edit, kept, column_of(context.text.document, key.start)
        )
    )


def _emptied(context: StepContext, entry: tuple[Node, Node], empty: str) -> Edit:
    """The edit that leaves an entry without content; its comments stay under it."""
    key, value = entry
    if value.flow:
        return Edit(value.start, value.end, (empty,))
    span = entry_span(context.text.document, context.text.comments, key, value)
    gathered = collect_entry_comments(context, key, value, span, with_lead=False)
    indent = context.text.document.newline + " " * (
        column_of(context.text.document, key.start) + context.text.indent
    )
    lines = "".join(f"{indent}{line}" for line in gathered.left())
    return Edit(key.end, span.end, (f": {empty}{gathered.beside}{lines}",))


def _settings(config: Any, offset: int) -> Iterator[StepNote]:
    """Settings that only the environment can hold now."""
    if not isinstance(config, Mapping):
        return
    for name, variable in ENVIRONMENT.items():
        written = as_string(config.get(name))
        value = fill_defaults(written) if has_placeholder(written) else written
        if value.strip("\u200b "):
            yield StepNote(
                CHECK,
                f"telemetry '{name}' is read from the environment: export {variable}={value}",
                offset,
            )
    sinks = as_string(config.get("sinks"))
    if config.get("sqlite_db_path") and (not sinks or "sqlite" in sinks):
        yield StepNote(
            INFO,
            f"traces in {config['sqlite_db_path']} are read by nothing any more",
            offset,
        )
