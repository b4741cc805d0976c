"""TLS settings that do not turn TLS on.

The server speaks HTTPS only when it has both `server.tls_certfile` and `server.tls_keyfile`; with one of them, or with
`tls_cafile` alone, it speaks plain HTTP without a word, and so it does with both while the variable of one is empty.
From ogx 1.2.0 it does not start then, see `tls-required`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackcfg.paths import value_at
from stackcfg.releases.changes import TLS_DEMANDED_SINCE
from stackcfg.runconfig.booleans import as_pydantic_bool
from stackcfg.validation.findings import WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.queries.tls import NEEDED, SERVER
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """At most one finding."""
    for reading in inspection.readings:
        server = value_at(reading, SERVER)
        if isinstance(server, Mapping) and not _is_refused(inspection, server):
            given = [name for name in (*NEEDED, "tls_cafile") if server.get(name)]
            missing = [name for name in NEEDED if not server.get(name)]
            unset = any(value_at(inspection.data, (*SERVER, name)) for name in missing)
            if given and missing and (given[0] in NEEDED or not unset):
                yield _finding(given[0], missing, unset)
                return


def _is_refused(inspection: Inspection, server: Mapping[str, Any]) -> bool:
    return (
        inspection.version >= TLS_DEMANDED_SINCE
        and as_pydantic_bool(server.get("insecure", False)) is False
    )


def _finding(given: str, missing: list[str], unset: bool) -> RuleFinding:
    names = " and ".join(f"'{name}'" for name in missing)
    if unset:
        lacking = f"while the variable of {names} is unset"
        return RuleFinding(
            key_of(*SERVER, given),
            f"{lacking} the server speaks plain HTTP: '{given}' has no effect then",
            help=f"make '{given}' depend on it as well where TLS is optional, else take the default away",
        )
    return RuleFinding(
        key_of(*SERVER, given),
        f"without {names} the server speaks plain HTTP: '{given}' has no effect",
        help=f"add {names}",
    )


RULE: Final = Rule("half-tls", WARNING, __doc__, check=check)
