"""Rows without an owner get an empty `owner_principal` (0.4.0, #4273).

A server without users writes an empty `owner_principal` since 0.3.2
(#4118), and from 0.4.0 on it reads only such rows, so it no longer
finds the files, responses, chat completions and conversations that
0.3.1 or earlier stored. In both forms such a row is public; rows that
have an owner stay as they are.

Until 0.2.14 a row has no owner, only the attributes that its readers
need (`access_attributes`). A row that has some is private. With an
empty owner everybody could read it: it stays as it is, and needs an
owner by hand.

A table that 0.2.14 or earlier made has no such column. A later server
adds the column, and it is NULL in old rows.
"""

from __future__ import annotations

from typing import Final

from stackcfg.data.engines.protocol import Row, is_absent
from stackcfg.data.row_rule import ColumnRule, Fields, NullFill, Skipped
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.versions import format_release

OWNER: Final = "owner_principal"
ACCESS: Final = "access_attributes"
ACCESS_COLUMNS: Final = {ACCESS: "json", OWNER: "text"}
"""The columns by which every table of a server says who may read a row."""

PUBLIC_ROW: Final = {ACCESS: None, OWNER: ""}
"""Their values in a row that everybody may read."""


def complete(row: Row, _upgrade: Upgrade) -> Fields:
    """Return an empty owner for a row without one that everybody may read."""
    if row[OWNER] is None and is_absent(row[ACCESS]):
        return {OWNER: ""}
    return {}


def explain_private(upgrade: Upgrade) -> Skipped:
    """Return why a private row stays without an owner."""
    release = format_release(upgrade.target)
    reason = (
        f"private ({ACCESS}) and without an owner: {release} shows them only to users "
        "with one of these attributes (with an access_policy, as rows without an owner)"
    )
    return Skipped(reason, needs_action=True, in_place=True)


RULE: Final = ColumnRule(
    id="R6",
    page=__doc__,
    uses=("inference", "responses", "files", "conversations"),
    since=((0, 4, 0),),
    columns=(OWNER, ACCESS),
    complete=complete,
    fill=NullFill(OWNER, "", ACCESS, ACCESS_COLUMNS, explain_private),
)
