"""ogx 0.8 → 1.0: the interactions provider has a store, in
`sql_default` by default.

Where there is no backend of that name the server stops ("Unknown SQL
store backend"). Source: the config models of ogx 0.8.0 and 1.0.0.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.provider_stores import write_missing_stores


def run(context: StepContext) -> Changes:
    """Give each such provider a store where the default backend is missing."""
    yield from write_missing_stores(context, "interactions", "inline::builtin")
