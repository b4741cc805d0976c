"""Within 0.2: `remote::milvus` of vector_io requires the key `token` (0.2.14).

It is null where there is no token; every later release refuses a config
without it. Source: the config classes of the released wheels.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.provider_settings import write_default


def run(context: StepContext) -> Changes:
    """Add the key."""
    yield from write_default(context, "vector_io", "remote::milvus", "token", None)
