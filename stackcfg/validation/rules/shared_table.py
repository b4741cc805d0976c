"""Two SQL stores in one table of one database.

The tables of conversations, of files metadata and, up to 0.4.x, of responses
have fixed names: `table_name` is required in the reference and has no effect.
Two files providers on one backend share the table `openai_files`, whatever
their `table_name`.
"""

from __future__ import annotations

from stackcfg.releases.stores import SQL
from stackcfg.stores.store_map import Store
from stackcfg.validation.queries.moved_stores import name_apart
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, UnsafeFix, key_of


def check(inspection: Inspection) -> Findings:
    """Report each store whose table an earlier store uses."""
    seen: dict[tuple[object, ...], Store] = {}
    for store in inspection.references:
        if store.family == SQL and store.location is not None:
            other = seen.setdefault(store.location.place, store)
            if other is not store:
                yield _describe(
                    inspection,
                    store,
                    other,
                    store.location.table,
                )


def _describe(
    inspection: Inspection, store: Store, other: Store, table: str
) -> RuleFinding:
    message = f"'{store.path[-1]}' and another store write to one table, '{table}'"
    help_text = "give one of the two another table_name"
    fixed_table = store.fact.table
    movable = store
    if fixed_table:
        movable = other
        help_text = "give one of the two its own backend"
        if store.reference and store.reference.name != fixed_table:
            message += f", since {inspection.release} ignores 'table_name' here"
    return RuleFinding(
        key_of(*store.path),
        message,
        help=help_text,
        also=((key_of(*other.path), "the other store"),),
        unsafe=_rename(inspection, movable),
    )


def _rename(inspection: Inspection, store: Store) -> UnsafeFix | None:
    if store.fact.table:
        return None
    return name_apart(inspection, store, "table_name")


RULE = Rule("shared-table", WARNING, __doc__, check)
