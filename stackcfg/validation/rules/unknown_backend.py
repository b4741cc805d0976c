"""A reference to a backend that `storage.backends` does not define.

For a store under `storage.stores` the server refuses the file. For a provider's
store it stops during start-up with "Unknown KVStore backend" or "Unknown SQL
store backend" (0.3.0, upstream #3697). Backends are found by their exact name.

    storage:
      backends:
        kv_default: {type: kv_sqlite, db_path: /data/kv.db}
      stores:
        metadata: {backend: kv_defualt, namespace: registry}   # not defined
"""

from __future__ import annotations

from stackcfg.light_typing import Final
from stackcfg.paths import value_at
from stackcfg.runconfig.placeholders import has_placeholder
from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.stores.store_map import Store
from stackcfg.validation.descriptions import quote_names
from stackcfg.validation.queries.backend_families import backends_of_family
from stackcfg.validation.queries.dangling_references import (
    DanglingReference,
    dangling_references,
)
from stackcfg.validation.queries.suggestions import (
    did_you_mean,
    fix_misspelled_value,
    guess_value,
    only_one,
)
from stackcfg.validation.queries.wording import BACKENDS_HERE
from stackcfg.validation.rule import ERROR, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import EntryPart, RuleFinding, key_of, value_of

SHOWN: Final = 8
"""How many of the backends that are defined a message names."""


def check(inspection: Inspection) -> Findings:
    """Report each dangling reference, also those that a provider adds by
    default.
    """
    for reference in dangling_references(inspection):
        yield _describe_written(inspection, reference)
    for store in inspection.implied:
        if not _is_defined(inspection, store):
            yield _describe_implied(inspection, store)


def _is_defined(inspection: Inspection, store: Store) -> bool:
    if store.reference is None:
        return False
    return store.reference.backend in inspection.backend_names


def _describe_written(
    inspection: Inspection, reference: DanglingReference
) -> RuleFinding:
    place = value_of(*reference.path, "backend")
    written = value_at(inspection.data, place.path)
    name = f"backend '{reference.name}'"
    is_rewritten = isinstance(written, str) and not has_placeholder(written)
    if is_rewritten and written != reference.name:
        # ogx 1.0.0 looks for prompts in `sql_a` where `kv_a` is written
        name += f" (made from '{written}')"
    return RuleFinding(
        place,
        f"{name} is not defined; {inspection.release} refuses to start",
        help=did_you_mean(reference.meant, _define_it(inspection)),
        also=_other_end(inspection, reference),
        fix=fix_misspelled_value(
            inspection,
            place.path,
            reference.name,
            reference.meant,
            inspection.backend_names,
        ),
        guess=guess_value(
            inspection,
            place.path,
            reference.name,
            reference.meant or _only_backend(inspection, reference.family),
        ),
    )


def _only_backend(inspection: Inspection, family: str) -> str:
    return only_one(backends_of_family(inspection, family))


def _define_it(inspection: Inspection) -> str:
    known = _known_backends(inspection)
    if inspection.has_default_backends:
        return (
            f"define it under storage.backends; without this section there are {known}"
        )
    return f"define it under storage.backends; defined: {known}"


def _known_backends(inspection: Inspection) -> str:
    names = list(inspection.backend_names)
    if not names:
        return "none"
    quoted = quote_names(names[:SHOWN])
    if len(names) > SHOWN:
        return f"{quoted} and {len(names) - SHOWN} more"
    return quoted


def _other_end(
    inspection: Inspection, reference: DanglingReference
) -> tuple[tuple[EntryPart, str], ...]:
    if inspection.has_default_backends:
        return ()
    if reference.meant:
        return ((key_of(*BACKENDS_PATH, reference.meant), "probably meant"),)
    return BACKENDS_HERE


def _describe_implied(inspection: Inspection, store: Store) -> RuleFinding:
    field = store.path[-1]
    name = store.reference.backend if store.reference else ""
    known = _known_backends(inspection)
    reference = f"{{{store.fact.name_field}: {store.fact.default}, backend: …}}"
    return RuleFinding(
        key_of(*store.path[:-1]),
        f"'{store.fact.api}' uses backend '{name}' without '{field}', and "
        f"'{name}' is "
        f"not defined; {inspection.release} refuses to start",
        help=f"write {field}: {reference}; defined backends: {known}",
        also=BACKENDS_HERE,
    )


RULE = Rule("unknown-backend", ERROR, __doc__, check)
