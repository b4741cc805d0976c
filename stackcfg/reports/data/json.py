"""The data commands' reports for programs: versioned, described by `schemas/data-report-v1.json`."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Final

from stackcfg.data.locations import RowLocation
from stackcfg.data.moves import Move
from stackcfg.data.result import CopyCounts, UpgradeResult, VerifyCounts
from stackcfg.data.row_rule import Skipped
from stackcfg.data.stored_rows import ConfigSide
from stackcfg.releases.versions import format_release
from stackcfg.reports.console.characters import encodable

VERSION: Final = 1


def render(outcome: UpgradeResult) -> str:
    """An outcome as one JSON document, without credentials."""
    tallies = {id(tally.move): tally for tally in outcome.copies}
    checks = {id(check.move): check for check in outcome.checks}
    document = {
        "version": VERSION,
        "action": outcome.action,
        "old": _side(outcome.old),
        "new": _side(outcome.new),
        "moves": [
            _move(move, outcome, tallies.get(id(move)), checks.get(id(move)))
            for move in outcome.plan.moves
        ],
        "stays": [
            {
                "store": stay.consumer,
                "kind": stay.kind.rows,
                "rows": rows,
                "source": _place(stay.location),
                "reason": stay.reason,
                "person": stay.needs_action,
            }
            for stay, rows in outcome.unmoved.items()
        ],
        "backups": outcome.backups,
    }
    return encodable(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


def _side(side: ConfigSide) -> dict[str, Any]:
    return {
        "file": side.name,
        "releases": [format_release(each) for each in side.releases],
    }


def _move(
    move: Move,
    outcome: UpgradeResult,
    tally: CopyCounts | None,
    check: VerifyCounts | None,
) -> dict[str, Any]:
    result: dict[str, Any] = {
        "store": move.consumer,
        "kind": move.kind.rows,
        "rows": None if move in outcome.absent else outcome.rows[move],
        "source": _place(move.source),
        "target": _place(move.target),
        "rules": list(move.rule_ids),
        "in_place": move.in_place,
    }
    if tally is not None:
        result["copied"] = {
            "rows": tally.rows,
            "added": tally.added,
            "completed": tally.completed,
            "there": tally.present,
            "differing": tally.differing,
            "done_before": tally.done_before,
            "left": _left(tally.skipped),
        }
    if check is not None:
        result["checked"] = {
            "rows": check.rows,
            "there": check.present,
            "missing": check.missing,
            "differing": check.differing,
            "expected": check.expected,
            "found": check.found,
            "left": _left(check.skipped),
        }
    return result


def _left(left: Counter[Skipped]) -> list[dict[str, Any]]:
    return [
        {"reason": each.reason, "rows": count, "person": each.needs_action}
        for each, count in left.items()
    ]


def _place(place: RowLocation) -> dict[str, Any]:
    database = place.database
    return {
        "engine": database.engine,
        "address": list(database.address),
        "table": place.table,
        "prefix": place.prefix,
    }
