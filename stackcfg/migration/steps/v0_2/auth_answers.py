"""Within 0.2: authentication endpoints give `principal` and
`attributes` (0.2.10).

The principal is #2185. Until then they gave `access_attributes` alone.
The server refuses a request whose answer has no principal.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import value_at
from stackcfg.runconfig.sections import AUTH

TYPE = (*AUTH, "provider_type")


def run(context: StepContext) -> Changes:
    """Report an endpoint in the form of releases before 0.2.15."""
    if value_at(context.data, TYPE) == "custom":
        message = (
            "since 0.2.10 the endpoint must answer with "
            "'principal' and 'attributes', not 'access_attributes'"
        )
        yield context.check(message, TYPE)
