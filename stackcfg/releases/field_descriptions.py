"""What upstream says of the fields of its config models.

The facts are in `field_descriptions.json`, read from the last release
of each family. Only schemas and editors need them.
"""

from __future__ import annotations

from stackcfg.releases.versions import Release, find_row, read_facts


def field_description(model: str, field: str, release: Release) -> str:
    """Return what a release says of a field of a model; empty if nothing."""
    fields = read_facts("field_descriptions.json")["fields"]
    row = find_row(fields.get(model, {}).get(field, ()), release) or {}
    return str(row.get("description", ""))
