"""0.3 → 0.4: the certificate of an introspection endpoint is not
verified (0.4.0 to ogx 0.8.0).

Before, and from ogx 1.0.0 on, it is. With a `tls_cafile` every release
verifies it. Source: `introspect_token` of 0.3.5, 0.4.0, ogx 0.8.0 and
1.0.0.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.introspection import find_unverified_endpoint
from stackcfg.releases.changes import INTROSPECTION_UNVERIFIED


def run(context: StepContext) -> Changes:
    """Report an endpoint that the new server does not verify."""
    path = find_unverified_endpoint(context)
    if path is None or context.release.final > INTROSPECTION_UNVERIFIED[1]:
        return
    message = (
        "releases 0.4.0 to 0.8.0 do not verify the certificate of this address without "
        "'tls_cafile'; write it into 'provider_config', for a public authority the bundle "
        "of the system"
    )
    yield context.check(message, path)
