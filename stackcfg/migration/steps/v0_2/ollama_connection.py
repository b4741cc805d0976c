"""Within 0.2: `raise_on_connect_error` of inference `remote::ollama` is gone (0.2.15; it came with upstream #2482).

0.2.15 raises where no Ollama answers, later releases log a warning: as the old one did where it was false.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import INFO, Change
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import CommentedOut, comment_out
from stackcfg.paths import value_at
from stackcfg.runconfig.providers import provider_entries

KEY: Final = "raise_on_connect_error"


def run(context: StepContext) -> Iterator[Change]:
    """Comment the key out."""
    reason = f"'{KEY}' is not read since 0.2.15; from 0.2.16 on the server starts without Ollama"
    found = []
    for api, index, provider in provider_entries(context.data):
        config = value_at(provider, ("config",))
        if (
            api == "inference"
            and provider.get("provider_type") == "remote::ollama"
            and KEY in (config or {})
        ):
            found.append(
                CommentedOut(("providers", api, index, "config", KEY), reason, INFO)
            )
    yield from comment_out(context, found)
