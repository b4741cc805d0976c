"""Within 0.2: tool_runtime `inline::rag-runtime` needs a provider of the API `files` (0.2.21, upstream #3344).

Without one the server stops with "required dependency 'files' is not available". Distributions that upstream ships lack
the provider too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import CHECK, Change, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import providers_of

KIND: Final = "inline::rag-runtime"


def run(context: StepContext) -> Iterator[Change]:
    """A note where the tool is on and no files provider is."""
    if any(providers_of(context, "files")):
        return
    for path, _ in providers_of(context, "tool_runtime", KIND):
        message = f"{KIND} needs a provider of the API 'files': add one, such as inline::localfs"
        yield StepNote(CHECK, message, context.text.offset((*path, "provider_type")))
