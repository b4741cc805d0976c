"""What the fixes of rules write, for their pages.

A rule that is not named here has no fix. A test holds the names against the fixes
of all fixtures.
"""

from __future__ import annotations

from collections.abc import Mapping

from stackcfg.light_typing import Final

_SLIP: Final = "that was meant, if it is one or two letters away and no other is near"

FIXES: Final[Mapping[str, str]] = {
    "authentication": f"the value {_SLIP}",
    "backend-field": f"the key {_SLIP}",
    "backend-type": "the type of the same engine in the other family, or the type without its slip",
    "deprecated-key": "the name that this release prefers",
    "deprecated-provider": "the provider type that takes its place, if its config is the same",
    "missing-store": f"the key {_SLIP}",
    "object-unknown-field": f"the field {_SLIP}",
    "object-wrong-type": "the same characters in quotes",
    "old-placeholder": "the syntax `${env.NAME:=default}`",
    "old-variable": "the name that ogx reads",
    "provider-api": "the name that this release has for the API, everywhere in the file",
    "provider-type": "the name that this release has for the type, or the type without its slip",
    "reference-field": "the name of the field that this family of backends has",
    "renamed-key": "the name of this release, with what the value needs (the `/v1` of an address)",
    "store-field": "the only store field of the provider that is free",
    "unknown-backend": f"the backend {_SLIP}",
    "unknown-key": f"the key {_SLIP}",
    "unknown-model": f"the model {_SLIP}",
    "unknown-provider": f"the provider {_SLIP}; or the condition that its provider has",
    "unknown-shield": f"the shield {_SLIP}",
    "unserved-model": "the name by which this release serves the model",
    "wrong-family": "the only backend of the family that the store needs",
    "wrong-type": "the key in quotes, or the value without its slip",
}
"""What the fix of each rule writes."""


def describe_fix_of(rule: str) -> str:
    """Return the sentence about the fix of a rule for its page."""
    written = FIXES.get(rule)
    if written is None:
        return "It has no fix."
    return f"`--fix` writes {written}."
