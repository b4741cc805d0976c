"""What must happen to rows so that a later release reads them. One module per rule.

A module has a docstring, which is the rule's page: what changed, in which release, what the server does with a row that
was not changed. Its `KEYS` begin the keys that it looks at in a KV store. It defines one of

- `rows(key, value, upgrade)`: the rows that a KV row becomes, or why it becomes none (`Left`), and where there must be
  rows that no row becomes, `made_rows(owner, provider_type, upgrade)`;
- `table_rows(key, value, neighbour)`: the same for rows that went from KV to the SQL table `TABLE` of columns `SCHEMA`;
- `kv_rows(table, row, provider_type, upgrade)`: the same for rows that went to KV from the SQL tables `TABLES`;
- `completed(row, upgrade)`: what must change in a row of a SQL table, and `COLUMNS`, the columns that it looks at.
  `FILLED` says so where that is only a column that must not be null; what stays null then is `left_as_it_is`, and
  `private` says why.

A module with `applies(upgrade)` is asked whether the upgrade needs it at all. Rules are pure, keep what an earlier
release reads in a row, and find nothing to do in a row that is as it must be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from types import ModuleType
from typing import Final

from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.versions import Release


@dataclass(frozen=True)
class RowRule:
    """One rule: its id, the uses whose rows it is for, the releases that brought it up, the name of its module.

    `on_copy`: rows that go to another place need it in any case.
    """

    id: str
    uses: tuple[str, ...]
    since: tuple[Release, ...]
    name: str
    on_copy: bool = False

    @cached_property
    def module(self) -> ModuleType:
        """Its module, imported now if it was not."""
        return import_module(f"stackcfg.data.row_rules.{self.name}")

    def is_due(self, use: str, upgrade: Upgrade, in_place: bool) -> bool:
        """Whether rows of a use need it on this upgrade. What the old server did not see is not to come back."""
        crossed = any(upgrade.source < each <= upgrade.target for each in self.since)
        if use not in self.uses or not (crossed or (self.on_copy and not in_place)):
            return False
        return not hasattr(self.module, "applies") or bool(self.module.applies(upgrade))

    @property
    def to_table(self) -> bool:
        """Whether it is for rows that go from a KV store to a SQL table."""
        return hasattr(self.module, "table_rows")

    @property
    def to_keys(self) -> bool:
        """Whether it is for rows that go from SQL tables to a KV store."""
        return hasattr(self.module, "kv_rows")


ROW_RULES: Final[tuple[RowRule, ...]] = (
    # several that look at one row work in this order, each on what those before it made
    RowRule(
        "R2",
        ("metadata",),
        ((0, 1, 5), (0, 2, 8), (0, 2, 10), (0, 3, 0)),
        "registered_resources",
        on_copy=True,
    ),
    RowRule(
        "R3", ("vector_io",), ((0, 3, 0), (0, 3, 5), (1, 0, 0)), "vector_store_rows"
    ),
    RowRule("R12", ("vector_io",), ((0, 2, 13),), "index_formats"),
    RowRule("R13", ("vector_io",), ((0, 2, 16),), "file_contents"),
    RowRule("R4", ("vector_io",), ((0, 4, 0),), "chunks"),
    RowRule(
        "R6",
        ("inference", "responses", "files", "conversations"),
        ((0, 4, 0),),
        "owners",
    ),
    RowRule("R7", ("responses",), ((0, 5, 0), (1, 1, 0)), "response_objects"),
    RowRule("R8", ("prompts",), ((1, 0, 0),), "prompt_table"),
    RowRule("R9", ("batches",), ((1, 0, 0),), "batch_table"),
    RowRule("R10", ("connectors",), ((1, 0, 0),), "connector_table"),
    RowRule("R11", ("files",), ((0, 8, 0),), "file_paths"),
    RowRule("R14", ("vector_io",), ((0, 2, 15),), "vector_store_tables"),
)


PLACES: Final[Mapping[str, str]] = {
    "R0": """Rows go to another database, or their keys get another prefix.

A server reads a KV store by the backend and the namespace of its reference. The key of a row is NAMESPACE:KEY where
there is a namespace; sqlite ignores it until ogx 0.8.0 and applies it from 1.0.0 on (upstream #5731).
""",
    "R1": """Others share the table: only the store's own keys are taken.

What a key begins with tells which kind of store it is of. Of two vector_io providers in one table, the registered
resources tell which of them a vector store belongs to.
""",
    "R5": """Rows go to another database or table.

The table of the inference history is `chat_completions` until 0.3.4, that of the responses `openai_responses` until
0.4.7, whatever the reference says; later the `table_name` of the reference (upstream #4371, #4764). The other tables
have fixed names. A table that is not there is made with the columns of the old one.
""",
}
"""The rules about where rows are, not about what is in them."""


def row_rule_page(name: str) -> str:
    """What a rule is about, in full; its first line is a summary. Raises `KeyError`."""
    found = {rule.id: rule for rule in ROW_RULES}
    return PLACES[name] if name in PLACES else str(found[name].module.__doc__)


def row_rule_ids() -> list[str]:
    """All rules, in the order of their numbers."""
    return sorted(
        [*PLACES, *(rule.id for rule in ROW_RULES)], key=lambda each: int(each[1:])
    )


def rules_due(use: str, upgrade: Upgrade, *, in_place: bool) -> tuple[RowRule, ...]:
    """The rules that rows of a use need on an upgrade."""
    return tuple(rule for rule in ROW_RULES if rule.is_due(use, upgrade, in_place))
