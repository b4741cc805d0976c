"""A key that the release still takes and that upstream has deprecated.

The server takes it as ever. A later release will not have it: it drops the key then, or refuses the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.releases.versions import format_release
from stackcfg.validation.diagnostics import INFO
from stackcfg.validation.finding import RuleFinding, key_of
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.queries.mismatches import mismatches_for

SEVERITY: Final = INFO


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each deprecated key."""
    for each in mismatches_for(inspection, "deprecated_key"):
        yield RuleFinding(
            key_of(*each.path),
            f"'{each.path[-1]}' is deprecated in {format_release(inspection.version)}",
            help="a later release will not have it",
        )
