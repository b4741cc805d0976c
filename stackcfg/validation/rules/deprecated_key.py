"""A key that the release still takes and that upstream has deprecated.

The server takes it as ever. A later release will not have it: it drops the key then, or refuses the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.releases.versions import number
from stackcfg.validation.diagnostics import INFO
from stackcfg.validation.finding import Finding, key
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.queries.mismatches import about

SEVERITY: Final = INFO


def check(inspection: Inspection) -> Iterator[Finding]:
    """One finding for each deprecated key."""
    for each in about(inspection, "deprecated_key"):
        yield Finding(
            key(*each.path),
            f"'{each.path[-1]}' is deprecated in {number(inspection.version)}",
            help="a later release will not have it",
        )
