"""Within 0.2: post_training types name the machine that they are for (0.2.19, upstream #3240).

`inline::torchtune` and `inline::huggingface` become the `-gpu` types: the same code,
config and packages as before. `inline::torchtune-cpu` only uses a smaller build of torch.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import Change
from stackcfg.migration.context import StepContext

KINDS: Final = ("inline::torchtune", "inline::huggingface")


def run(context: StepContext) -> Iterator[Change]:
    """Write the new type."""
    for kind in KINDS:
        for path, _ in context.providers_of("post_training", kind):
            yield from context.text.set((*path, "provider_type"), f"{kind}-gpu")
