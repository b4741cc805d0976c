"""An empty list of APIs, which serves nothing.

Until ogx 1.4.1 `apis: []` meant the same as no `apis`: everything that has a provider is served. From 1.5.0 it means
what it says, and only `admin`, `inspect` and `providers` answer.

    apis: []          # remove the key to serve everything
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.releases.changes import EMPTY_APIS_REFUSED_SINCE
from stackcfg.releases.versions import format_release
from stackcfg.validation.findings import WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """At most one finding."""
    if (
        inspection.version >= EMPTY_APIS_REFUSED_SINCE
        and inspection.seen(("apis",)) == []
    ):
        yield RuleFinding(
            key_of("apis"),
            f"an empty list of APIs: {format_release(inspection.version)} serves none, earlier releases all",
            help="remove 'apis' to serve every API that has a provider, or list those that are wanted",
        )


RULE: Final = Rule("empty-apis", WARNING, __doc__, check=check)
