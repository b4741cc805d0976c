"""Rows of nobody's get an empty owner (0.4.0, #4273).

A server that knows no users writes an empty `owner_principal` since 0.3.2 (#4118), and from 0.4.0 on it reads such rows
only, so every file, response, chat completion and conversation that 0.3.1 or earlier stored is gone. In both forms such
a row is public; rows that somebody owns stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stackcfg.data.upgrade import Upgrade

OWNER: Final = "owner_principal"
COLUMNS: Final = (OWNER,)
FILLED: Final = (OWNER, "")
"""What the rule comes to, as a column and what it gets where it holds nothing: databases do it in one statement."""


def completed(row: Mapping[str, Any], _upgrade: Upgrade) -> dict[str, Any]:
    """What must change in a row: an owner that is missing becomes an empty one."""
    return {OWNER: ""} if row[OWNER] is None else {}
