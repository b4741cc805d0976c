"""0.4 → 0.5: `table_name` of the responses store counts (0.5.0, upstream
#4764).

Until then the rows were in `openai_responses`, whatever the config
said; files of 0.3 and 0.4 say `responses`.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.explicit_defaults import name_responses_table


def run(context: StepContext) -> Changes:
    """Name the table that has the rows, or report where they are."""
    yield from name_responses_table(context)
