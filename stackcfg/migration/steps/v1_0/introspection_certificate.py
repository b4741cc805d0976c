"""ogx 0.8 → 1.0: the certificate of an introspection endpoint is verified (1.0.0).

Releases 0.4.0 to 0.8.0 verify it only with a `tls_cafile`. From 1.0.0
on every request is refused where nothing that the machine trusts has
signed it. Source: `introspect_token` of 0.3.5, 0.4.0, ogx 0.8.0 and
1.0.0.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.introspection import find_unverified_endpoint
from stackcfg.releases.changes import INTROSPECTION_UNVERIFIED


def run(context: StepContext) -> Changes:
    """Report an endpoint that the old server did not verify."""
    path = find_unverified_endpoint(context)
    if path is None or context.release.age.possibly_before(INTROSPECTION_UNVERIFIED[0]):
        return
    message = (
        "the certificate of this address is verified now; if it is not of a public "
        "authority, write 'tls_cafile' into 'provider_config'"
    )
    yield context.check(message, path)
