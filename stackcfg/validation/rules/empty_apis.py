"""An empty list of APIs, which serves nothing.

Up to ogx 1.4.1 `apis: []` means the same as no `apis`: every API with a
provider is served. From 1.5.0 on an empty list serves only `admin`, `inspect`
and `providers`.

    apis: []          # remove the key to serve everything
"""

from __future__ import annotations

from stackcfg.releases.changes import EMPTY_APIS_REFUSED_SINCE
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import Removal, RuleFinding, UnsafeFix, key_of


def check(inspection: Inspection) -> Findings:
    if inspection.version < EMPTY_APIS_REFUSED_SINCE:
        return
    if inspection.seen(("apis",)) == []:
        yield RuleFinding(
            key_of("apis"),
            f"'apis' is empty; {inspection.release} then serves no API, "
            "earlier releases serve all",
            help="remove 'apis' to serve every API that has a provider, "
            "or list the APIs to serve",
            unsafe=UnsafeFix("remove 'apis'", (Removal(("apis",)),)),
        )


RULE = Rule("empty-apis", WARNING, __doc__, check)
