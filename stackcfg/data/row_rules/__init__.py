"""The rules for stored rows, one module each; nothing else belongs here.

A module has a docstring, which is the page of its rule, and `RULE`, one
of the five kinds in `row_rule`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import get_data
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


def _read_location_pages() -> Mapping[str, str]:
    text = (get_data(__name__, "LOCATIONS.md") or b"").decode()
    _, *sections = text.split("\n## ")
    parts = [section.partition("\n\n") for section in sections]
    return {rule: page for rule, _, page in parts}


LOCATION_PAGES: Final = _read_location_pages()
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
