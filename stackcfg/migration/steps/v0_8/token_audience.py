"""0.7 → ogx 0.8: the default audience of tokens is `ogx` (0.8.0, upstream
#5613).

The old default, `llama-stack`, is written out: otherwise the server
refuses every token that its issuer makes today.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import mapping_at
from stackcfg.runconfig.placeholders import guess_value
from stackcfg.runconfig.sections import AUTH_PROVIDER
from stackcfg.runconfig.values import as_string

OLD_DEFAULT = "llama-stack"


def run(context: StepContext) -> Changes:
    """Write the audience of an OAuth 2 provider that leaves it out."""
    provider = mapping_at(context.data, AUTH_PROVIDER)
    if "audience" in provider:
        return
    if guess_value(as_string(provider.get("type"))) != "oauth2_token":
        return
    message = (
        f"'audience: {OLD_DEFAULT}' was the default until 0.7.3 and is written out; "
        "change it once your issuer makes tokens for 'ogx'"
    )
    yield context.info(message, AUTH_PROVIDER)
    yield from context.text.add((*AUTH_PROVIDER, "audience"), OLD_DEFAULT)
