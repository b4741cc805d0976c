"""Within 0.2: telemetry has one `otel_exporter_otlp_endpoint` for traces and metrics (0.2.15, upstream #2590).

The key must be set where a sink of OpenTelemetry is on, but its value is not read: the
exporters take their address from the environment. The old keys are dropped silently. Up
to 0.2.12 they were optional, and their default was a collector on the same machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackcfg.migration.changes import Change, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.paths import Path, mapping_at
from stackcfg.runconfig.placeholders import fill_defaults, has_placeholder
from stackcfg.runconfig.values import as_string

NEW: Final = "otel_exporter_otlp_endpoint"
TRACES: Final = "otel_trace_endpoint"
METRICS: Final = "otel_metric_endpoint"
OWN_PATH: Final = {TRACES: "/v1/traces", METRICS: "/v1/metrics"}
DEFAULT: Final = "http://localhost:4318"
VARIABLE: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
OWN_VARIABLE: Final = {
    TRACES: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    METRICS: "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
}


def run(context: StepContext) -> Iterator[Change]:
    """Join the two keys, and report the variables to export."""
    for path, provider in context.providers_of("telemetry", "inline::meta-reference"):
        config = mapping_at(provider, ("config",))
        old_keys = [key for key in (TRACES, METRICS) if key in config]
        if old_keys:
            yield from _join(context, (*path, "config"), config, old_keys)
        elif config and NEW not in config and _exports(config.get("sinks")):
            yield from context.text.add((*path, "config", NEW), DEFAULT)
            yield _export_note(context, NEW, VARIABLE, DEFAULT)


def _join(
    context: StepContext, path: Path, config: Mapping[str, Any], old_keys: list[str]
) -> Iterator[Change]:
    """Write one key in place of the first old one that has a value."""
    values = {}
    bases = {}
    for key in old_keys:
        value = as_string(config[key])
        if value.strip():
            values[key] = value
            bases[key] = _without_own_path(value, OWN_PATH[key])
    first = next(iter(values), old_keys[0])
    for key in old_keys:
        if key != first or NEW in config:
            yield from context.text.remove((*path, key))
    if NEW not in config:
        yield from context.text.rename((*path, first), NEW)
        base = bases.get(first)
        if base is not None and base != config[first]:
            yield from context.text.set((*path, first), base)
    shared = set(bases.values())
    base = shared.pop() if len(shared) == 1 else None
    if base is not None:
        yield _export_note(context, NEW, VARIABLE, base)
        return
    for key, value in values.items():
        yield _export_note(context, key, OWN_VARIABLE[key], value)


def _without_own_path(address: str, own_path: str) -> str | None:
    """Return the address that traces and metrics share; None where it does not end in the path of its kind."""
    shorter, count = re.subn(rf"{own_path}/?(?=\}}?$)", "", address)
    return shorter if count else None


def _exports(sinks: Any) -> bool:
    """Return whether a sink of OpenTelemetry is certainly on."""
    words = as_string(sinks)
    if isinstance(sinks, list):
        words = ",".join(map(as_string, sinks))
    words = fill_defaults(words)
    return "otel_trace" in words or "otel_metric" in words


def _export_note(context: StepContext, key: str, variable: str, value: str) -> StepNote:
    if has_placeholder(value):
        value = fill_defaults(value)
    message = (
        f"telemetry '{key}' is read from the environment; export {variable}={value}"
    )
    return context.check(message, ("providers", "telemetry"))
