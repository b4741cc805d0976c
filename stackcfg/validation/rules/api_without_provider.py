"""An API listed in `apis` for which no provider is configured.

The server looks for an implementation of every API that it is told to serve and stops with a KeyError (until ogx
1.4.1; ogx 1.5.0 skips it with a warning). APIs that the server implements itself need none; one that it routes, as
`shields`, comes with its router, `safety`, where that is served. Telemetry of 0.3 is `telemetry: {enabled: true}`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackcfg.releases.providers import apis, routers
from stackcfg.releases.versions import format_release
from stackcfg.validation.findings import ERROR, WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.queries.served_apis import implemented_apis, remedy
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of

SKIPPED_SINCE: Final = (1, 5)


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each such API; where a variable names it, for what its default names."""
    version = inspection.version
    known, ever, always = (
        apis(version),
        implemented_apis(inspection, False),
        implemented_apis(inspection, True),
    )
    for index, api in dict.fromkeys(
        entry for reading in inspection.readings for entry in _listed(reading)
    ):
        if api in known and api not in always:
            yield _lacking(inspection, index, api, api in ever)


def _listed(reading: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """The APIs that are listed, each with its place in the list."""
    listed = reading.get("apis")
    for index, api in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(api, str):
            yield index, api


def _lacking(
    inspection: Inspection, index: int, api: str, sometimes: bool
) -> RuleFinding:
    skipped = inspection.version >= SKIPPED_SINCE
    does = "skips it" if skipped else "does not start"
    when = " while its variables are unset" if sometimes else ""
    router = routers(inspection.version).get(api)
    lacks = (
        f"'{api}' comes with '{router}', which apis leaves out"
        if router
        else f"no provider for the API '{api}' is on"
    )
    return RuleFinding(
        value_of("apis", index),
        f"{lacks}{when}; {format_release(inspection.version)} then {does}",
        help=f"{remedy(inspection, api)}, or remove '{api}' from apis",
        severity=WARNING if sometimes or skipped else "",
    )


RULE: Final = Rule("api-without-provider", ERROR, __doc__, check=check)
