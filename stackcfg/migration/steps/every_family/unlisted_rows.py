"""Every release: a namespace hides rows from lists on some engines.

Prompts until 0.8.0 and connectors from 0.5.0 to 0.6.1 are not listed on
PostgreSQL, Redis and MongoDB under a namespace. Source: `keys_in_range`
of the KV stores. Where their rows are to be copied in any case, the
namespace is empty (`write_beside_metadata`). Where they are read in
their place, it stays and is reported.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.unlisted_rows import report_unlisted_rows


def run(context: StepContext) -> Changes:
    """Report each store whose rows the new server does not list."""
    yield from report_unlisted_rows(context)
