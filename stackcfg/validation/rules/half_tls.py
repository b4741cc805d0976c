"""TLS settings that do not switch TLS on.

The server uses HTTPS only if it has both `server.tls_certfile` and
`server.tls_keyfile`. With one of them, or with `tls_cafile` alone, it silently
uses plain HTTP; also with both while the variable of one of them is empty. From
ogx 1.2.0 on it does not start then, see `tls-required`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stackcfg.light_typing import Any
from stackcfg.paths import mapping_at
from stackcfg.validation.queries.tls import SERVER, TLS_FILES, demands_tls
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def check(inspection: Inspection) -> Findings:
    """Report the first TLS setting without effect in any reading."""
    written = mapping_at(inspection.data, SERVER)
    for reading in inspection.readings:
        server = mapping_at(reading, SERVER)
        if not demands_tls(inspection.version, server):
            finding = _check_server(server, written)
            if finding is not None:
                yield finding
                return


def _check_server(
    server: Mapping[str, Any], written: Mapping[str, Any]
) -> RuleFinding | None:
    given = [name for name in (*TLS_FILES, "tls_cafile") if server.get(name)]
    missing = [name for name in TLS_FILES if not server.get(name)]
    if not given or not missing:
        return None
    if not any(written.get(name) for name in missing):
        return _describe_incomplete(given[0], missing)
    if given[0] in TLS_FILES:
        return _describe_unset(given[0], missing[0])
    return None


def _describe_incomplete(given: str, missing: Sequence[str]) -> RuleFinding:
    names = " and ".join(f"'{name}'" for name in missing)
    return RuleFinding(
        key_of(*SERVER, given),
        f"'{given}' has no effect without {names}; the server uses plain HTTP",
        help=f"add {names}",
    )


def _describe_unset(given: str, missing: str) -> RuleFinding:
    return RuleFinding(
        key_of(*SERVER, given),
        f"'{given}' has no effect while the variable of '{missing}' is unset; "
        "the server then uses plain HTTP",
        help=f"if TLS is optional, make '{given}' depend on the same variable; "
        "if not, remove the default of the variable",
    )


RULE = Rule("half-tls", WARNING, __doc__, check)
