"""A value of the right type that the release refuses all the same.

A port outside 1024 to 65535, an access rule that neither permits nor forbids, credentials for every origin: limits and
checks that upstream's models hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.paths import value_at
from stackcfg.releases.versions import format_release
from stackcfg.validation.diagnostics import ERROR
from stackcfg.validation.finding import RuleFinding, key_of, value_of
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.queries.mismatches import mismatches_for
from stackcfg.validation.queries.wording import named

SEVERITY: Final = ERROR


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each value."""
    for each in mismatches_for(inspection, "invalid_value"):
        whole = isinstance(value_at(inspection.data, each.path), dict | list)
        words = (
            f"must be {each.expected}"
            if each.expected.startswith(("a ", "an ")) and not whole
            else each.expected
        )
        yield RuleFinding(
            key_of(*each.path) if whole else value_of(*each.path),
            f"{named(each.path, inspection)}: {words}; {format_release(inspection.version)} refuses the file",
        )
