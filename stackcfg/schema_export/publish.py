"""The JSON Schemas that this project publishes, made from its models.

`python -m stackcfg.schema_export.publish FOLDER` writes them.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Final

from pydantic import TypeAdapter

from stackcfg.releases.families import Target, families
from stackcfg.reports.data.json import DataReport
from stackcfg.reports.migrate.json import MigrateReport
from stackcfg.reports.show.json import ShowReport
from stackcfg.reports.validate.baseline import BaselineReport
from stackcfg.reports.validate.json import ValidateReport
from stackcfg.schema_export.run_config import (
    DRAFT,
    IDENTIFIER,
    run_config_schema,
)

REPORTS: Final[dict[str, type]] = {
    "migrate-report-v2.json": MigrateReport,
    "validate-report-v1.json": ValidateReport,
    "baseline-v1.json": BaselineReport,
    "show-report-v1.json": ShowReport,
    "data-report-v2.json": DataReport,
}


CATALOG: Final = "catalog.json"
CATALOG_FORM: Final = "https://json.schemastore.org/schema-catalog.json"
FILE_PATTERNS: Final = [
    "llama-stack-config.yaml",
    "llama-stack-run.yaml",
    "ogx-config.yaml",
    "ogx-run.yaml",
    "run-config.yaml",
    "**/.llama/distributions/*/*-run.yaml",
    "**/.ogx/distributions/*/config.yaml",
    "**/llama_stack/distributions/*/run.yaml",
    "**/llama_stack/distributions/*/run-*.yaml",
    "**/ogx/distributions/*/config.yaml",
]
"""Names that only run configs have; `run.yaml` alone can be anything."""


def schemas() -> dict[str, dict[str, Any]]:
    """Return each published schema by its file name."""
    reports = {name: _report_schema(name, report) for name, report in REPORTS.items()}
    run_configs = {
        _run_config_file(family): run_config_schema(family) for family in families()
    }
    return reports | run_configs


def _report_schema(name: str, report: type) -> dict[str, Any]:
    identifier = IDENTIFIER + name.removesuffix(".json")
    head = {"$schema": DRAFT, "$id": identifier}
    return head | TypeAdapter(report).json_schema()


def catalog() -> dict[str, Any]:
    """Return the list of run config schemas in the form of SchemaStore.

    Addresses are relative to the list, since no server has it.
    """
    *_, newest = families()
    versions = {family.name: _run_config_file(family) for family in families()}
    entry = {
        "name": "Run config of Llama Stack (OGX)",
        "description": "Providers, stores and resources of a server",
        "fileMatch": FILE_PATTERNS,
        "url": _run_config_file(newest),
        "versions": versions,
    }
    return {"$schema": CATALOG_FORM, "version": 1.0, "schemas": [entry]}


def _run_config_file(family: Target) -> str:
    return f"run-config-{family.name}.json"


def as_text(schema: dict[str, Any]) -> str:
    """Return the content of a schema's file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write every schema into the folder named on the command line."""
    folder = sys.argv[1]
    for name, schema in (schemas() | {CATALOG: catalog()}).items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(as_text(schema))


if __name__ == "__main__":
    main()
