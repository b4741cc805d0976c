"""0.3 → 0.4: the OpenAI API is no longer at `/v1/openai/v1` (0.4.0).

It is at `/v1`, where 0.3 had it too; 0.2 had it only at the old
address. Source: the routes of 0.2.23, 0.3.5 and 0.4.0.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext

SERVING = ("inference", "vector_io", "files", "agents")
"""The APIs that had such addresses."""


def run(context: StepContext) -> Changes:
    """Report the new address, at the first provider of the old one."""
    for api in SERVING:
        for path, _ in context.providers_of(api):
            message = (
                "the addresses below '/v1/openai/v1' are gone since 0.4.0; "
                "OpenAI clients must have '/v1' as their base URL"
            )
            yield context.check(message, path)
            return
