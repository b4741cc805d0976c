"""0.3 → 0.4: agents need a provider of the API `files` (0.4.0, upstream
#3965).

That came with the prompts of responses.

Without one the server stops with "required dependency 'files' is not
available". Source: the provider specs of the released wheels; distributions
that upstream ships lack the provider too. Where `inline::rag-runtime` is on,
no release since 0.2.21 starts without one, so nothing that worked is left
unfinished.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext

KIND = "inline::meta-reference"
ASKED_BEFORE = "inline::rag-runtime"


def run(context: StepContext) -> Changes:
    """Yield a note where agents are on and no files provider is."""
    if any(context.providers_of("files")):
        return
    note = context.action_required
    if any(context.providers_of("tool_runtime", ASKED_BEFORE)):
        note = context.check
    for path, _ in context.providers_of("agents", KIND):
        message = (
            f"{KIND} of agents needs a provider of the API 'files'; "
            "add one, such as inline::localfs"
        )
        yield note(message, (*path, "provider_type"))
