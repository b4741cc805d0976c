"""0.7 → ogx 0.8: the header with data for providers has another name (0.8.0).

With it clients send keys and tokens, also those for MCP servers. The
old name is ignored. Source: `get_provider_data` of 0.7.3 and ogx 0.8.0.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.runconfig.values import as_string

READING = ("inference", "tool_runtime")
"""The APIs whose providers read such data."""


def run(context: StepContext) -> Changes:
    """Report the new name, at the first remote provider that can get data."""
    for api in READING:
        for path, provider in context.providers_of(api):
            if not as_string(provider.get("provider_type")).startswith("remote::"):
                continue
            message = (
                "the header 'X-LlamaStack-Provider-Data' is ignored since 0.8.0; clients "
                "that send keys or tokens in it must call it 'X-OGX-Provider-Data'"
            )
            yield context.check(message, path)
            return
