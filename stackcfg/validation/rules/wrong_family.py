"""A reference to a backend of the wrong family: a KV store on a SQL one or the reverse.

KV stores (metadata, agent state, vector_io) need a `kv_*` backend, SQL stores
(inference, conversations, responses, files) need a `sql_*` backend. The server
refuses a store under `storage.stores` with the other family. For a provider's
store it stops during start-up with "Unknown KVStore backend" or "Unknown SQL
store backend" (0.3.0, upstream #3697).

    inference: {backend: kv_default, table_name: inference_store}   # needs a sql_* backend
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.paths import Path
from stackcfg.releases.stores import engines
from stackcfg.runconfig.sections import BACKENDS_PATH, UNUSED_STORE_PATH
from stackcfg.stores.store_map import is_reference
from stackcfg.validation.queries.backend_families import backends_of_family
from stackcfg.validation.rule import ERROR, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of, value_of

STORE_NAMES: Final = {"kv": "a KV store", "sql": "a SQL store"}


class _Named(NamedTuple):
    """A reference: its path, the family that it needs, and its backend."""

    path: Path
    family: str
    backend: str


def check(inspection: Inspection) -> Findings:
    """Report each reference to the other family, with both of its ends."""
    families = {engine.type: engine.family for engine in engines()}
    for named in _find_named(inspection):
        kind = inspection.backend_type(named.backend)
        if families.get(kind) not in (None, named.family):
            yield _describe(inspection, named, kind)


def _find_named(inspection: Inspection) -> Iterator[_Named]:
    for store in inspection.references:
        yield _Named(store.path, store.family, inspection.backend_of(store))
    seen = inspection.seen(UNUSED_STORE_PATH)
    if is_reference(seen) and not inspection.is_dropped(UNUSED_STORE_PATH):
        yield _Named(UNUSED_STORE_PATH, "sql", str(seen["backend"]))


def _describe(
    inspection: Inspection,
    named: _Named,
    kind: str,
) -> RuleFinding:
    name = named.backend
    fitting = backends_of_family(inspection, named.family)
    fix = None
    help_text = f"use one of: {', '.join(fitting)}"
    if len(fitting) == 1:
        fix = fitting[0]
        help_text = f"did you mean '{fix}'?"
    elif not fitting:
        help_text = f"add a backend of a {named.family}_* type"
    definition = key_of(*BACKENDS_PATH, name)
    related = ((definition, f"defined as {kind}"),)
    return RuleFinding(
        value_of(*named.path, "backend"),
        f"'{name}' is a {kind} backend, but "
        f"'{named.path[-1]}' is {STORE_NAMES[named.family]}; "
        f"{inspection.release} refuses to start",
        help=help_text,
        also=() if inspection.has_default_backends else related,
        fix=fix,
    )


RULE = Rule("wrong-family", ERROR, __doc__, check)
