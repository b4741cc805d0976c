"""A store that the server cannot start without.

0.3 needs `metadata` and `conversations`, and `inference` if the inference API
is served. Its models accept a file without them, its start-up refuses it
(0.3.0, upstream #3697). From 0.4.0 on stores that are left out have defaults,
and only an explicit null is refused. With an `access_policy`, ogx 1.1.0 and
later also need `vector_stores` where a provider keeps vector stores and has no
`metadata_store` of its own; so do 1.2.0 and later with several tenants.
"""

from __future__ import annotations

from stackcfg.paths import mapping_at
from stackcfg.releases.stores import StoreField
from stackcfg.runconfig.sections import STORES_PATH
from stackcfg.stores.vector_metadata import VECTOR_STORES
from stackcfg.validation.model_check import DROPPED, ModelError
from stackcfg.validation.queries.backend_families import backends_of_family
from stackcfg.validation.queries.missing_stores import (
    demand_for_vector_metadata,
    missing_stores,
    misspelled_section,
    misspelled_stores,
)
from stackcfg.validation.queries.suggestions import fix_slip, only_one
from stackcfg.validation.rule import ERROR, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import Insertion, RuleFinding, UnsafeFix, key_of


def claims(inspection: Inspection, error: ModelError) -> bool:
    """Claim the unknown keys that `check` names as missing stores."""
    if error.kind != DROPPED or error.path[:-1] != STORES_PATH:
        return False
    return error.path[-1] in misspelled_stores(inspection).values()


def check(inspection: Inspection) -> Findings:
    """Report each missing store, unless the whole section only has a wrong
    name.
    """
    if misspelled_section(inspection):
        return
    misspelled = misspelled_stores(inspection)
    for field in missing_stores(inspection):
        stray = misspelled.get(str(field.path[2]), "")
        yield _describe(inspection, field, stray)


def _describe(
    inspection: Inspection,
    field: StoreField,
    stray: str,
) -> RuleFinding:
    message = (
        f"the store '{field.use}' is missing; {inspection.release} refuses to start"
    )
    if field.use == VECTOR_STORES:
        message += f" with '{demand_for_vector_metadata(inspection)}'"
    if stray:
        name = str(field.path[2])
        place, help_text = key_of(*STORES_PATH, stray), f"did you mean '{name}'?"
        return RuleFinding(
            place,
            message,
            help_text,
            fix=fix_slip(stray, name, [name]),
        )
    reference = f"{{backend: …, {field.name_field}: {field.default}}}"
    help_text = f"add storage.stores.{field.use}: {reference}"
    return RuleFinding(
        key_of(*field.path), message, help_text, unsafe=_add_store(inspection, field)
    )


def _add_store(inspection: Inspection, field: StoreField) -> UnsafeFix | None:
    """Return the fix that puts a store on the only backend of its family."""
    stores = mapping_at(inspection.data, STORES_PATH)
    backend = only_one(backends_of_family(inspection, field.family))
    if not stores or not backend or field.path[:-1] != STORES_PATH:
        return None
    reference = (("backend", backend), (field.name_field, field.default))
    behind = (*STORES_PATH, str(list(stores)[-1]))
    insertion = Insertion(behind, str(field.path[-1]), reference)
    return UnsafeFix(f"add it on the backend '{backend}'", (insertion,))


RULE = Rule("missing-store", ERROR, __doc__, check, claims=claims)
