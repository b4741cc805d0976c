"""Two providers of scoring that have one type.

Each registers the functions of its type when the server starts, under the same
ids. From 0.3.0 the server stops at the second one: "Object of type
'scoring_function' and identifier 'basic::equality' already exists". Earlier releases
let the last one have the functions. Where a variable switches one of them off, the
server stops only while both are on.

    scoring:
    - {provider_id: basic, provider_type: inline::basic}
    - {provider_id: basic-2, provider_type: inline::basic}
"""

from __future__ import annotations

from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.validation.providers import Provider
from stackcfg.validation.queries.scoring import scoring_providers
from stackcfg.validation.rule import ERROR, WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: Inspection) -> Findings:
    """Report each provider whose type an earlier one has."""
    if inspection.version < CATALOG_SINCE:
        return
    first: dict[str, Provider] = {}
    for provider in scoring_providers(inspection):
        other = first.setdefault(provider.kind, provider)
        # of two with one id the server knows only the last
        if other.id == provider.id:
            continue
        are_on = other.always_on and provider.always_on
        while_on = "" if are_on else " while both are on"
        yield RuleFinding(
            value_of(*provider.path, "provider_type"),
            f"'{other.id}' registers the functions of '{provider.kind}', too; "
            f"{inspection.release} refuses to start{while_on}",
            help="remove one of the two",
            also=((value_of(*other.path, "provider_type"), "the other provider"),),
            severity="" if are_on else WARNING,
        )


RULE = Rule("repeated-scoring", ERROR, __doc__, check)
