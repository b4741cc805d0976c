"""Within 0.3: `table_name` of the inference store counts (0.3.5, upstream
#4371).

Until then the rows were in `chat_completions`, whatever the config
said; files of 0.3 say `inference_store`.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.planning.layouts import CONSOLIDATE
from stackcfg.paths import value_at
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.runconfig.sections import STORES_PATH
from stackcfg.stores.store_map import is_reference

TABLE = "chat_completions"
STORE = (*STORES_PATH, "inference")


def run(context: StepContext) -> Changes:
    """Name the table that has the rows, or report where they are.

    It is named in the layout in which every store keeps its place.

    A file of 0.2 got its catalog from the steps before, with the table
    that its layout wants.
    """
    age = context.release.age
    if age.written_here or age.certainly_before(CATALOG_SINCE):
        return
    reference = value_at(context.data, STORE)
    if not is_reference(reference) or reference.get("table_name") in (None, TABLE):
        return
    path = (*STORE, "table_name")
    if context.layout != CONSOLIDATE:
        yield from context.text.set(path, TABLE)
    elif age.certainly_before(context.release.since):
        name = reference["table_name"]
        message = (
            f"the inference history is in table '{TABLE}', but 0.3.5 reads '{name}'; "
            f"set 'table_name: {TABLE}' to see it"
        )
        yield context.check(message, path)
