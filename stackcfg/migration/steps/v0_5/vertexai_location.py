"""0.4 → 0.5: remote::vertexai calls `global` by default (0.5.0, upstream
#4674).

The old default, `us-central1`, is written out. Source: the config
classes of 0.4.7 and 0.5.0.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.explicit_defaults import write_vertexai_location


def run(context: StepContext) -> Changes:
    """Write the location where the config leaves it out."""
    yield from write_vertexai_location(context)
