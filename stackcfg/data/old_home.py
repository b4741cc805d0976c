"""Rows in files that the new server moves away from where its config has them.

The first start of 0.8.0 and later renames `~/.llama` to `~/.ogx` (#5653). Where the
new config names a file by the old name of the folder, its server makes an empty one.
"""

from __future__ import annotations

from collections.abc import Mapping

from stackcfg.data.locations import HomeFolder
from stackcfg.data.moves import Move, Unmoved, UpgradePlan
from stackcfg.releases.changes import NEW_FOLDER_VARIABLE
from stackcfg.releases.versions import Release, format_release


def find_left_behind(
    plan: UpgradePlan, rows: Mapping[Move, int]
) -> Mapping[Unmoved, int]:
    """Return why the new server will not find rows, and how many these are.

    `rows` are those of each move.
    """
    home = plan.upgrade.home
    if home is None:
        return {}
    reason = _explain(home, plan.upgrade.target)
    found: dict[Unmoved, int] = {}
    for move in plan.moves:
        if move.target.by_old_home and rows[move]:
            left = Unmoved(
                move.store, move.kind, move.target, reason, needs_action=True
            )
            found[left] = rows[move]
    return found


def _explain(home: HomeFolder, target: Release) -> str:
    moved = (
        f"{format_release(target)} moves the folder to {home.new} at its first start"
    )
    if home.renamed:
        moved = f"the folder was moved to {home.new}"
    return (
        f"the new config has files with rows in {home.old}; {moved}, and the server makes "
        f"empty ones; write {home.new} in the new config, or set {NEW_FOLDER_VARIABLE} "
        f"to {home.old} for the server and for this command"
    )
