"""A field that the definition of the object's kind does not have.

`kubectl` refuses the object. A client that does not validate sends it, and the API
server drops the field. Fields of a `LlamaStackDistribution` have other places in an
`OGXServer`.
"""

from __future__ import annotations

from stackcfg.manifests.objects import OLD_SERVER
from stackcfg.releases.custom_resources import custom_resource
from stackcfg.spelling import is_slip, nearest_word
from stackcfg.validation.manifest_rule import (
    BOTH,
    ERROR,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.queries.suggestions import did_you_mean, list_known
from stackcfg.validation.resource_check import UNKNOWN, FieldError
from stackcfg.validation.rule_finding import RuleFinding, key_of


def check(inspection: ManifestInspection) -> Findings:
    for error in inspection.errors:
        if error.kind == UNKNOWN:
            yield _describe(inspection, error)


def _describe(inspection: ManifestInspection, error: FieldError) -> RuleFinding:
    name = str(error.path[-1])
    known = inspection.resource.names_below(error.field)
    holder = error.field.path or "the object"
    meant = nearest_word(name, known)
    advice = did_you_mean(meant, f"remove it; {list_known('fields', name, known)}")
    if inspection.is_new and _is_old(error):
        advice = "'stackcfg migrate --target 1.5' of the old object says where it goes"
    fix = meant if is_slip(name, meant, known) else None
    return RuleFinding(
        key_of(*error.path),
        f"'{holder}' has no field '{name}'; kubectl refuses it, others drop it",
        help=advice,
        fix=fix,
    )


def _is_old(error: FieldError) -> bool:
    """Return whether the kind before has the field at this place."""
    old = custom_resource(OLD_SERVER)
    path = ".".join(map(str, error.path))
    return old is not None and old.field(path) is not None


RULE = ManifestRule("object-unknown-field", ERROR, __doc__, check, BOTH)
