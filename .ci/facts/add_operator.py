"""Write what the resource definitions of an operator release say to the facts.

    python .ci/facts/add_operator.py 0.14.0 config/crd/bases/ogx.io_ogxservers.yaml ...

The files are those of the release's tag in the repository of the operator.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[2]
FACTS: Final = ROOT / "stackcfg" / "releases" / "facts" / "operator"

sys.path[:0] = [str(ROOT / ".ci")]

from facts.conditions import read_condition  # noqa: E402

Schema = Mapping[str, Any]

KEPT: Final = {
    "required": "required",
    "default": "default",
    "enum": "values",
    "minimum": "least",
    "maximum": "most",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_items",
    "maxItems": "max_items",
    "minProperties": "min_items",
    "x-kubernetes-list-map-keys": "unique_by",
}
"""What is kept of a schema, and its name in the facts."""

FORMS: Final = {
    r"^[a-zA-Z0-9]([a-zA-Z0-9\-_.]*[a-zA-Z0-9])?$": (
        "letters, digits and '-', '_', '.' between them"
    ),
    r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))"
    r"(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$": (
        "a quantity, such as 500m or 10Gi"
    ),
    r"^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$": "the name of a pod condition",
    r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
    r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$": "a name, with or without 'DOMAIN/'",
}
"""The patterns of strings, in words. One that is missing is an error."""

STATUS: Final = {"type": "object", "open": True}
"""What the operator writes itself is not described."""


def describe_definition(definition: Schema, operator: str) -> dict[str, Any]:
    """Return the facts of a resource definition with one version."""
    (version,) = definition["spec"]["versions"]
    schema = version["schema"]["openAPIV3Schema"]
    fields: dict[str, Any] = dict(_describe_fields(schema, ""))
    fields["status"] = STATUS
    return {
        "kind": definition["spec"]["names"]["kind"],
        "group": definition["spec"]["group"],
        "version": version["name"],
        "since": operator,
        "fields": fields,
    }


def _describe_fields(schema: Schema, path: str) -> Iterator[tuple[str, Any]]:
    """Yield each field below a schema: `spec.list[].name`, `spec.map{}`."""
    if path == "status":
        return
    yield path, _describe_field(schema, path)
    for name, inner in schema.get("properties", {}).items():
        yield from _describe_fields(inner, f"{path}.{name}".lstrip("."))
    if "items" in schema:
        yield from _describe_fields(schema["items"], f"{path}[]")
    if isinstance(schema.get("additionalProperties"), Mapping):
        yield from _describe_fields(schema["additionalProperties"], f"{path}{{}}")


def _describe_field(schema: Schema, path: str) -> dict[str, Any]:
    field: dict[str, Any] = {"type": schema.get("type", "any")}
    if schema.get("x-kubernetes-int-or-string"):
        field["type"] = "int-or-string"
    # the definition leaves the metadata to Kubernetes
    if path == "metadata" or schema.get("x-kubernetes-preserve-unknown-fields"):
        field["open"] = True
    field |= {name: schema[key] for key, name in KEPT.items() if key in schema}
    if "pattern" in schema:
        re.compile(schema["pattern"])
        field["pattern"] = schema["pattern"]
        field["form"] = FORMS[schema["pattern"]]
    rules = schema.get("x-kubernetes-validations", ())
    if rules:
        field["conditions"] = [read_condition(each["rule"]) for each in rules]
    return field


def write_facts(facts: Mapping[str, Any], file: Path) -> None:
    """Write facts with one line for each field."""
    head = {key: value for key, value in facts.items() if key != "fields"}
    lines = [
        f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()
    ]
    rows = [
        f"    {json.dumps(path)}: {json.dumps(field)}"
        for path, field in facts["fields"].items()
    ]
    lines += ['  "fields": {', ",\n".join(rows), "  }"]
    file.write_text("\n".join(["{", *lines, "}"]) + "\n")


def main() -> None:
    operator, *files = sys.argv[1:]
    for file in files:
        definition = yaml.safe_load(Path(file).read_text())
        facts = describe_definition(definition, operator)
        name = f"{facts['kind'].lower()}-{operator}.json"
        write_facts(facts, FACTS / name)


if __name__ == "__main__":
    main()
