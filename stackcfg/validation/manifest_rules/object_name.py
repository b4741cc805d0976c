"""A name with which the server of an `OGXServer` cannot be set up.

The operator calls the Service `NAME-service`: that must be a DNS label of at most 63
characters. It skips every object that it does not own: beside a
`LlamaStackDistribution` of the same name, which owns the Deployment of that name, a
new object does nothing.
"""

from __future__ import annotations

from stackcfg.light_typing import Final
from stackcfg.manifests.objects import OLD_SERVER
from stackcfg.patterns import lazy_pattern
from stackcfg.validation.manifest_rule import (
    ERROR,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.queries.object_references import describe_place
from stackcfg.validation.rule_finding import RuleFinding, value_of

_PLACE: Final = value_of("metadata", "name")
_LABEL: Final = lazy_pattern(r"[a-z](?:[-a-z0-9]*[a-z0-9])?")
_ENDING: Final = "-service"
_MOST: Final = 63


def check(inspection: ManifestInspection) -> Findings:
    name = inspection.name
    if not name:
        return
    room = _MOST - len(_ENDING)
    if len(name) > room:
        yield RuleFinding(
            _PLACE,
            f"the Service '{name}{_ENDING}' has more than {_MOST} characters; "
            "it is refused",
            help=f"use a name of at most {room} characters",
        )
    elif _LABEL.fullmatch(name) is None:
        yield RuleFinding(
            _PLACE,
            f"a Service cannot be called '{name}{_ENDING}'; it is refused",
            help="begin with a letter; use small letters, digits and '-' only",
        )
    for old in inspection.siblings(OLD_SERVER):
        if old.name == name:
            place = describe_place(inspection, old)
            yield RuleFinding(
                _PLACE,
                f"a '{OLD_SERVER}' ({place}) has this name, and owns the Deployment; "
                "the new object does nothing",
                help=f"use another name, such as '{name}-ogx'",
            )


RULE = ManifestRule("object-name", ERROR, __doc__, check)
