"""Rows under a namespace that the server does not find when it lists them.

Until 0.8.0 the server puts the namespace before the keys of prompts twice, if it
lists them on PostgreSQL, Redis or MongoDB: the list is empty, and a prompt that
clients know by its id can be read, but not changed or deleted. So it is with the
connectors of 0.5.0 to 0.6.1, and with the vector stores of `remote::infinispan`, which
are gone after a start. An empty namespace is the way out; rows that are there already
need `stackcfg data copy`. From 1.0.0 prompts and connectors are in SQL. Source:
`keys_in_range` of the KV stores.

    stores:
      prompts: {backend: kv_postgres, namespace: prompts}   # write namespace: ''
"""

from __future__ import annotations

from stackcfg.stores.store_map import Reference, Store
from stackcfg.validation.queries.unlisted_stores import find_unlisted_stores
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of, value_of


def check(inspection: Inspection) -> Findings:
    """Report each store whose rows are not listed."""
    for store, reference, engine, loss in find_unlisted_stores(inspection):
        where = value_of(*store.path, "namespace")
        if store.state == "absent":
            where = key_of(*store.path[:-1])
        yield RuleFinding(
            where,
            f"on {engine} the namespace '{reference.name}' hides keys: "
            f"{inspection.release} {loss}",
            help=f"{_advise(store, reference)}; rows that are there need 'data copy'",
        )


def _advise(store: Store, reference: Reference) -> str:
    if store.state != "absent":
        return "write \"namespace: ''\""
    name = store.path[-1]
    return f"write \"{name}: {{backend: {reference.backend}, namespace: ''}}\""


RULE = Rule("unlisted-rows", WARNING, __doc__, check)
