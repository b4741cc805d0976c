"""A reference to a backend of the wrong family: a KV store on a SQL one or the reverse.

KV stores (metadata, agent state, vector_io) need a `kv_*` backend, SQL stores
(inference, conversations, responses, files) need a `sql_*` backend. The server
refuses a store under `storage.stores` with the other family. For a provider's
store it stops during start-up with "Unknown KVStore backend" or "Unknown SQL
store backend" (0.3.0, upstream #3697).

    inference: {backend: kv_default, table_name: inference_store}   # needs a sql_* backend
"""

from __future__ import annotations

from typing import Final

from stackcfg.releases.stores import engines
from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.stores.store_map import Store
from stackcfg.validation.rule import ERROR, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of, value_of

STORE_NAMES: Final = {"kv": "a KV store", "sql": "a SQL store"}


def check(inspection: Inspection) -> Findings:
    """Report each reference to the other family, with both of its ends."""
    families = {engine.type: engine.family for engine in engines()}
    for store in inspection.references:
        kind = inspection.backend_type(inspection.backend_of(store))
        if families.get(kind) not in (None, store.family):
            yield _describe(inspection, store, kind)


def _describe(inspection: Inspection, store: Store, kind: str) -> RuleFinding:
    name = inspection.backend_of(store)
    fitting = _fitting_backends(inspection, store.family)
    fix = None
    help_text = f"use one of: {', '.join(fitting)}"
    if len(fitting) == 1:
        fix = fitting[0]
        help_text = f"did you mean '{fix}'?"
    elif not fitting:
        help_text = f"add a backend of a {store.family}_* type"
    definition = key_of(*BACKENDS_PATH, name)
    related = ((definition, f"defined as {kind}"),)
    return RuleFinding(
        value_of(*store.path, "backend"),
        f"'{name}' is a {kind} backend, but "
        f"'{store.path[-1]}' is {STORE_NAMES[store.family]}; "
        f"{inspection.release} refuses to start",
        help=help_text,
        also=() if inspection.has_default_backends else related,
        fix=fix,
    )


def _fitting_backends(inspection: Inspection, family: str) -> list[str]:
    types = {engine.type for engine in engines() if engine.family == family}
    names = inspection.backend_names
    return [name for name in names if inspection.backend_type(name) in types]


RULE = Rule("wrong-family", ERROR, __doc__, check)
