"""A reference to a backend of the wrong family: a KV store on a SQL backend or the reverse.

Key-value stores (metadata, agent state, vector_io) need a `kv_*` backend, tables (inference, conversations, responses,
files) a `sql_*` one. The server refuses a store under `storage.stores` that points to the other family; a provider's
store stops the start with "Unknown KVStore backend" or "Unknown SQL store backend" (0.3.0, upstream #3697).

    inference: {backend: kv_default, table_name: inference_store}   # needs a sql_* backend
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.releases.stores import engines
from stackcfg.releases.versions import format_release
from stackcfg.validation.findings import ERROR
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of, value_of

NAMES: Final = {"kv": "a KV store", "sql": "a SQL store"}


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each reference across families, with both of its ends."""
    types = {engine.type: engine.family for engine in engines()}
    for use in inspection.references:
        name = inspection.backend_of(use)
        kind = inspection.backend_type(name)
        if types.get(kind) in (None, use.family):
            continue
        fitting = [
            each
            for each in inspection.backend_names
            if types.get(inspection.backend_type(each)) == use.family
        ]
        place = value_of(*use.path, "backend")
        only = (
            f"did you mean '{fitting[0]}'?"
            if len(fitting) == 1
            else f"use one of: {', '.join(fitting)}"
        )
        yield RuleFinding(
            place,
            f"'{name}' is {kind}, but {_name(use.path)} is {NAMES[use.family]}; "
            f"{format_release(inspection.version)} refuses to start",
            help=only if fitting else f"add a backend of a {use.family}_* type",
            also=()
            if inspection.has_default_backends
            else ((key_of("storage", "backends", name), f"defined as {kind}"),),
            rewrite=((place, fitting[0]),) if len(fitting) == 1 else (),
        )


def _name(path: tuple[str | int, ...]) -> str:
    return f"'{path[-1]}'"


RULE: Final = Rule("wrong-family", ERROR, __doc__, check=check)
