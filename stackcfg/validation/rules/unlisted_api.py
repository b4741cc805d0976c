"""A provider of an API that is not in `apis`.

Until 0.2.2 the server asks for an implementation of every API that has a
provider. APIs that it routes, such as inference and safety, have one only if
`apis` lists them, so that the server stops with a KeyError (`resolve_impls` of
0.1.0 to 0.2.2). Later releases do without.

    apis: [inference]
    providers:
      inference: [...]
      eval: [...]       # not in 'apis'
"""

from __future__ import annotations

from stackcfg.releases.changes import UNLISTED_ROUTERS_SINCE
from stackcfg.releases.providers import routers
from stackcfg.validation.queries.served_apis import is_listed
from stackcfg.validation.rule import ERROR, WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def check(inspection: Inspection) -> Findings:
    """Report each such API once, at its key in `providers`."""
    if inspection.version >= UNLISTED_ROUTERS_SINCE:
        return
    states: dict[str, bool] = {}
    for provider in inspection.providers:
        if provider.ever_on:
            is_always_on = states.get(provider.api, False) or provider.always_on
            states[provider.api] = is_always_on
    routed = set(routers(inspection.version).values())
    for api, is_always_on in states.items():
        if api in routed and not is_listed(inspection, api):
            yield _describe(inspection, api, is_always_on)


def _describe(inspection: Inspection, api: str, is_always_on: bool) -> RuleFinding:
    effect, severity = "refuses to start", ""
    if not is_always_on:
        effect, severity = "refuses to start while its variable is set", WARNING
    return RuleFinding(
        key_of("providers", api),
        f"'{api}' has a provider and is not in 'apis'; {inspection.release} {effect}",
        help=f"add '{api}' to 'apis', or remove its providers",
        severity=severity,
    )


RULE = Rule("unlisted-api", ERROR, __doc__, check)
