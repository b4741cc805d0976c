"""Within 0.2: post_training types say for which machine they are (0.2.19, upstream #3240).

`inline::torchtune` and `inline::huggingface` become the `-gpu` types: the same code, config and packages as before. The
type `inline::torchtune-cpu` only takes a smaller build of torch.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import Change
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import providers_of, rewritten

KINDS: Final = ("inline::torchtune", "inline::huggingface")


def run(context: StepContext) -> Iterator[Change]:
    """Write the new type."""
    for kind in KINDS:
        for path, _ in providers_of(context, "post_training", kind):
            yield from rewritten(context, (*path, "provider_type"), f"{kind}-gpu")
