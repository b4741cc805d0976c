"""Rows of nobody's get an empty owner (0.4.0, #4273).

A server that knows no users writes an empty `owner_principal` since 0.3.2 (#4118), and from 0.4.0 on it reads such rows
only, so every file, response, chat completion and conversation that 0.3.1 or earlier stored is gone. In both forms such
a row is public; rows that somebody owns stay as they are.

Until 0.2.14 a row has no owner, only the attributes that its readers need (`access_attributes`). One that has some is
private. With an empty owner everybody could read it: it stays as it is, and somebody must say whose it is.

A table that 0.2.14 or earlier made has no such column. A later server adds it, and it holds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stackcfg.data.engines.protocol import is_absent
from stackcfg.data.row_rule import Skipped
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.versions import format_release

OWNER: Final = "owner_principal"
ACCESS: Final = "access_attributes"
COLUMNS: Final = (OWNER, ACCESS)
FILLED: Final = (OWNER, "", ACCESS)
"""What the rule comes to, as a column and what it gets where it and another column hold nothing: databases do it in one
statement.
"""

ACCESS_COLUMNS: Final = {ACCESS: "json", OWNER: "text"}
"""The columns by which every table of a server says who may read a row; added where a table lacks them."""


def completed(row: Mapping[str, Any], _upgrade: Upgrade) -> dict[str, Any]:
    """What must change in a row: an owner that is missing becomes an empty one where anybody may read the row."""
    return {OWNER: ""} if row[OWNER] is None and is_absent(row[ACCESS]) else {}


def left_as_it_is(row: Mapping[str, Any], upgrade: Upgrade) -> Skipped | None:
    """Why a row is not completed though it lacks an owner; None where it lacks none or gets one."""
    return (
        private(upgrade) if row[OWNER] is None and not is_absent(row[ACCESS]) else None
    )


def private(upgrade: Upgrade) -> Skipped:
    """Why a row stays without an owner."""
    words = f"private by their {ACCESS}, of an unknown owner: {format_release(upgrade.target)} shows them only to users with"
    return Skipped(
        f"{words} one of these (an access_policy takes them for nobody's)",
        needs_action=True,
        in_place=True,
    )
