"""TLS settings that do not turn TLS on.

The server speaks HTTPS only when it has both `server.tls_certfile` and `server.tls_keyfile`; with one of them, or with
`tls_cafile` alone, it speaks plain HTTP without a word. From ogx 1.2.0 it does not start then, see `tls-required`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stackcfg.diagnostics import WARNING
from stackcfg.finding import Finding, key
from stackcfg.inspection import Inspection
from stackcfg.rules.tls import DEMANDED_SINCE, NEEDED

SEVERITY: Final = WARNING


def check(inspection: Inspection) -> Iterator[Finding]:
    """At most one finding."""
    server = inspection.data.get("server")
    if not isinstance(server, Mapping) or (inspection.version >= DEMANDED_SINCE and not server.get("insecure")):
        return
    given = [name for name in (*NEEDED, "tls_cafile") if server.get(name)]
    missing = [name for name in NEEDED if not server.get(name)]
    if given and missing:
        names = " and ".join(f"'{name}'" for name in missing)
        yield Finding(
            key("server", given[0]),
            f"without {names} the server speaks plain HTTP: '{given[0]}' has no effect",
            help=f"add {names}",
        )
