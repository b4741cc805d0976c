"""The JSON Schemas that this project publishes, made from its models.

`python -m stackcfg.schemas FOLDER` writes them.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Final

from pydantic import BaseModel

from stackcfg.report_models import Report
from stackcfg.storage_models import Storage

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """Each published schema by its file name."""
    models: dict[str, type[BaseModel]] = {"storage-0.3.json": Storage, "migrate-report-v1.json": Report}
    return {name: {"$schema": DRAFT, **model.model_json_schema()} for name, model in models.items()}


def as_text(schema: dict[str, Any]) -> str:
    """A schema as the text of its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write every schema into the folder named on the command line."""
    folder = sys.argv[1]
    for name, schema in schemas().items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(as_text(schema))


if __name__ == "__main__":
    main()
