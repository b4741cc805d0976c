"""A required field that is not there.

The server refuses the file with "Field required", for the config as a whole or for a provider's own config class.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.diagnostics import ERROR
from stackcfg.finding import Finding, key
from stackcfg.inspection import Inspection
from stackcfg.releases import number
from stackcfg.rules.subjects import about
from stackcfg.rules.wording import named

SEVERITY: Final = ERROR


def check(inspection: Inspection) -> Iterator[Finding]:
    """One finding for each field."""
    for each in about(inspection, "missing_field"):
        parent = each.path[:-1]
        where = f" in {named(parent, inspection)}" if parent else ""
        yield Finding(
            key(*parent),
            f"'{each.path[-1]}' is missing{where}; {number(inspection.version)} refuses the file",
            help=f"add '{each.path[-1]}': {each.expected}",
        )
