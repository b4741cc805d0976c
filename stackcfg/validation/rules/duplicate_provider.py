"""Two providers of one API with the same id.

The server uses the last one and silently ignores the others.
"""

from __future__ import annotations

from stackcfg.validation.providers import Provider
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import Removal, RuleFinding, UnsafeFix, value_of


def check(inspection: Inspection) -> Findings:
    last: dict[tuple[str, str], Provider] = {}
    for provider in reversed(inspection.providers):
        if not provider.ever_on:
            continue
        other = last.setdefault((provider.api, provider.id), provider)
        if other is not provider:
            yield RuleFinding(
                value_of(*provider.path, "provider_id"),
                f"another provider of {provider.api} has the id '{provider.id}'; "
                "the server ignores this one",
                help="give one of the two another id",
                also=(
                    (value_of(*other.path, "provider_id"), "the server uses this one"),
                ),
                unsafe=UnsafeFix(
                    "remove the one that the server ignores", (Removal(provider.path),)
                ),
            )


RULE = Rule("duplicate-provider", WARNING, __doc__, check)
