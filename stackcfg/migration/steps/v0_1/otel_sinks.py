"""Within 0.1: telemetry exports traces and metrics apart (0.1.8, upstream #1731).

The sink `otel` becomes `otel_trace` and `otel_metric`, `otel_endpoint` becomes `otel_trace_endpoint` and
`otel_metric_endpoint`. The old server sent metrics to the address of the traces, where no collector takes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from stackcfg.migration.changes import Change, Delete, Put
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import (
    added,
    providers_of,
    renamed_key,
    rewritten,
)
from stackcfg.paths import Path, value_at
from stackcfg.yamltext.document import SEQUENCE
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.emit import Field
from stackcfg.yamltext.entries import column_of

ENDPOINT: Final = "otel_endpoint"
NEW: Final = ("otel_trace_endpoint", "otel_metric_endpoint")
SINKS: Final = ("otel_trace", "otel_metric")

_SINK: Final = re.compile(r"(?<![\w.])otel(?!\w)")


def run(context: StepContext) -> Iterator[Change]:
    """Split the sink and the endpoint."""
    for path, entry in providers_of(context, "telemetry", "inline::meta-reference"):
        config = value_at(entry, ("config",))
        if isinstance(config, dict):
            yield from _endpoint(context, (*path, "config"), config)
            yield from _sinks(context, (*path, "config", "sinks"), config.get("sinks"))


def _endpoint(
    context: StepContext, path: Path, config: dict[str, Any]
) -> Iterator[Change]:
    value = config.get(ENDPOINT)
    holder = context.text.editable_node(path)
    entry = holder.entry(ENDPOINT) if holder is not None else None
    if not isinstance(value, str) or entry is None or any(key in config for key in NEW):
        return
    metrics = value.replace("/v1/traces", "/v1/metrics")
    yield Delete((*path, ENDPOINT))
    yield Put((*path, NEW[0]), value)
    yield Put((*path, NEW[1]), metrics)
    yield renamed_key(entry[0], NEW[0])
    yield added(context, path, Field(NEW[1], metrics))


def _sinks(context: StepContext, path: Path, value: Any) -> Iterator[Change]:
    if isinstance(value, str) and _SINK.search(value):
        yield from rewritten(context, path, _SINK.sub(",".join(SINKS), value))
    node = (
        context.text.editable_node(path)
        if isinstance(value, list) and "otel" in value
        else None
    )
    if node is None or node.kind != SEQUENCE:
        return
    yield Put(
        path,
        [each for sink in value for each in (SINKS if sink == "otel" else (sink,))],
    )
    for item in node.items:
        if item.target.text == "otel":
            line = context.text.document.lines.start_of(item.start)
            dash = context.text.document.text.rfind("-", line, item.start)
            gap = f"{context.text.document.newline}{' ' * column_of(context.text.document, dash)}- "
            first, second = (f'"{sink}"' if item.style else sink for sink in SINKS)
            yield Edit(
                item.start, item.end, (first, ", " if node.flow else gap, second)
            )
