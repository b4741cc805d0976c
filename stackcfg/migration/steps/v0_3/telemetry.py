"""0.2 → 0.3: the API telemetry becomes a switch (upstream #3815).

That is `telemetry: {enabled}` at the top of the file.

The new server takes exporter settings from OpenTelemetry's own
environment variables and keeps no trace database; `apis: telemetry` and
a provider of that API stop it at start.
"""

from collections.abc import Mapping

from stackcfg.migration.changes import Changes, Notes
from stackcfg.migration.context import StepContext
from stackcfg.paths import Data, list_at, mapping_at
from stackcfg.runconfig.placeholders import (
    PLACEHOLDER,
    end_of_last,
    fill_defaults,
    in_shell_syntax,
)
from stackcfg.runconfig.providers import is_disabled
from stackcfg.runconfig.values import as_string
from stackcfg.yamltext.emit import Field

API = "telemetry"
PROVIDERS = ("providers", API)
ENVIRONMENT = {
    "otel_exporter_otlp_endpoint": "OTEL_EXPORTER_OTLP_ENDPOINT",
    "otel_trace_endpoint": "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "otel_metric_endpoint": "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    "service_name": "OTEL_SERVICE_NAME",
}


def run(context: StepContext) -> Changes:
    """Remove the API and its provider; switch telemetry on where one was on.

    Their comments go to the switch; where there is none to write, they
    stay.
    """
    providers = _providers(context)
    is_on = any(not is_disabled(each) for each in providers)
    switched = is_on and API not in context.data
    comments = _moved_comments(context)
    yield from _remove_api(context, switched)
    if not switched:
        return
    switch = Field(API, (Field("enabled", True),), comments)
    yield from context.text.merge((), [switch])
    for each in providers:
        yield from _notes(context, mapping_at(each, ("config",)))


def _providers(context: StepContext) -> list[Data]:
    entries = list_at(context.data, PROVIDERS)
    return [each for each in entries if isinstance(each, Mapping)]


def _remove_api(context: StepContext, switched: bool) -> Changes:
    """Remove the API from `apis`, and its providers."""
    text = context.text
    indexes = _api_indexes(context)
    if indexes:
        yield from text.remove_items(("apis",), indexes, comments_move=switched)
    if not _has_section(context):
        return
    message = "the telemetry provider was removed in 0.3.0"
    # 0.4 has no switch either, and says what takes its place
    if switched and context.version == context.release.final:
        message += "; replaced by 'telemetry: {enabled: true}'"
    yield context.info(message, PROVIDERS)
    yield from text.remove(PROVIDERS, comments_move=switched)


def _api_indexes(context: StepContext) -> list[int]:
    apis = list_at(context.data, ("apis",))
    return [index for index, each in enumerate(apis) if each == API]


def _has_section(context: StepContext) -> bool:
    section = context.text.editable_node(PROVIDERS[:1])
    return section is not None and section.entry(API) is not None


def _moved_comments(context: StepContext) -> tuple[str, ...]:
    """Return the comments that go to the switch.

    A list or mapping that becomes empty keeps its comments.
    """
    lines: list[str] = []
    indexes = _api_indexes(context)
    if len(indexes) < len(list_at(context.data, ("apis",))):
        for index in indexes:
            found = context.text.item_comments(("apis", index))
            lines += [comment.text for comment in found]
    if _has_section(context) and len(mapping_at(context.data, PROVIDERS[:1])) > 1:
        lines += context.text.entry_comments(PROVIDERS).all_lines()
    return tuple(lines)


def _notes(
    context: StepContext,
    config: Data,
) -> Notes:
    for name, variable in ENVIRONMENT.items():
        value = as_string(config.get(name))
        # upstream's own files have an invisible character as a name
        if fill_defaults(value).strip("\u200b ") or _names_other(value, variable):
            message = (
                f"telemetry '{name}' is read from the environment now; "
                f"export {variable}={in_shell_syntax(value)}"
            )
            yield context.check(message, PROVIDERS)
    sinks = as_string(config.get("sinks"))
    if config.get("sqlite_db_path") and (not sinks or "sqlite" in sinks):
        message = (
            f"0.3 has no API for the traces in {config['sqlite_db_path']}; keep the "
            "file if you need them"
        )
        yield context.info(message, PROVIDERS)


def _names_other(value: str, variable: str) -> bool:
    """Return whether a value comes from another variable than the
    one that is read.
    """
    found = PLACEHOLDER.finditer(value, 0, end_of_last(value))
    return any(match[1] != variable for match in found)
