"""Within 0.2: telemetry has one `otel_exporter_otlp_endpoint` for traces and metrics (0.2.15, upstream #2590).

The key must hold something where a sink of OpenTelemetry is on, and nothing reads what: the exporters take their
address from the environment. The old keys are dropped in silence. Up to 0.2.12 they could be left out and meant a
collector on the same machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from stackcfg.migration.changes import CHECK, Change, Delete, Put, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import (
    added,
    providers_of,
    removed,
    renamed_key,
    rewritten,
)
from stackcfg.paths import Path, value_at
from stackcfg.runconfig.placeholders import fill_defaults, has_placeholder
from stackcfg.runconfig.values import as_string
from stackcfg.yamltext.emit import Field

NEW: Final = "otel_exporter_otlp_endpoint"
TRACES: Final = "otel_trace_endpoint"
METRICS: Final = "otel_metric_endpoint"
OWN_PATH: Final = {TRACES: "/v1/traces", METRICS: "/v1/metrics"}
LOCAL: Final = "http://localhost:4318"
VARIABLE: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
OWN_VARIABLE: Final = {
    TRACES: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    METRICS: "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
}


def run(context: StepContext) -> Iterator[Change]:
    """Join the two keys, and say what to export."""
    for path, entry in providers_of(context, "telemetry", "inline::meta-reference"):
        config = value_at(entry, ("config",))
        if isinstance(config, dict):
            yield from _joined(context, (*path, "config"), config)


def _joined(
    context: StepContext, path: Path, config: dict[str, Any]
) -> Iterator[Change]:
    old = [key for key in (TRACES, METRICS) if key in config]
    if not old:
        if NEW not in config and _exports(config.get("sinks")):
            yield Put((*path, NEW), LOCAL)
            yield added(context, path, Field(NEW, LOCAL))
            yield _export(context, NEW, VARIABLE, LOCAL)
        return
    held = [key for key in old if as_string(config[key]).strip()]
    bases = {key: _base(as_string(config[key]), OWN_PATH[key]) for key in held}
    first = held[0] if held else old[0]
    for key in old:
        if key != first or NEW in config:
            yield from removed(context, (*path, key))
    if NEW not in config:
        yield from _renamed(context, path, first, bases.get(first), config[first])
    shared = set(bases.values())
    if len(shared) == 1 and None not in shared:
        yield _export(context, NEW, VARIABLE, as_string(shared.pop()))
        return
    for key in held:
        yield _export(context, key, OWN_VARIABLE[key], as_string(config[key]))


def _renamed(
    context: StepContext, path: Path, key: str, base: str | None, value: Any
) -> Iterator[Change]:
    """The new key in the place of the old one, with the address that both kinds of data share."""
    holder = context.text.editable_node(path)
    entry = holder.entry(key) if holder is not None else None
    if entry is None:
        return
    yield Delete((*path, key))
    yield renamed_key(entry[0], NEW)
    if base is not None and base != value:
        yield from (
            each
            for each in rewritten(context, (*path, key), base)
            if not isinstance(each, Put)
        )
        value = base
    yield Put((*path, NEW), value)


def _base(value: str, own: str) -> str | None:
    """The address without the path of its kind of data; None where it has another path, or none."""
    found = re.subn(rf"{own}/?(?=\}}?$)", "", value)
    return found[0] if found[1] else None


def _exports(sinks: Any) -> bool:
    """Whether a sink of OpenTelemetry is certainly on."""
    text = (
        ",".join(map(as_string, sinks)) if isinstance(sinks, list) else as_string(sinks)
    )
    return "otel_trace" in fill_defaults(text) or "otel_metric" in fill_defaults(text)


def _export(context: StepContext, key: str, variable: str, value: str) -> StepNote:
    value = fill_defaults(value) if has_placeholder(value) else value
    message = (
        f"telemetry '{key}' is read from the environment: export {variable}={value}"
    )
    return StepNote(CHECK, message, context.text.offset(("providers", "telemetry")))
