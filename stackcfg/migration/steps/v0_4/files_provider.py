"""0.3 → 0.4: agents do not start without a provider of files (0.4.0).

The provider of upstream's own configs is written.
Source: the provider registries of 0.3.5 and 0.4.0.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.files_provider import write_files_provider


def run(context: StepContext) -> Changes:
    """Write the provider where it is missing."""
    yield from write_files_provider(context)
