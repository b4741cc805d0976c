"""0.6 → 0.7: inline::sentence-transformers needs `trust_remote_code` to run code of models (0.7.0, #4602).

Until then it always ran such code. Whether to trust it is the operator's decision.
Source: `embedding_mixin` of 0.6.1 and 0.7.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import Change
from stackcfg.migration.context import StepContext
from stackcfg.paths import value_at

KIND: Final = "inline::sentence-transformers"
KEY: Final = "trust_remote_code"


def run(context: StepContext) -> Iterator[Change]:
    """Report each provider whose config leaves the setting out."""
    message = (
        f"'{KIND}' no longer runs code of models; "
        f"write '{KEY}: true' if your models need theirs"
    )
    for path, provider in context.providers_of("inference", KIND):
        if value_at(provider, ("config", KEY)) is None:
            yield context.check(message, (*path, "provider_type"))
