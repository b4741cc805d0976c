"""Within 0.2: `kubernetes` authentication gives way to `oauth2_token` (0.2.8,
#2185).

It is back as a type of `provider_config` from 0.2.21 on (#2559).
Between the two, the operator must say which tokens are accepted: the
file does not hold the address of the keys, the issuer or the audience
of a cluster.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import mapping_at, value_at
from stackcfg.runconfig.sections import AUTH

BACK_SINCE = (0, 2, 21)


def run(context: StepContext) -> Changes:
    """Report what to write; the steps of later releases convert the rest."""
    auth = mapping_at(context.data, AUTH)
    path = (*AUTH, "provider_type")
    if auth.get("provider_type") != "kubernetes":
        return
    if context.version < BACK_SINCE:
        message = (
            "0.2.8 to 0.2.20 have no 'kubernetes' authentication; "
            "write 'oauth2_token' with 'jwks', or migrate to 0.2.21"
        )
        yield context.action_required(message, path)
    elif not value_at(auth, ("config", "ca_cert_path")):
        message = (
            "the certificate of the Kubernetes API is verified since 0.2.21; "
            "add 'tls_cafile' or 'verify_tls: false'"
        )
        yield context.check(message, path)
