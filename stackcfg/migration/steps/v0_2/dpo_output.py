"""Within 0.2: `dpo_output_dir` of post_training is required (0.2.18, upstream
#2825).

`inline::huggingface` reads it. In 0.2.17 its default was `./checkpoints/dpo`,
which is written out.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext

KINDS = (
    "inline::huggingface",
    "inline::huggingface-cpu",
    "inline::huggingface-gpu",
)
KEY = "dpo_output_dir"
DEFAULT = "./checkpoints/dpo"


def run(context: StepContext) -> Changes:
    """Add the key with the old default."""
    for kind in KINDS:
        for path, provider in context.providers_of("post_training", kind):
            config = provider.get("config")
            if config is None or (isinstance(config, dict) and KEY not in config):
                yield from context.text.add((*path, "config", KEY), DEFAULT)
