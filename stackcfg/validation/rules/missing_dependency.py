"""A provider that requires an API without a provider.

Each provider type names the APIs that it needs: agents need inference,
vector_io, tool_runtime and safety; from 0.2.21 on `inline::rag-runtime` needs
files (upstream #3344). The server stops with "required dependency … is not
available". Several distributions of upstream lack the files provider.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.validation.descriptions import quote_names
from stackcfg.validation.providers import Provider
from stackcfg.validation.queries.served_apis import how_to_serve_all, implemented_apis
from stackcfg.validation.rule import ERROR, WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: Inspection) -> Findings:
    always = implemented_apis(inspection, always=True)
    for provider in inspection.providers:
        if provider.spec is not None and provider.ever_on:
            missing = [api for api in provider.spec.requires if api not in always]
            if missing:
                yield _describe(inspection, provider, missing)


def _describe(
    inspection: Inspection, provider: Provider, missing: Sequence[str]
) -> RuleFinding:
    state, effect, severity = "enabled", "refuses to start", ""
    if not provider.always_on:
        effect = "may refuse to start"
    if implemented_apis(inspection, always=False).issuperset(missing):
        state, effect, severity = "always enabled", "may refuse to start", WARNING
    return RuleFinding(
        value_of(*provider.path, "provider_type"),
        f"{provider.kind} requires {quote_names(missing)}, for which no "
        f"provider is {state}; "
        f"{inspection.release} {effect}",
        help=how_to_serve_all(inspection, missing),
        severity=severity,
    )


RULE = Rule("missing-dependency", ERROR, __doc__, check)
