"""A store that the server cannot start without.

0.3 needs `metadata` and `conversations`, and `inference` where the inference API is served; the model takes a file
without them, and start-up refuses it (0.3.0, upstream #3697). From 0.4.0 stores that are left out have defaults, and
only an explicit null is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.releases.versions import number
from stackcfg.validation.diagnostics import ERROR
from stackcfg.validation.finding import Finding, key
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.queries.missing_stores import SECTION, misnamed_section, missing, misspelt

SEVERITY: Final = ERROR


def check(inspection: Inspection) -> Iterator[Finding]:
    """One finding for each store that is missing; none where the whole section only has a wrong name."""
    if misnamed_section(inspection):
        return
    strays = misspelt(inspection)
    for fact in missing(inspection):
        name = str(fact.path[2])
        message = f"the store '{fact.use}' is missing; {number(inspection.version)} does not start without it"
        if name in strays:
            place = key(*SECTION, strays[name])
            yield Finding(place, message, help=f"did you mean '{name}'?", rewrite=((place, name),))
            continue
        yield Finding(
            key(*fact.path),
            message,
            help=f"add storage.stores.{fact.use}: {{backend: …, {fact.name_field}: {fact.default}}}",
        )
