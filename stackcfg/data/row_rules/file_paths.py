"""Paths of files follow the renamed config folder (ogx 0.8.0, #5653).

The row of a file holds its absolute path. Where the folder is renamed, or will
be at the first start, a path below the old name leads nowhere: the server lists
the file but cannot read its content.
"""

from __future__ import annotations

import os
from typing import Final

from stackcfg.data.engines.protocol import Row
from stackcfg.data.row_rule import ColumnRule, Fields
from stackcfg.data.upgrade import Upgrade

PATH: Final = "file_path"


def applies_to(upgrade: Upgrade) -> bool:
    """Return whether the upgrade renames the folder."""
    return upgrade.home is not None


def complete(row: Row, upgrade: Upgrade) -> Fields:
    """Return the new path of a file below the folder's old name."""
    home = upgrade.home
    path = row[PATH]
    if home is None or not isinstance(path, str):
        return {}
    if not path.startswith(home.old + os.sep):
        return {}
    return {PATH: home.new + path.removeprefix(home.old)}


RULE: Final = ColumnRule(
    id="R11",
    page=__doc__,
    uses=("files",),
    since=((0, 8, 0),),
    applies_to=applies_to,
    columns=(PATH,),
    complete=complete,
)
