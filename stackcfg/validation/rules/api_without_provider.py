"""An API in `apis` for which no provider is configured.

The server looks for an implementation of every API in `apis`. Without one it
stops with a KeyError (up to ogx 1.4.1), or skips the API with a warning (from
ogx 1.5.0). APIs that the server implements itself need no provider. An API that
it routes, such as `shields`, comes with its router, `safety`, if that is
served. Telemetry of 0.3 is `telemetry: {enabled: true}`.
"""

from __future__ import annotations

from stackcfg.light_typing import Final
from stackcfg.paths import as_list
from stackcfg.releases.providers import apis, routers
from stackcfg.validation.queries.served_apis import how_to_serve, implemented_apis
from stackcfg.validation.rule import ERROR, WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import Removal, RuleFinding, UnsafeFix, value_of

SKIPPED_SINCE: Final = (1, 5)


def check(inspection: Inspection) -> Findings:
    """Report each such API; a variable in the list counts as its default."""
    known = apis(inspection.version)
    sometimes = implemented_apis(inspection, always=False)
    always = implemented_apis(inspection, always=True)
    for index, api in _listed_apis(inspection):
        if api in known and api not in always:
            yield _describe(
                inspection,
                index,
                api,
                api in sometimes,
            )


def _listed_apis(inspection: Inspection) -> list[tuple[int, str]]:
    """Return index and name of each API in `apis`, those of all readings, each
    once.
    """
    found: dict[tuple[int, str], None] = {}
    for reading in inspection.readings:
        for index, api in enumerate(as_list(reading.get("apis"))):
            if isinstance(api, str):
                found[index, api] = None
    return list(found)


def _describe(
    inspection: Inspection, index: int, api: str, is_sometimes_on: bool
) -> RuleFinding:
    effect, severity = "refuses to start", ""
    if inspection.version >= SKIPPED_SINCE:
        effect, severity = "skips it", WARNING
    problem = f"no provider for the API '{api}' is enabled"
    router = routers(inspection.version).get(api)
    if router:
        problem = f"'{api}' comes with '{router}', which is not in 'apis'"
    if is_sometimes_on:
        problem += " while its variables are unset"
        severity = WARNING
    return RuleFinding(
        value_of("apis", index),
        f"{problem}; {inspection.release} then {effect}",
        help=f"{how_to_serve(inspection, api)}, or remove '{api}' from 'apis'",
        severity=severity,
        unsafe=UnsafeFix(f"remove '{api}' from 'apis'", (Removal(("apis", index)),)),
    )


RULE = Rule("api-without-provider", ERROR, __doc__, check)
