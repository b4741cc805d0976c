"""Items of a conversation get the number that orders them (1.1.0).

Until 1.0.4 the items of a conversation are listed by the second in
which they were stored, and those of one second as they are in the
table: the question and the answer of one response have the same second.
From 1.1.0 on they are listed by `sort_order`, which a later server
leaves NULL in old rows. Then the order of a conversation is by chance,
on PostgreSQL old items come after new ones, and in 1.5.0 the second
page of a list is an error. Old items get negative numbers, in their
order, since the server numbers new ones from 0.

Source: `list_items` and `_next_sort_order` of 0.7.3, ogx 1.0.4, 1.1.3
and 1.5.0.
"""

from __future__ import annotations

from typing import Final

from stackcfg.data.engines.protocol import Row
from stackcfg.data.row_rule import ColumnRule, Fields, NullRank
from stackcfg.data.upgrade import Upgrade

CONVERSATION: Final = "conversation_id"
TIME: Final = "created_at"
NUMBER: Final = "sort_order"


def complete(_row: Row, _upgrade: Upgrade) -> Fields:
    """Return nothing: the number of a row depends on other rows."""
    return {}


RULE: Final = ColumnRule(
    id="R16",
    page=__doc__,
    uses=("conversations",),
    since=((1, 1, 0), (1, 5, 0)),
    columns=(CONVERSATION, TIME),
    complete=complete,
    rank=NullRank(NUMBER, CONVERSATION, TIME, {NUMBER: "integer"}),
)
