"""A provider type that upstream has deprecated.

The server starts it as ever. A later release will not have it and refuses the file then; where upstream names another
provider instead, so does the finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.releases.providers import provider_types
from stackcfg.releases.versions import format_release
from stackcfg.validation.findings import INFO
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each deprecated type."""
    for provider in inspection.providers:
        if provider.spec is None or not provider.spec.deprecated:
            continue
        known = provider_types(provider.api, inspection.version)
        named = [each for each in known if f"`{each}`" in provider.spec.deprecated]
        place = value_of(*provider.path, "provider_type")
        yield RuleFinding(
            place,
            f"'{provider.kind}' is deprecated in {format_release(inspection.version)}; a later release will not have it",
            help=f"use '{named[0]}'" if named else "see what upstream offers instead",
            rewrite=((place, named[0]),) if named else (),
        )


RULE: Final = Rule("deprecated-provider", INFO, __doc__, check=check)
