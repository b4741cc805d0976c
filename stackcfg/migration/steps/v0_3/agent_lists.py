"""0.3: agents under a namespace are not listed on PostgreSQL and MongoDB.

0.2 lets a store be without a namespace, which the catalog of 0.3.0 writes (upstream
#3697). The hop to 0.3.0 writes it; so this step comes after. Source: `list_agents` and
`keys_in_range` of 0.3.0 and 0.3.5.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.unlisted_rows import report_unlisted_rows


def run(context: StepContext) -> Changes:
    """Report agents that the new server does not list."""
    yield from report_unlisted_rows(context)
