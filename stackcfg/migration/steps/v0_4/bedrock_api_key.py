"""0.3 → 0.4: remote::bedrock asks for an API key (0.4.0, upstream #3748).

That was undone in 0.8.0 (#5388).

0.4 to 0.7 use the endpoint that is compatible with OpenAI: `api_key`
and `region_name`. AWS's own credentials, from the config or the
environment, are not used; the step `removals` comments out the keys for
them.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.runconfig.placeholders import add_default, may_be_empty
from stackcfg.runconfig.values import as_string

KIND = "remote::bedrock"
UNDONE_SINCE = (0, 8, 0)
VARIABLE = "AWS_BEARER_TOKEN_BEDROCK"
KEY = f"${{env.{VARIABLE}:=}}"
REGION = "us-east-2"
"""The region that 0.4 itself takes where none is given."""


def run(context: StepContext) -> Changes:
    """Write the key as a variable, as upstream's files do."""
    if context.release.final >= UNDONE_SINCE:
        return
    for path, settings in context.configs_of("inference", KIND):
        region = as_string(settings.get("region_name"))
        if may_be_empty(region):
            new = add_default(region, REGION)
            yield from context.text.set((*path, "region_name"), new)
        if "api_key" not in settings:
            yield from context.text.add((*path, "api_key"), KEY)
            message = (
                f"{KIND} takes an API key instead of AWS credentials until 0.8.0; "
                f"export {VARIABLE}"
            )
            yield context.check(message, (*path[:-1], "provider_type"))
