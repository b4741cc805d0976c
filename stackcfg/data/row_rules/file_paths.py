"""Paths of files follow their folder (renamed in ogx 0.8.0, #5653).

The row of a file holds its absolute path. Where the config folder is
renamed, or will be at the first start, or the new config names another
`storage_dir`, a path below the old one leads nowhere: the server lists
the file but cannot read its content. Since 0.7.3 it refuses each path
outside of its `storage_dir`: rows of uploads that were restored,
mounted or copied elsewhere name the folder in which they are now.
"""

from __future__ import annotations

from typing import Final

from stackcfg.data.engines.protocol import Row
from stackcfg.data.row_rule import ColumnRule, Fields
from stackcfg.data.upgrade import MovedFolder, Upgrade

PATH: Final = "file_path"


def applies_to(upgrade: Upgrade) -> bool:
    """Return whether the files are elsewhere after the upgrade."""
    return upgrade.home is not None or bool(upgrade.moved_folders)


def tell_apart(upgrade: Upgrade) -> list[str]:
    """Return where the folders are that the new config has elsewhere."""
    return [folder.new for folder in upgrade.moved_folders]


def complete(row: Row, upgrade: Upgrade) -> Fields:
    """Return the new path of a file below a folder that moved."""
    path = row[PATH]
    if not isinstance(path, str):
        return {}
    for folder in upgrade.moved_folders:
        new_path = folder.follow(path)
        if new_path != path:
            return {PATH: new_path}
    home = upgrade.home
    if home is None:
        return {}
    new_path = MovedFolder(home.old, home.new).follow(path)
    return {PATH: new_path} if new_path != path else {}


RULE: Final = ColumnRule(
    id="R11",
    page=__doc__,
    uses=("files",),
    since=((0, 8, 0),),
    any_release=True,
    applies_to=applies_to,
    tell_apart=tell_apart,
    columns=(PATH,),
    complete=complete,
)
