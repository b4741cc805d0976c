"""A server without TLS, which `ogx run` refuses to start.

From ogx 1.2.0 (upstream #5603) the server needs `server.tls_certfile` and `server.tls_keyfile`, or the word that it may
do without: `server.insecure: true`, or `--insecure` on the command line, as behind a proxy that speaks TLS. The same
holds for an authentication provider with `verify_tls: false`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackcfg.releases.changes import TLS_DEMANDED_SINCE
from stackcfg.releases.versions import format_release
from stackcfg.runconfig.booleans import as_pydantic_bool
from stackcfg.validation.findings import WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.queries.tls import NEEDED, SERVER
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of

UNVERIFIED: Final = ("server", "auth", "provider_config", "verify_tls")


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for the server, one for its authentication provider."""
    if inspection.version < TLS_DEMANDED_SINCE:
        return
    server: Any = inspection.seen(SERVER)
    section: Mapping[str, Any] = server if isinstance(server, Mapping) else {}
    if as_pydantic_bool(section.get("insecure", False)) is not False:
        return
    if not all(section.get(name) for name in NEEDED):
        yield RuleFinding(
            key_of(*SERVER),
            f"without 'tls_certfile' and 'tls_keyfile' {format_release(inspection.version)} does not start, unless told to "
            "with --insecure",
            help="add them to server, or 'insecure: true' where something else speaks TLS for it",
        )
    if as_pydantic_bool(inspection.seen(UNVERIFIED)) is False:
        yield RuleFinding(
            key_of(*UNVERIFIED),
            f"with 'verify_tls: false' {format_release(inspection.version)} does not start, unless told to with --insecure",
            help="remove it, or give 'tls_cafile' the certificate of the issuer",
        )


RULE: Final = Rule("tls-required", WARNING, __doc__, check=check)
