"""Within 0.2: telemetry exports traces and metrics to one address (0.2.15,
#2590).

The key `otel_exporter_otlp_endpoint` must be set where a sink of
OpenTelemetry is on, but its value is not read: the exporters take their
address from the environment. The old keys are dropped silently. Up to
0.2.12 they were optional, and their default was a collector on the same
machine.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from stackcfg.light_typing import Any
from stackcfg.migration.changes import Changes, Notes, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.paths import Data, Path
from stackcfg.runconfig.placeholders import fill_defaults, in_shell_syntax
from stackcfg.runconfig.values import as_string

NEW = "otel_exporter_otlp_endpoint"
OWN_PATH = {
    "otel_trace_endpoint": "/v1/traces",
    "otel_metric_endpoint": "/v1/metrics",
}
DEFAULT = "http://localhost:4318"
VARIABLE = "OTEL_EXPORTER_OTLP_ENDPOINT"
OWN_VARIABLE = {
    "otel_trace_endpoint": "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "otel_metric_endpoint": "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
}


def run(context: StepContext) -> Changes:
    """Join the two keys, and report the variables to export."""
    for path, config in context.configs_of("telemetry", "inline::meta-reference"):
        old_keys = [key for key in OWN_PATH if key in config]
        if old_keys:
            yield from _join(context, path, config, old_keys)
            yield from _join_notes(context, config, old_keys)
        elif config and NEW not in config and _exports(config.get("sinks")):
            yield from context.text.add((*path, NEW), DEFAULT)
            yield _export_note(context, NEW, VARIABLE, DEFAULT)


def _join(
    context: StepContext, path: Path, config: Data, old_keys: Sequence[str]
) -> Changes:
    """Write one key in place of the first old one that has a value."""
    filled = [key for key in old_keys if as_string(config[key]).strip()]
    first = [*filled, *old_keys][0]
    for key in old_keys:
        if key != first or NEW in config:
            yield from context.text.remove((*path, key))
    if NEW in config:
        return
    yield from context.text.rename((*path, first), NEW)
    base = _without_own_path(first, as_string(config[first]))
    if base is not None and base != config[first]:
        yield from context.text.set((*path, first), base)


def _join_notes(context: StepContext, config: Data, old_keys: Sequence[str]) -> Notes:
    """Yield a note for the shared address, else one for each old key
    with a value.
    """
    values = {key: as_string(config[key]) for key in old_keys}
    filled = {key: value for key, value in values.items() if value.strip()}
    bases = {_without_own_path(key, value) for key, value in filled.items()}
    base = bases.pop() if len(bases) == 1 else None
    if base is not None:
        yield _export_note(context, NEW, VARIABLE, base)
        return
    for key, value in filled.items():
        yield _export_note(context, key, OWN_VARIABLE[key], value)


def _without_own_path(key: str, address: str) -> str | None:
    """Return the address that traces and metrics share.

    None where the old one does not end in the path of its kind.
    """
    shorter, count = re.subn(rf"{OWN_PATH[key]}/?(?=\}}?$)", "", address)
    return shorter if count else None


def _exports(sinks: Any) -> bool:
    if not isinstance(sinks, list):
        sinks = [sinks]
    words = fill_defaults(",".join(map(as_string, sinks)))
    return "otel_trace" in words or "otel_metric" in words


def _export_note(context: StepContext, key: str, variable: str, value: str) -> StepNote:
    message = (
        f"telemetry '{key}' is read from the environment now; "
        f"export {variable}={in_shell_syntax(value)}"
    )
    return context.check(message, ("providers", "telemetry"))
