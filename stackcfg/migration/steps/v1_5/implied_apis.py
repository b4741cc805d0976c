"""ogx 1.4 → 1.5: `conversations` and `prompts` are not always served (1.5.0).

Until 1.4.1 a server with a list of `apis` served both in any case. Now
they are served if the list has them, or `responses`. Source: the
servers of ogx 1.4.1 and 1.5.0 (`RESPONSES_IMPLIED_APIS`).
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import list_at

PATH = ("apis",)
RESPONSES = "responses"
IMPLIED = ("conversations", "prompts")


def run(context: StepContext) -> Changes:
    """Report the APIs that are not served any more."""
    listed = list_at(context.data, PATH)
    if not listed or RESPONSES in listed:
        return
    lacking = [f"'{api}'" for api in IMPLIED if api not in listed]
    if not lacking:
        return
    names = " and ".join(lacking)
    message = (
        f"the server does not serve {names} any more: before 1.5 it did in any case, "
        f"now only with '{RESPONSES}'; add {names} to 'apis' if clients call them"
    )
    yield context.check(message, PATH)
