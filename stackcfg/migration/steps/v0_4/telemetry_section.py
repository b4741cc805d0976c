"""0.3 → 0.4: the switch `telemetry: {enabled}` is gone (0.4.0, upstream #4127).

The new server sends what OpenTelemetry's own start command collects, told where by its environment variables; the
section would be dropped without a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import CHECK, INFO, Change, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import removed
from stackcfg.paths import value_at
from stackcfg.runconfig.booleans import as_pydantic_bool

KEY: Final = "telemetry"


def run(context: StepContext) -> Iterator[Change]:
    """Take the section out and say what switches telemetry on."""
    if KEY not in context.data:
        return
    where = context.text.offset((KEY,))
    yield from removed(context, (KEY,))
    enabled = value_at(context.data, (KEY, "enabled"))
    if enabled is None or as_pydantic_bool(enabled) is False:
        yield StepNote(
            INFO,
            "'telemetry' is taken out: it is off unless OpenTelemetry starts the server",
            where,
        )
        return
    instead = "set OTEL_EXPORTER_OTLP_ENDPOINT and start the server with 'opentelemetry-instrument'"
    yield StepNote(
        CHECK,
        f"'telemetry' is taken out, the environment switches it on: {instead}",
        where,
    )
