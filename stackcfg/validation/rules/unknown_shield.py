"""A default shield that is not registered.

At the end of its start-up the server looks for `safety.default_shield_id` among
the registered shields, and stops with "Configured default_shield_id '…' not
found among registered shields" (0.4.0, upstream #3890; removed with the API in
1.0.0). It does not look if no shield is registered, and always needs the safety
API. A shield whose `shield_id` is a variable may be the default one: a warning.

    registered_resources:
      shields:
      - {shield_id: llama-guard, provider_id: llama-guard}
    safety:
      default_shield_id: llama_guard   # no such shield
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.light_typing import Any, Final
from stackcfg.paths import value_at
from stackcfg.releases.models import root_model
from stackcfg.releases.resources import RESOURCES_SECTION
from stackcfg.runconfig.providers import is_disabled
from stackcfg.spelling import nearest_word
from stackcfg.validation.queries.registered import registered_resources
from stackcfg.validation.queries.served_apis import is_listed
from stackcfg.validation.queries.severity import severity_of_readings
from stackcfg.validation.queries.suggestions import (
    choose_one,
    did_you_mean,
    fix_misspelled_value,
    guess_value,
    only_one,
)
from stackcfg.validation.queries.wording import when_failing
from stackcfg.validation.rule import ERROR, WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of, value_of

SAFETY: Final = "safety"
DEFAULT_SHIELD: Final = value_of(SAFETY, "default_shield_id")
SHIELDS: Final = key_of(RESOURCES_SECTION, "shields"), "shields are registered here"


def check(inspection: Inspection) -> Findings:
    """Report an unknown default shield, or one without the safety API."""
    if SAFETY not in root_model(inspection.version).fields:
        return
    names = inspection.values_at(DEFAULT_SHIELD.path)
    if not any(isinstance(name, str) for name in names):
        return
    if is_listed(inspection, SAFETY):
        yield from _check_names(inspection, names)
        return
    yield RuleFinding(
        DEFAULT_SHIELD,
        "'default_shield_id' needs the API 'safety', which is not in 'apis'; "
        f"{inspection.release} refuses to start",
        help="add 'safety' to 'apis', or remove 'default_shield_id'",
    )


def _check_names(inspection: Inspection, names: Sequence[Any]) -> Findings:
    failing: list[bool] = []
    known = [_registered_shields(inspection, each) for each in inspection.readings]
    for name, ids in zip(names, known, strict=True):
        failing.append(isinstance(name, str) and bool(ids) and name not in ids)
    if not any(failing):
        return
    first = failing.index(True)
    name, ids = names[first], known[first]
    if all(isinstance(each, str) for each in ids):
        yield _describe(inspection, name, ids, failing)
    else:
        yield _describe_variable(inspection, name)


def _registered_shields(inspection: Inspection, reading: Any) -> list[Any]:
    """Return the ids of the registered shields; variables can be among them."""
    ids: list[Any] = []
    for resource in registered_resources(inspection):
        if resource.kind == "shields":
            entry = value_at(reading, resource.path)
            if isinstance(entry, dict) and not is_disabled(entry):
                ids.append(entry.get("shield_id"))
    return ids


def _describe_variable(inspection: Inspection, name: str) -> RuleFinding:
    return RuleFinding(
        DEFAULT_SHIELD,
        f"'{name}' is a registered shield only if a variable is set to it; "
        f"{inspection.release} otherwise refuses to start",
        help="write the 'shield_id' as it is registered",
        also=(SHIELDS,),
        severity=WARNING,
    )


def _describe(
    inspection: Inspection, name: str, ids: Sequence[str], failing: Sequence[bool]
) -> RuleFinding:
    meant = nearest_word(name, ids)
    return RuleFinding(
        DEFAULT_SHIELD,
        f"'{name}' is not a registered shield{when_failing(failing)}; "
        f"{inspection.release} refuses to start",
        help=did_you_mean(meant, choose_one(ids)),
        also=(SHIELDS,),
        fix=fix_misspelled_value(inspection, DEFAULT_SHIELD.path, name, meant, ids),
        guess=guess_value(
            inspection, DEFAULT_SHIELD.path, name, meant or only_one(ids)
        ),
        severity=severity_of_readings(failing),
    )


RULE = Rule("unknown-shield", ERROR, __doc__, check)
