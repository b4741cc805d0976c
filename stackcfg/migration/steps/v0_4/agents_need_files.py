"""0.3 → 0.4: agents need a provider of the API `files` (0.4.0, with the prompts of responses: upstream #3965).

Without one the server stops with "required dependency 'files' is not available". Source: the provider specs of the
released wheels; distributions that upstream ships lack the provider too. Where `inline::rag-runtime` is on, no
release since 0.2.21 starts without one, so nothing that worked is left unfinished.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import ACTION_REQUIRED, CHECK, Change, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import providers_of

KIND: Final = "inline::meta-reference"
ASKED_BEFORE: Final = "inline::rag-runtime"


def run(context: StepContext) -> Iterator[Change]:
    """A note where agents are on and no files provider is."""
    if any(providers_of(context, "files")):
        return
    weight = (
        CHECK
        if any(providers_of(context, "tool_runtime", ASKED_BEFORE))
        else ACTION_REQUIRED
    )
    for path, _ in providers_of(context, "agents", KIND):
        message = f"{KIND} of agents needs a provider of the API 'files': add one, such as inline::localfs"
        yield StepNote(weight, message, context.text.offset((*path, "provider_type")))
