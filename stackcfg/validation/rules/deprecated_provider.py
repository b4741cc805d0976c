"""A provider type that upstream has deprecated.

The server still starts it. A later release will not have it and will refuse the
file. If upstream names another provider type, the finding names it too.
"""

from __future__ import annotations

from stackcfg.releases.providers import provider_types
from stackcfg.validation.providers import Provider
from stackcfg.validation.rule import INFO, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: Inspection) -> Findings:
    for provider in inspection.providers:
        if provider.spec is None or not provider.spec.deprecated:
            continue
        successor = _find_successor(inspection, provider, provider.spec.deprecated)
        help_text = "see the upstream documentation for another provider type"
        if successor:
            help_text = f"use '{successor}'"
        yield RuleFinding(
            value_of(*provider.path, "provider_type"),
            f"'{provider.kind}' is deprecated in {inspection.release}; "
            "a later release will not have it",
            help=help_text,
            fix=successor or None,
        )


def _find_successor(
    inspection: Inspection,
    provider: Provider,
    warning: str,
) -> str:
    """Return the provider type that the warning names; empty if none."""
    for kind in provider_types(provider.api, inspection.version):
        if f"`{kind}`" in warning:
            return kind
    return ""


RULE = Rule("deprecated-provider", INFO, __doc__, check)
