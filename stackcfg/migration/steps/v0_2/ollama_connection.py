"""Within 0.2: `raise_on_connect_error` of remote::ollama was removed (0.2.15).

It came with upstream #2482. Without an Ollama that answers, 0.2.15
exits and later releases log a warning, as the old server did where the
key was false.
"""

from stackcfg.migration.changes import INFO, Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import CommentedOut, comment_out
from stackcfg.paths import mapping_at

KEY = "raise_on_connect_error"


def run(context: StepContext) -> Changes:
    """Comment the key out."""
    reason = (
        f"'{KEY}' is not read since 0.2.15; "
        "from 0.2.16 on the server starts without Ollama"
    )
    entries = [
        CommentedOut((*path, "config", KEY), reason, INFO)
        for path, provider in context.all_providers_of("inference", "remote::ollama")
        if KEY in mapping_at(provider, ("config",))
    ]
    yield from comment_out(context, entries)
