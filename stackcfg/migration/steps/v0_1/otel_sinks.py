"""Within 0.1: telemetry has an address each for traces and metrics (0.1.8).

That came with upstream #1731. The sink `otel` becomes `otel_trace` and
`otel_metric`; `otel_endpoint` becomes `otel_trace_endpoint` and
`otel_metric_endpoint`. The old server sent metrics to the address of
the traces, where no collector takes them.
"""

from __future__ import annotations

from stackcfg.light_typing import Any
from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import Data, Path
from stackcfg.patterns import lazy_pattern

ENDPOINT = "otel_endpoint"
TRACE_ENDPOINT = "otel_trace_endpoint"
METRIC_ENDPOINT = "otel_metric_endpoint"
SINK = "otel"
SINKS = ("otel_trace", "otel_metric")

_SINK_WORD = lazy_pattern(r"(?<![\w.])otel(?!\w)")


def run(context: StepContext) -> Changes:
    """Split the sink and the endpoint."""
    for path, config in context.configs_of("telemetry", "inline::meta-reference"):
        yield from _split_endpoint(context, path, config)
        yield from _split_sink(context, (*path, "sinks"), config.get("sinks"))


def _split_endpoint(context: StepContext, path: Path, config: Data) -> Changes:
    value = config.get(ENDPOINT)
    if not isinstance(value, str):
        return
    if TRACE_ENDPOINT in config or METRIC_ENDPOINT in config:
        return
    metrics = value.replace("/v1/traces", "/v1/metrics")
    yield from context.text.rename((*path, ENDPOINT), TRACE_ENDPOINT)
    yield from context.text.add((*path, METRIC_ENDPOINT), metrics)


def _split_sink(context: StepContext, path: Path, value: Any) -> Changes:
    if isinstance(value, str) and _SINK_WORD.search(value):
        yield from context.text.set(path, _SINK_WORD.sub(",".join(SINKS), value))
    elif isinstance(value, list) and SINK in value:
        yield from context.text.split_items(path, SINK, SINKS)
