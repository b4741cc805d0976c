"""The rules for stored rows, one module each; nothing else belongs here.

A module has a docstring, which is the page of its rule, and `RULE`, one of the
five kinds in `row_rule`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from stackcfg.data.row_rule import RowRule
from stackcfg.data.upgrade import Upgrade

# several rules for one row work in this order, each on what those before it made
_MODULES: Final = (
    "registered_resources",
    "vector_store_rows",
    "index_formats",
    "file_contents",
    "chunks",
    "owners",
    "item_order",
    "response_objects",
    "prompt_table",
    "batch_table",
    "connector_table",
    "file_paths",
    "vector_store_tables",
    "chunk_table_names",
)


def _rule(module: str) -> RowRule:
    rule: RowRule = import_module(f"{__name__}.{module}").RULE
    return rule


ROW_RULES: Final = tuple(map(_rule, _MODULES))

LOCATION_PAGES: Final[Mapping[str, str]] = {
    "R0": """Rows go to another database, or their keys get another prefix.

A server reads a KV store by the backend and the namespace of its reference. The key of
a row is NAMESPACE:KEY where there is a namespace; sqlite ignores it until ogx 0.8.0 and
applies it from 1.0.0 on (upstream #5731).
""",
    "R1": """Others share the table: only the store's own keys are taken.

The beginning of a key tells which kind of store it belongs to. Of two vector_io
providers in one table, the registered resources tell which of them a vector store
belongs to.
""",
    "R5": """Rows go to another database or table.

The table of the inference history is `chat_completions` until 0.3.4, that of the
responses `openai_responses` until 0.4.7, whatever the reference says; later the
`table_name` of the reference (upstream #4371, #4764). The other tables have fixed
names. A missing table is made with the columns of the old one.
""",
}
"""The pages of the rules about where rows are, not about their content."""


def row_rule_page(name: str) -> str:
    """Return what a rule is about; the first line is a summary.

    Raises `KeyError`.
    """
    pages = {rule.id: rule.page for rule in ROW_RULES}
    return {**pages, **LOCATION_PAGES}[name]


def row_rule_ids() -> list[str]:
    """Return the ids of all rules, in the order of their numbers."""
    ids = [*LOCATION_PAGES, *(rule.id for rule in ROW_RULES)]
    return sorted(ids, key=lambda each: int(each[1:]))


def rules_due(use: str, upgrade: Upgrade, *, in_place: bool) -> list[RowRule]:
    """Return the rules that rows of a use need on an upgrade."""
    return [rule for rule in ROW_RULES if rule.is_due(use, upgrade, in_place=in_place)]
