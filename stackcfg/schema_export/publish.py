"""The JSON Schemas that this project publishes, made from its models.

`python -m stackcfg.schema_export.publish FOLDER` writes them.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Final

from pydantic import TypeAdapter

from stackcfg.releases.families import families
from stackcfg.reports.data.json import DataReport
from stackcfg.reports.migrate.json import MigrateReport
from stackcfg.reports.show.json import ShowReport
from stackcfg.reports.validate.json import ValidateReport
from stackcfg.schema_export.run_config import DRAFT, run_config_schema

REPORTS: Final[dict[str, type]] = {
    "migrate-report-v2.json": MigrateReport,
    "validate-report-v1.json": ValidateReport,
    "show-report-v1.json": ShowReport,
    "data-report-v2.json": DataReport,
}


def schemas() -> dict[str, dict[str, Any]]:
    """Return each published schema by its file name."""
    reports = {
        name: {"$schema": DRAFT, **TypeAdapter(report).json_schema()}
        for name, report in REPORTS.items()
    }
    run_configs = {
        f"run-config-{family.name}.json": run_config_schema(family)
        for family in families()
    }
    return reports | run_configs


def as_text(schema: dict[str, Any]) -> str:
    """Return the content of a schema's file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write every schema into the folder named on the command line."""
    folder = sys.argv[1]
    for name, schema in schemas().items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(as_text(schema))


if __name__ == "__main__":
    main()
