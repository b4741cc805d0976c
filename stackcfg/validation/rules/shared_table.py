"""Two SQL stores in one table of one database.

The table of conversations, files metadata, and until 0.4.x that of responses, is fixed: `table_name` is required in
the reference and has no effect. Two files providers on one backend share `openai_files` whatever they are told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.releases.stores import SQL
from stackcfg.releases.versions import format_release
from stackcfg.stores.store_map import Store
from stackcfg.validation.findings import WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each store whose table another store uses."""
    seen: dict[tuple[object, ...], Store] = {}
    for use in inspection.references:
        if use.family != SQL or use.location is None:
            continue
        other = seen.setdefault(use.location.place, use)
        if other is use:
            continue
        fixed = (
            use.fact.table and use.reference and use.fact.table != use.reference.name
        )
        why = (
            f"; {format_release(inspection.version)} ignores its table_name"
            if fixed
            else ""
        )
        yield RuleFinding(
            key_of(*use.path),
            f"'{use.path[-1]}' and another store write to one table, '{use.location.table}'{why}",
            help="give one of the two a backend of its own"
            if use.fact.table
            else "give one of the two another table_name",
            also=((key_of(*other.path), "the other store"),),
        )


RULE: Final = Rule("shared-table", WARNING, __doc__, check=check)
