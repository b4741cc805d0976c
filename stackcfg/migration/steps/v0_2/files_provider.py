"""Within 0.2: `inline::rag-runtime` does not start without a provider of files
(0.2.21, upstream #3344).

The provider of upstream's own configs is written.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.files_provider import write_files_provider


def run(context: StepContext) -> Changes:
    """Write the provider where it is missing."""
    yield from write_files_provider(context)
