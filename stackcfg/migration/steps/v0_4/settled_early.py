"""0.3 → 0.4: defaults that 0.5 changed are written out (0.4.0; #4674, #4764).

A file for 0.4 does not show that it was not for 0.5 all along, so that later
nobody can tell what it relied on. 0.4 reads the location of remote::vertexai
as 0.5 does, and ignores the table name of stored responses.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.explicit_defaults import (
    name_responses_table,
    write_vertexai_location,
)
from stackcfg.migration.planning.layouts import CONSOLIDATE


def run(context: StepContext) -> Changes:
    """Write the location, and for the layout *preserve* the name of the
    table.
    """
    yield from write_vertexai_location(context)
    if context.layout != CONSOLIDATE:
        yield from name_responses_table(context)
