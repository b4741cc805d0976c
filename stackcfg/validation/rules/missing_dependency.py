"""A provider whose required API has no provider.

Each provider names the APIs that it works with: agents need inference, vector_io, tool_runtime and safety; since
0.2.21 `inline::rag-runtime` needs files (upstream #3344). The server stops with "required dependency … is not
available". Several distributions that upstream ships lack the files provider.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.releases.versions import format_release
from stackcfg.validation.findings import ERROR, WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.queries.served_apis import implemented_apis, remedy
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each provider that lacks something."""
    ever, always = (
        implemented_apis(inspection, False),
        implemented_apis(inspection, True),
    )
    for provider in inspection.providers:
        if provider.spec is None or not provider.ever_on:
            continue
        missing = [api for api in provider.spec.requires if api not in always]
        if not missing:
            continue
        sometimes = all(api in ever for api in missing) or not provider.always_on
        names = ", ".join(f"'{api}'" for api in missing)
        yield RuleFinding(
            value_of(*provider.path, "provider_type"),
            f"{provider.kind} requires {names}, which has no provider that is on"
            f"{' in every case' if all(api in ever for api in missing) else ''}; "
            f"{format_release(inspection.version)} {'may' if sometimes else 'does'} not start",
            help=remedy(inspection, missing[0]),
            severity=WARNING if all(api in ever for api in missing) else "",
        )


RULE: Final = Rule("missing-dependency", ERROR, __doc__, check=check)
