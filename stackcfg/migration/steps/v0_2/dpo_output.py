"""Within 0.2: post_training `inline::huggingface` asks for `dpo_output_dir` (0.2.18, upstream #2825).

In 0.2.17 it could be left out and meant `./checkpoints/dpo`, which is written out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stackcfg.migration.changes import Change, Put
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import added, providers_of
from stackcfg.yamltext.emit import Field

KINDS: Final = (
    "inline::huggingface",
    "inline::huggingface-cpu",
    "inline::huggingface-gpu",
)
KEY: Final = "dpo_output_dir"
DEFAULT: Final = "./checkpoints/dpo"


def run(context: StepContext) -> Iterator[Change]:
    """Add the key with the old default."""
    for kind in KINDS:
        for path, entry in providers_of(context, "post_training", kind):
            config = entry.get("config")
            if KEY not in config if isinstance(config, Mapping) else config is None:
                yield Put((*path, "config", KEY), DEFAULT)
                yield added(context, (*path, "config"), Field(KEY, DEFAULT))
