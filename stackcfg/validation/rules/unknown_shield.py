"""A default shield that is none of the registered ones.

Once everything is up the server looks for `safety.default_shield_id` among the shields that are registered, and stops
with "Configured default_shield_id '…' not found among registered shields" (0.4.0, upstream #3890; gone with the API in
1.0.0). It does not look where no shield is registered at all, and always asks for the safety API.

    registered_resources:
      shields:
      - {shield_id: llama-guard, provider_id: llama-guard}
    safety:
      default_shield_id: llama_guard   # no such shield
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from stackcfg.paths import value_at
from stackcfg.releases.models import root_model
from stackcfg.releases.resources import RESOURCES_SECTION
from stackcfg.releases.versions import format_release
from stackcfg.runconfig.providers import is_disabled
from stackcfg.spelling import nearest_word
from stackcfg.validation.findings import ERROR, WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.queries.registered import registered_resources
from stackcfg.validation.queries.served_apis import named_apis
from stackcfg.validation.queries.wording import when
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of, value_of

FIELD: Final = ("safety", "default_shield_id")
LIST: Final = "shields"


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding where there is no such shield, or no API that has shields."""
    if FIELD[0] not in root_model(inspection.version).fields:
        return
    names = [value_at(reading, FIELD) for reading in inspection.readings]
    if not any(isinstance(name, str) for name in names):
        return
    listed = named_apis(inspection)
    if listed and FIELD[0] not in listed:
        message = f"a default shield needs the safety API, which is not among the 'apis'; {_refusal(inspection)}"
        yield RuleFinding(
            value_of(*FIELD),
            message,
            help="add 'safety' to 'apis', or take the default shield out",
        )
        return
    known = [_shields(inspection, reading) for reading in inspection.readings]
    lost = [
        isinstance(name, str) and bool(ids) and name not in ids
        for name, ids in zip(names, known, strict=True)
    ]
    if not any(lost):
        return
    first = lost.index(True)
    name, ids = (
        str(names[first]),
        [each for each in known[first] if isinstance(each, str)],
    )
    meant = nearest_word(name, ids)
    yield RuleFinding(
        value_of(*FIELD),
        f"'{name}' is none of the registered shields{when(lost)}; {_refusal(inspection)}",
        help=f"did you mean '{meant}'?" if meant else f"use one of: {', '.join(ids)}",
        also=((key_of(RESOURCES_SECTION, LIST), "shields are registered here"),),
        rewrite=((value_of(*FIELD), meant),)
        if meant and value_at(inspection.data, FIELD) == name
        else (),
        severity="" if all(lost) else WARNING,
    )


def _refusal(inspection: Inspection) -> str:
    return f"{format_release(inspection.version)} refuses to start"


def _shields(inspection: Inspection, reading: Any) -> list[Any]:
    """The ids of the shields that are registered in one reading; none where one of them is not known."""
    paths = [
        each.path
        for each in registered_resources(inspection)
        if each.path[-2] == LIST and each.is_served
    ]
    entries = [value_at(reading, path) for path in paths]
    found = [
        each.get("shield_id")
        for each in entries
        if isinstance(each, dict) and not is_disabled(each)
    ]
    return found if all(isinstance(each, str) for each in found) else []


RULE: Final = Rule("unknown-shield", ERROR, __doc__, check=check)
