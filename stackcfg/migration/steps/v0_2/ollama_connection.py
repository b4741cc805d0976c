"""Within 0.2: `raise_on_connect_error` of inference `remote::ollama` was removed (0.2.15; it came with upstream #2482).

Without an Ollama that answers, 0.2.15 exits and later releases log a warning, as the old
server did where the key was false.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import INFO, Change
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import CommentedOut, comment_out
from stackcfg.paths import list_at, mapping_at, value_at

KEY: Final = "raise_on_connect_error"
PROVIDERS: Final = ("providers", "inference")


def run(context: StepContext) -> Iterator[Change]:
    """Comment the key out."""
    reason = f"'{KEY}' is not read since 0.2.15; from 0.2.16 on the server starts without Ollama"
    entries = []
    for index, provider in enumerate(list_at(context.data, PROVIDERS)):
        if value_at(provider, ("provider_type",)) != "remote::ollama":
            continue
        if KEY in mapping_at(provider, ("config",)):
            path = (*PROVIDERS, index, "config", KEY)
            entries.append(CommentedOut(path, reason, INFO))
    yield from comment_out(context, entries)
