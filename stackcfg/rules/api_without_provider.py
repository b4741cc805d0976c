"""An API listed in `apis` for which no provider is configured.

The server looks for an implementation of every API that it is told to serve and stops with a KeyError (until ogx
1.4.1; ogx 1.5.0 skips it with a warning). APIs that the server implements or routes itself need none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.config_models import apis
from stackcfg.diagnostics import ERROR, WARNING
from stackcfg.finding import Finding, value
from stackcfg.inspection import Inspection
from stackcfg.releases import number
from stackcfg.rules.served import implemented

SEVERITY: Final = ERROR
SKIPPED_SINCE: Final = (1, 5)


def check(inspection: Inspection) -> Iterator[Finding]:
    """One finding for each such API."""
    listed = inspection.data.get("apis")
    known, ever, always = apis(inspection.version), implemented(inspection, False), implemented(inspection, True)
    for index, api in enumerate(listed if isinstance(listed, list) else ()):
        if not isinstance(api, str) or api not in known or api in always:
            continue
        sometimes = api in ever
        skipped = inspection.version >= SKIPPED_SINCE
        does = "skips it" if skipped else "does not start"
        when = " while its variables are unset" if sometimes else ""
        yield Finding(
            value("apis", index),
            f"no provider for the API '{api}' is on{when}; {number(inspection.version)} then {does}",
            help=f"add a provider under providers.{api}, or remove '{api}' from apis",
            severity=WARNING if sometimes or skipped else "",
        )
