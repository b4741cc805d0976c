"""Two providers of one API with the same id.

The server takes the last one and forgets the others without a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.validation.findings import WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.providers import Provider
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each provider that a later one replaces."""
    last: dict[tuple[str, str], Provider] = {}
    for provider in reversed(inspection.providers):
        if not provider.ever_on:
            continue
        other = last.setdefault((provider.api, provider.id), provider)
        if other is not provider:
            yield RuleFinding(
                value_of(*provider.path, "provider_id"),
                f"another provider of {provider.api} has the id '{provider.id}': the server forgets this one",
                help="give one of the two another id",
                also=((value_of(*other.path, "provider_id"), "this one counts"),),
            )


RULE: Final = Rule(
    "duplicate-provider", WARNING, __doc__, check=check, on_old_configs=True
)
