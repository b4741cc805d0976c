"""ogx 1.4 → 1.5: an empty list of APIs means none (1.5.0).

Until then it meant all, as a missing one still does. Source: the
servers of ogx 1.4.1 and 1.5.0.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext

PATH = ("apis",)


def run(context: StepContext) -> Changes:
    """Remove the empty list."""
    if context.data.get("apis") != [] or context.text.root.entry("apis") is None:
        return
    message = (
        "an empty 'apis' serves no API now; removed, so that the server serves those "
        "of its providers"
    )
    yield context.info(message, PATH)
    yield from context.text.remove(PATH)
