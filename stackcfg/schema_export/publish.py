"""The JSON Schemas that this project publishes, made from its models.

`python -m stackcfg.schema_export.publish FOLDER` writes them.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from pydantic import BaseModel

from stackcfg.releases.families import families
from stackcfg.reports.models.data import DataReport
from stackcfg.reports.models.migrate import Report
from stackcfg.reports.models.show import ShowReport
from stackcfg.reports.models.validate import ValidateReport
from stackcfg.schema_export.run_config import DRAFT, run_config_schema


def schemas() -> dict[str, dict[str, Any]]:
    """Each published schema by its file name."""
    models: dict[str, type[BaseModel]] = {
        "migrate-report-v1.json": Report,
        "validate-report-v1.json": ValidateReport,
        "show-report-v1.json": ShowReport,
        "data-report-v1.json": DataReport,
    }
    reports = {
        name: {"$schema": DRAFT, **model.model_json_schema()}
        for name, model in models.items()
    }
    return reports | {
        f"run-config-{target.name}.json": run_config_schema(target)
        for target in families()
    }


def as_text(schema: dict[str, Any]) -> str:
    """A schema as the text of its file: a line for each property and each definition."""
    return _lines(schema, "", ("properties", "$defs")) + "\n"


def _lines(value: dict[str, Any], indent: str, opened: tuple[str, ...]) -> str:
    """A mapping with a line for each entry; those in `opened` are opened once more."""
    entries = [
        f"{indent}  {json.dumps(key)}: "
        + (
            _lines(item, f"{indent}  ", ())
            if key in opened and item
            else json.dumps(item, ensure_ascii=False)
        )
        for key, item in value.items()
    ]
    return "{\n" + ",\n".join(entries) + f"\n{indent}}}"


def main() -> None:
    """Write every schema into the folder named on the command line."""
    folder = sys.argv[1]
    for name, schema in schemas().items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(as_text(schema))


if __name__ == "__main__":
    main()
