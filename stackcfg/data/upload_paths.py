"""Uploads whose rows name another folder than the one in which they are.

The row of a file holds its absolute path. Where the folder of uploads
was restored, mounted or copied elsewhere, as for a rehearsal, rows name
a path outside of `storage_dir`. Servers before 0.7.3 read every path;
later ones refuse those outside: "File path does not resolve to a valid
storage location" (`providers/inline/files/localfs/files.py`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

from stackcfg.data.disk.moves import FileMove
from stackcfg.data.engines.opening import Readers
from stackcfg.data.moves import Move, UpgradePlan
from stackcfg.data.row_rules.file_paths import PATH, RULE
from stackcfg.data.upgrade import MovedFolder, Upgrade
from stackcfg.light_typing import Final
from stackcfg.releases.versions import Release

CONTAINED_SINCE: Final[Release] = (0, 7, 3)


def follow_uploads(plan: UpgradePlan, readers: Readers) -> UpgradePlan:
    """Return the plan with the folders that only rows name, so that R11 applies.

    Raises `DatabaseError`.
    """
    if plan.upgrade.target < CONTAINED_SINCE:
        return plan
    moves = []
    folders: dict[MovedFolder, None] = {}
    for move in plan.moves:
        found = set(_find_other_folders(move, plan, readers))
        if found and RULE not in move.rules:
            move = replace(move, rules=(*move.rules, RULE))
        moves.append(move)
        folders |= dict.fromkeys(sorted(found))
    if not folders:
        return plan
    known = plan.upgrade.moved_folders
    upgrade = replace(plan.upgrade, moved_folders=(*known, *folders))
    return replace(plan, upgrade=upgrade, moves=tuple(moves))


def _find_other_folders(
    move: Move, plan: UpgradePlan, readers: Readers
) -> Iterator[MovedFolder]:
    if move.kind.use not in RULE.uses:
        return
    source = readers.get(move.source.database)
    if source is None or not source.has_table(move.source.table):
        return
    for files in plan.files:
        # an upload is below its folder by its id
        if files.store == move.store and files.prefix and not files.left:
            for row in source.rows(move.source.table, (PATH,)):
                folder = _other_folder(row[PATH], files, plan.upgrade)
                if folder is not None:
                    yield folder


def _other_folder(
    path: object, files: FileMove, upgrade: Upgrade
) -> MovedFolder | None:
    if not isinstance(path, str) or RULE.complete({PATH: path}, upgrade):
        return None
    folder, name = os.path.split(path)
    if os.path.realpath(path).startswith(files.target + os.sep):
        return None
    if os.path.isfile(os.path.join(files.source, name)):
        return MovedFolder(folder, files.target)
    return None
