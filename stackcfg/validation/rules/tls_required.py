"""A server without TLS, which `ogx run` refuses to start.

From ogx 1.2.0 on (upstream #5603) the server needs `server.tls_certfile` and
`server.tls_keyfile`. It starts without them only with `server.insecure: true`
or `--insecure` on the command line, for example behind a proxy that handles
TLS. The same holds for an authentication provider with `verify_tls: false`.
"""

from __future__ import annotations

from stackcfg.light_typing import Final
from stackcfg.paths import as_mapping
from stackcfg.runconfig.booleans import as_pydantic_bool
from stackcfg.runconfig.sections import AUTH_PROVIDER
from stackcfg.validation.queries.tls import SERVER, TLS_FILES, demands_tls
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import Removal, RuleFinding, UnsafeFix, key_of

VERIFY_TLS: Final = (*AUTH_PROVIDER, "verify_tls")


def check(inspection: Inspection) -> Findings:
    server = as_mapping(inspection.seen(SERVER))
    if not demands_tls(inspection.version, server):
        return
    refusal = f"{inspection.release} refuses to start unless called with --insecure"
    if not all(server.get(name) for name in TLS_FILES):
        yield RuleFinding(
            key_of(*SERVER),
            f"'tls_certfile' and 'tls_keyfile' are not both set; {refusal}",
            help="add them to 'server', or 'insecure: true' if a proxy handles TLS",
        )
    if as_pydantic_bool(inspection.seen(VERIFY_TLS)) is False:
        yield RuleFinding(
            key_of(*VERIFY_TLS),
            f"'verify_tls' is false; {refusal}",
            help="remove it, or write the certificate of the issuer in 'tls_cafile'",
            unsafe=UnsafeFix("remove 'verify_tls'", (Removal(VERIFY_TLS),)),
        )


RULE = Rule("tls-required", WARNING, __doc__, check)
