"""0.2 → 0.3: the telemetry API and its provider become the switch `telemetry: {enabled}` (upstream #3815).

The new server takes exporter settings from OpenTelemetry's own environment variables and keeps no trace database;
`apis: telemetry` and a provider of that API stop it at start.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackcfg.change import ACTION, INFO, Change, Context, Delete, Note, Put, harvest
from stackcfg.document import SEQUENCE, Node
from stackcfg.edits import Edit, entry_span, removed_entry, removed_item
from stackcfg.inline_stores import at
from stackcfg.placeholders import default_value, has_placeholder
from stackcfg.render import Field
from stackcfg.steps.placing import insert_entry
from stackcfg.storage import text_of

API: Final = "telemetry"
ENVIRONMENT: Final = {
    "otel_exporter_otlp_endpoint": "OTEL_EXPORTER_OTLP_ENDPOINT",
    "otel_trace_endpoint": "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "otel_metric_endpoint": "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    "service_name": "OTEL_SERVICE_NAME",
}


def run(context: Context) -> Iterator[Change]:
    """Take the API and its provider out; switch telemetry on where a provider of it was on."""
    comments: list[str] = []
    yield from _api(context, comments)
    providers = at(context.data, ("providers", API))
    section = context.root.get("providers")
    entry = section.entry(API) if section is not None else None
    if section is None or entry is None:
        return
    yield from _provider(context, section, entry, comments)
    enabled = isinstance(providers, list) and any(
        isinstance(each, Mapping) and each.get("provider_id") not in (None, "", "__disabled__") for each in providers
    )
    if not enabled or API in context.data:
        return
    yield Put((API, "enabled"), True)
    yield insert_entry(context, context.root, Field(API, (Field("enabled", True),), tuple(comments)))
    for each in providers if isinstance(providers, list) else ():
        yield from _settings(context, each.get("config") if isinstance(each, Mapping) else None, entry[0].start)


def _api(context: Context, comments: list[str]) -> Iterator[Change]:
    apis = context.root.get("apis")
    listed = at(context.data, ("apis",))
    if apis is None or apis.kind != SEQUENCE or not isinstance(listed, list) or API not in listed:
        return
    yield from (Delete(("apis", index)) for index, each in enumerate(listed) if each == API)
    if len(listed) == listed.count(API):
        yield _emptied(context, context.root.entry("apis"), "[]")
        return
    for index, item in enumerate(apis.items):
        if item.target.text == API:
            beside = context.comments.beside(item.end)
            comments += [beside.text] if beside and not apis.flow else []
            yield removed_item(context.document, context.comments, apis, index)


def _provider(context: Context, section: Node, entry: tuple[Node, Node], comments: list[str]) -> Iterator[Change]:
    key, _ = entry
    if not section.flow:
        gathered = harvest(context, *entry, entry_span(context.document, context.comments, *entry))
        comments += [*gathered.lead, *([gathered.beside] if gathered.beside else []), *gathered.left()]
    yield Delete(("providers", API))
    if len(section.entries) == 1:
        yield _emptied(context, context.root.entry("providers"), "{}")
    else:
        yield removed_entry(context.document, context.comments, section, section.entries.index(entry))
    yield Note(INFO, "the telemetry provider is gone; 'telemetry: {enabled: true}' takes its place", key.start)


def _emptied(context: Context, entry: tuple[Node, Node] | None, empty: str) -> Edit:
    assert entry is not None
    key, value = entry
    span = entry_span(context.document, context.comments, key, value)
    end = value.end if value.flow else span.end
    return Edit(key.end, end, (f": {empty}",))


def _settings(context: Context, config: Any, offset: int) -> Iterator[Note]:
    """Settings that only the environment can hold now."""
    if not isinstance(config, Mapping):
        return
    for name, variable in ENVIRONMENT.items():
        written = text_of(config.get(name))
        value = default_value(written) if has_placeholder(written) else written
        if value.strip("\u200b "):
            yield Note(ACTION, f"telemetry '{name}' is read from the environment: export {variable}={value}", offset)
    sinks = text_of(config.get("sinks"))
    if config.get("sqlite_db_path") and (not sinks or "sqlite" in sinks):
        yield Note(INFO, f"traces in {config['sqlite_db_path']} are read by nothing any more", offset)
