"""An API listed in `apis` for which no provider is configured.

The server looks for an implementation of every API that it is told to serve and stops with a KeyError (until ogx
1.4.1; ogx 1.5.0 skips it with a warning). APIs that the server implements itself need none; one that it routes, as
`shields`, comes with its router, `safety`, where that is served. Telemetry of 0.3 is `telemetry: {enabled: true}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.config_models import apis, routers
from stackcfg.diagnostics import ERROR, WARNING
from stackcfg.document import Path
from stackcfg.finding import Finding, value
from stackcfg.inline_stores import at
from stackcfg.inspection import Inspection
from stackcfg.releases import number
from stackcfg.rules.served import implemented, remedy

SEVERITY: Final = ERROR
SKIPPED_SINCE: Final = (1, 5)


def check(inspection: Inspection) -> Iterator[Finding]:
    """One finding for each such API; where a variable names it, for what its default names."""
    listed = at(inspection.readings[0], ("apis",))
    for index in range(len(listed) if isinstance(listed, list) else 0):
        for api in dict.fromkeys(_texts_at(inspection, ("apis", index))):
            yield from _of_api(inspection, index, api)


def _texts_at(inspection: Inspection, path: Path) -> Iterator[str]:
    """What the server may see at a path."""
    for reading in inspection.readings:
        found = at(reading, path)
        if isinstance(found, str):
            yield found


def _of_api(inspection: Inspection, index: int, api: str) -> Iterator[Finding]:
    ever, always = implemented(inspection, False), implemented(inspection, True)
    if api not in apis(inspection.version) or api in always:
        return
    sometimes = api in ever
    skipped = inspection.version >= SKIPPED_SINCE
    does = "skips it" if skipped else "does not start"
    when = " while its variables are unset" if sometimes else ""
    router = routers(inspection.version).get(api)
    lacking = (
        f"'{api}' comes with '{router}', which apis leaves out" if router else f"no provider for the API '{api}' is on"
    )
    yield Finding(
        value("apis", index),
        f"{lacking}{when}; {number(inspection.version)} then {does}",
        help=f"{remedy(inspection, api)}, or remove '{api}' from apis",
        severity=WARNING if sometimes or skipped else "",
    )
