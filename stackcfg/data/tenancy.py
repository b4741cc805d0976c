"""Rows that no user will see, since the new server shows each tenant only rows of its own (1.2.0)."""

from __future__ import annotations

from stackcfg.data.moves import Move
from stackcfg.data.row_rule import Skipped
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.stores import SQL
from stackcfg.releases.versions import format_release


def explain_hidden_rows(move: Move, upgrade: Upgrade) -> Skipped | None:
    """Why nobody will see the rows of a move to SQL tables; None where somebody will."""
    if (
        move.target_family != SQL
        or move.chunks is not None
        or not upgrade.lacks_tenants
    ):
        return None
    words = f"{format_release(upgrade.target)} shows nobody a row without a tenant (server.tenancy.mode: multi)"
    return Skipped(
        f"{words}; set their tenant_id to that of their owner",
        needs_action=True,
        in_place=True,
    )
