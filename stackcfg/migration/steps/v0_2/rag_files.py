"""Within 0.2: `inline::rag-runtime` needs a provider of files (0.2.21,
upstream #3344).

Without one the server exits with "required dependency 'files' is not
available". Distributions that upstream ships lack the provider too.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext

KIND = "inline::rag-runtime"


def run(context: StepContext) -> Changes:
    """Report the tool where no provider of files is on."""
    if any(context.providers_of("files")):
        return
    message = (
        f"'{KIND}' needs a provider of the API 'files'; "
        "add one, such as inline::localfs"
    )
    for path, _ in context.providers_of("tool_runtime", KIND):
        yield context.check(message, (*path, "provider_type"))
