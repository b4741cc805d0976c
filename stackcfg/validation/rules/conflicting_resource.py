"""A resource that is registered twice, with different values.

Two entries of a list with one id are the same resource. The server stops with
"Object of type '…' and identifier '…' already exists" if they differ in
anything else (from 0.3.0). The id of a model is its served name, so two models
with different values of `model_id` can be one. `${env.X}` and `${env.X:=value}` are
one id, since the server needs the variable for the first.

    registered_resources:
      shields:
      - {shield_id: guard, provider_id: llama-guard, provider_shield_id: ollama/guard:1b}
      - {shield_id: guard, provider_id: llama-guard, provider_shield_id: ollama/guard:8b}
"""

from __future__ import annotations

from collections.abc import Mapping

from stackcfg.light_typing import Any
from stackcfg.paths import Path, as_mapping, value_at
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.model_names import EVERY_PROVIDER
from stackcfg.releases.resources import DATASETS, RESOURCE_IDS, registered_values
from stackcfg.runconfig.providers import is_disabled
from stackcfg.runconfig.substitution import keep_variables
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.queries.registered import is_removed, registered_resources
from stackcfg.validation.queries.served_models import served_names_of
from stackcfg.validation.rule import ERROR, Findings, Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: Inspection) -> Findings:
    """Report each entry that differs from an earlier one with its id."""
    if inspection.version < CATALOG_SINCE:
        return
    found: dict[tuple[str, str], Path] = {}
    reading = inspection.readings[-1]
    for resource in registered_resources(inspection):
        entry = as_mapping(value_at(reading, resource.path))
        name = _find_id(inspection, reading, resource.path)
        if not name or is_removed(entry, inspection.version):
            continue
        if not _is_registered(resource.kind, entry):
            continue
        first = found.setdefault((resource.kind, name), resource.path)
        values = _read_values(inspection, reading, resource.path)
        if values != _read_values(inspection, reading, first):
            key = RESOURCE_IDS.get(resource.kind, "")
            yield RuleFinding(
                value_of(*resource.path, key),
                f"'{name}' is registered twice with different values; "
                f"{inspection.release} refuses to start",
                help="remove one of the entries, or make them equal",
                also=((value_of(*first, key), "the other entry"),),
            )


def _read_values(
    inspection: Inspection,
    reading: Any,
    path: Path,
) -> Any:
    """Return the values of an entry that the registry compares."""
    entry = as_mapping(value_at(reading, path))
    read = {
        key: value
        for key, value in entry.items()
        if not inspection.is_dropped((*path, key))
    }
    return registered_values(str(path[-2]), read)


def _is_registered(kind: str, entry: Mapping[str, Any]) -> bool:
    # the source of a dataset decides on its provider
    if kind == DATASETS:
        return True
    return not is_disabled(entry) and entry["provider_id"] != EVERY_PROVIDER


def _find_id(inspection: Inspection, reading: Any, path: Path) -> str:
    """Return the id of a resource; empty if only a template knows it.

    What only the environment knows is `${env.NAME}` in the id.
    """
    entry = value_at(reading, path)
    name = _id_of(inspection, reading, path, entry)
    written = value_at(inspection.loaded, path)
    known = inspection.variables_set[-1]
    if name or not known or not isinstance(written, Mapping):
        return name
    named = keep_variables(written, known, inspection.version)
    named["provider_id"] = as_mapping(entry).get("provider_id")
    return _id_of(inspection, reading, path, named)


def _id_of(inspection: Inspection, reading: Any, path: Path, entry: Any) -> str:
    if path[-2] == "models":
        names = served_names_of(inspection, reading, as_mapping(entry))
        return "".join(names[:1])
    name = as_mapping(entry).get(RESOURCE_IDS.get(str(path[-2]), ""))
    return name if isinstance(name, str) else ""


RULE = Rule("conflicting-resource", ERROR, __doc__, check)
