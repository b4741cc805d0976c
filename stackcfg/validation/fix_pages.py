"""What the fixes of rules write, for their pages.

A rule that is not named here has no fix. A test holds the names against
the fixes of all fixtures. A fix that is safe writes what is certainly
meant, and no store has another location then.
"""

from __future__ import annotations

from collections.abc import Mapping

from stackcfg.light_typing import Final

_SLIP: Final = "that was meant, if it is one or two letters away and no other is near"

FIXES: Final[Mapping[str, str]] = {
    "authentication": f"the value {_SLIP}",
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
    "unused-ignore": "the comment without the rules that it does not silence, or takes it away",
    "unserved-model": "the name by which this release serves the model",
    "wrong-family": "the only backend of the family that the store needs",
    "wrong-type": "the key in quotes, or the value without its slip",
}
"""What the safe fix of each rule writes."""

_MEANT: Final = "that was probably meant"
_NOT_SEEN: Final = "to which its rows are not visible then"

UNSAFE_FIXES: Final[Mapping[str, str]] = {
    "api-without-provider": "`apis` without the API",
    "authentication": f"the key {_MEANT}",
    "backend-field": f"the field {_MEANT}; stores can have another location then",
    "backend-type": f"the type {_MEANT}",
    "doubled-prefix": "the name that the provider has for the model as its `provider_model_id`",
    "duplicate-connector": "the list without the connector that the server ignores",
    "duplicate-key": "the mapping without the entry that the server drops",
    "duplicate-provider": "the list without the provider that the server ignores",
    "empty-apis": "the file without `apis`",
    "inert-key": "the file without the key",
    "literal-password": "a variable in place of the secret; set it where the server starts",
    "missing-store": "the store on the only backend of its family",
    "old-home": "`~/.ogx` in place of `~/.llama`",
    "placeholder-syntax": "the variable as `${env.NAME}`, where nothing else is wrong with it",
    "postgres-url": "`%40` in place of the `@`",
    "reference-field": f"the field {_MEANT}",
    "retyped-default": "the number that the server reads",
    "shared-namespace": f"a namespace of its own for the second store, {_NOT_SEEN}",
    "shared-table": f"a table of its own for one of the stores, {_NOT_SEEN}",
    "store-field": "the config without a reference that is left over",
    "tilde-path": "`${env.HOME}` in place of the `~`",
    "tls-required": "the file without `verify_tls: false`",
    "unknown-backend": f"the backend {_MEANT}, or the only one of the family",
    "unknown-key": f"the key {_MEANT}",
    "unknown-model": f"the model {_MEANT}",
    "unknown-provider": f"the provider {_MEANT}, or the only one",
    "unknown-shield": f"the shield {_MEANT}, or the only one",
    "unused-backend": "the file without the backend",
}
"""What the fix of each rule writes that changes what the server does,
or chooses between what may be meant.
"""


def describe_fix_of(rule: str) -> str:
    """Return the sentences about the fixes of a rule for its page."""
    sentences: list[str] = []
    if rule in FIXES:
        sentences.append(f"`--fix` writes {FIXES[rule]}.")
    if rule in UNSAFE_FIXES:
        sentences.append(f"`--fix --unsafe-fixes` writes {UNSAFE_FIXES[rule]}.")
    return " ".join(sentences) or "It has no fix."
