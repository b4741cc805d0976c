"""0.6 → 0.7: inline::sentence-transformers runs code of models only with `trust_remote_code: true` (0.7.0, #4602).

Until then it always did. Whether to trust a model's code is a person's to say. Source: `embedding_mixin` of 0.6.1 and
0.7.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import CHECK, Change, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import providers_of
from stackcfg.paths import value_at

KIND: Final = "inline::sentence-transformers"
KEY: Final = "trust_remote_code"


def run(context: StepContext) -> Iterator[Change]:
    """A note where the config does not say."""
    for path, provider in providers_of(context, "inference", KIND):
        if value_at(provider, ("config", KEY)) is None:
            message = f"{KIND} runs no code of models any more: set '{KEY}: true' for those that need theirs"
            yield StepNote(
                CHECK, message, context.text.offset((*path, "provider_type"))
            )
