"""The migration report for programs: versioned, described by `schemas/migrate-report-v1.json`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from stackcfg.migration.outcome import MigratedFile
from stackcfg.migration.result import ConfigResult
from stackcfg.redaction.secrets import mask_secrets
from stackcfg.reports.console.characters import encodable
from stackcfg.stores.store_map import Location
from stackcfg.stores.visibility import StoreVisibility

VERSION: Final = 1
PUBLIC: Final = ("db_path", "host", "port", "db")
"""The fields of a connection that say where it is; all others may be credentials."""


def render(outcomes: Sequence[MigratedFile], target: str, layout: str) -> str:
    """All outcomes as one JSON document, without credentials."""
    document = {
        "version": VERSION,
        "target": target,
        "layout": layout,
        "files": [_file(outcome) for outcome in outcomes],
    }
    return encodable(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


def _file(outcome: MigratedFile) -> dict[str, Any]:
    result: dict[str, Any] = {"file": outcome.file, "status": outcome.status}
    if outcome.problem is not None:
        problem = outcome.problem
        result["problem"] = {"message": problem.message, "hint": problem.hint}
        if problem.line:
            result["problem"] |= {"line": problem.line, "column": problem.column}
    if outcome.backup:
        result["backup"] = outcome.backup
    if outcome.data_command:
        result["data_command"] = outcome.data_command
    if outcome.migration is not None:
        result["changed"] = outcome.migration.changed
        result["configs"] = [_config(config) for config in outcome.migration.configs]
    return result


def _config(config: ConfigResult) -> dict[str, Any]:
    return {
        "place": config.place,
        "changed": config.changed,
        "was_for": config.fits,
        "proof": list(config.proof),
        "stores": [_row(row) for row in config.rows],
        "findings": [
            {
                "kind": each.severity,
                "message": each.message,
                "line": each.position.line,
                "column": each.position.column,
            }
            for each in config.findings
        ],
    }


def _row(row: StoreVisibility) -> dict[str, Any]:
    return {
        "consumer": row.consumer,
        "backend": row.backend,
        "before": _location(row.before),
        "after": _location(row.after),
        "data": row.status,
        "reason": row.reason,
    }


def _location(place: Location | None) -> dict[str, Any] | None:
    if place is None:
        return None
    connection = {
        name: mask_secrets(value) for name, value in place.connection if name in PUBLIC
    }
    return {
        "engine": place.engine,
        "connection": connection,
        "table": place.table,
        "prefix": place.prefix,
    }
