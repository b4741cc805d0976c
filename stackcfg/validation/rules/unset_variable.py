"""A provider setting that is refused as long as a variable is not set.

`${env.NAME:=}` is null while NAME is unset. Where the provider needs a value, the server starts only once the variable
is set.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.releases.versions import format_release
from stackcfg.validation.diagnostics import WARNING
from stackcfg.validation.finding import RuleFinding, value_of
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.queries.mismatches import mismatches_for
from stackcfg.validation.queries.wording import named

SEVERITY: Final = WARNING


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each such setting."""
    for each in mismatches_for(inspection, "unset_variable"):
        yield RuleFinding(
            value_of(*each.path),
            f"{named(each.path, inspection)} must be {each.expected}: {format_release(inspection.version)} refuses "
            "this provider while its variable is unset",
            help="set the variable, or give it a default",
        )
