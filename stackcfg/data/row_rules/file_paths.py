"""Paths of files follow the renamed config folder (ogx 0.8.0, #5653).

The row of a file holds its absolute path. Where the folder is renamed, or will be at the first start, a path below the
old name leads nowhere, and the content of the file is gone though its row is there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final

from stackcfg.data.upgrade import Upgrade

PATH: Final = "file_path"
COLUMNS: Final = (PATH,)


def applies(upgrade: Upgrade) -> bool:
    """Whether the folder is renamed on the way at all."""
    return upgrade.home is not None


def completed(row: Mapping[str, Any], upgrade: Upgrade) -> dict[str, Any]:
    """What must change in a row: a path below the folder's old name."""
    home, path = upgrade.home, row[PATH]
    if (
        home is None
        or not isinstance(path, str)
        or not path.startswith(home.old + os.sep)
    ):
        return {}
    return {PATH: home.new + path[len(home.old) :]}
