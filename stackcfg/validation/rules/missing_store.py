"""A store that the server cannot start without.

0.3 needs `metadata` and `conversations`, and `inference` where the inference API is served; the model takes a file
without them, and start-up refuses it (0.3.0, upstream #3697). From 0.4.0 stores that are left out have defaults, and
only an explicit null is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.releases.versions import format_release
from stackcfg.validation.findings import ERROR
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import (
    DROPPED,
    ModelError,
)
from stackcfg.validation.queries.missing_stores import (
    SECTION,
    misnamed_section,
    missing_stores,
    misspelt,
)
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each store that is missing; none where the whole section only has a wrong name."""
    if misnamed_section(inspection):
        return
    strays = misspelt(inspection)
    for fact in missing_stores(inspection):
        name = str(fact.path[2])
        message = f"the store '{fact.use}' is missing; {format_release(inspection.version)} does not start without it"
        if name in strays:
            place = key_of(*SECTION, strays[name])
            yield RuleFinding(
                place, message, help=f"did you mean '{name}'?", rewrite=((place, name),)
            )
            continue
        yield RuleFinding(
            key_of(*fact.path),
            message,
            help=f"add storage.stores.{fact.use}: {{backend: …, {fact.name_field}: {fact.default}}}",
        )


def claims(inspection: Inspection, error: ModelError) -> bool:
    """Claim unknown keys under which a missing store was probably meant: `check` names them."""
    is_stray = error.path[:2] == SECTION and len(error.path) == 3
    if error.kind != DROPPED or not is_stray:
        return False
    return error.path[2] in misspelt(inspection).values()


RULE: Final = Rule("missing-store", ERROR, __doc__, check=check, claims=claims)
