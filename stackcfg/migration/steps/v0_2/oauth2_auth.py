"""Within 0.2: `server.auth.provider_type: kubernetes` gives way to `oauth2_token` (0.2.8, upstream #2185).

It is back as a type of `provider_config` from 0.2.21 on (#2559). Between the two a person must say which tokens count:
the keys' address, issuer and audience of a cluster stand nowhere in the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stackcfg.migration.changes import ACTION_REQUIRED, CHECK, Change, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.paths import value_at

AUTH: Final = ("server", "auth")
BACK: Final = (0, 2, 21)


def run(context: StepContext) -> Iterator[Change]:
    """A note; what can be written is written by the steps of later releases."""
    auth = value_at(context.data, AUTH)
    if not isinstance(auth, Mapping) or auth.get("provider_type") != "kubernetes":
        return
    where = context.text.offset((*AUTH, "provider_type"))
    if context.release.target.last < BACK:
        message = "authentication 'kubernetes' is not in 0.2.8 - 0.2.20: write 'oauth2_token' with 'jwks', or go to 0.2.21"
        yield StepNote(ACTION_REQUIRED, message, where)
    elif not value_at(auth, ("config", "ca_cert_path")):
        message = "the certificate of the Kubernetes API is checked from 0.2.21 on: add 'tls_cafile', or 'verify_tls: false'"
        yield StepNote(CHECK, message, where)
