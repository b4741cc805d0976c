"""0.3 → 0.4: the switch `telemetry: {enabled}` is gone (0.4.0, upstream
#4127).

The new server sends what OpenTelemetry's own start command collects, to
where its environment variables say; the section would be dropped in
silence.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import value_at
from stackcfg.runconfig.booleans import as_pydantic_bool

KEY = "telemetry"


def run(context: StepContext) -> Changes:
    """Remove the section and report what switches telemetry on."""
    if KEY not in context.data:
        return
    yield from context.text.remove((KEY,))
    enabled = value_at(context.data, (KEY, "enabled"))
    if enabled is None or as_pydantic_bool(enabled) is False:
        message = (
            "the section 'telemetry' was removed in 0.4.0; telemetry stays off unless "
            "'opentelemetry-instrument' starts the server"
        )
        yield context.info(message, (KEY,))
        return
    message = (
        "the section 'telemetry' was removed in 0.4.0; to keep telemetry, set "
        "OTEL_EXPORTER_OTLP_ENDPOINT and start the server with "
        "'opentelemetry-instrument'"
    )
    yield context.check(message, (KEY,))
