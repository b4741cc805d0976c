"""Make the JSON files of models, providers and releases in `releases/facts`.

    python .ci/facts/collect_facts.py DESCRIPTIONS

DESCRIPTIONS is a folder with VERSION.json of each release, each made by

    ENVIRONMENT/bin/python .ci/facts/describe_release.py

with the Python of an environment that has the release. Neighbouring releases with the
same fact share a row: `since` and `until` are its first and its last release.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from stackcfg.releases.versions import parse_release

FACTS: Final = Path(__file__).parents[2] / "stackcfg" / "releases" / "facts"

BROKEN: Final = frozenset(
    {
        # imports names that its own packages do not have, until 0.1.6
        "inference remote::runpod",
        # uses a name that it does not import, 0.1.2 to 0.1.4
        "inference remote::databricks",
        # have no module, until 0.1.6; the first is refused by name as well
        "safety inline::meta-reference",
        "telemetry remote::sample",
    }
)
"""Provider types that some releases list and no server can start with.

In those releases they count as unknown. Any other provider that cannot be imported
lacks a package in the environment that described it.
"""

Descriptions = Mapping[str, Mapping[str, Any]]
"""What `describe_release` printed, by release, oldest first."""

Facts = dict[str, Any]
ByRelease = dict[str, dict[str, Any]]


def make_rows(found: Mapping[str, Any], order: list[str]) -> list[Facts]:
    """Return a fact by release as rows, one for each run of releases that agree."""
    rows: list[Facts] = []
    last: Any = None
    for version in order:
        value = found.get(version)
        if value is not None and value == last:
            rows[-1]["until"] = version
        elif value is not None:
            rows.append({"since": version, "until": version, **value})
        last = value
    return rows


def make_rows_by_name(found: Mapping[str, Any], order: list[str]) -> Facts:
    return {name: make_rows(found[name], order) for name in found}


def name_models(descriptions: Descriptions) -> dict[str, str]:
    """Return a name for each model class, by its path.

    It is that of the class, with the folder of its provider if a release has two classes
    of that name.
    """
    ambiguous: set[tuple[str, str]] = set()
    for description in descriptions.values():
        paths_by_class = defaultdict(set)
        for path in description["models"]:
            paths_by_class[path.rpartition(".")[2]].add(path)
        for name, paths in paths_by_class.items():
            if len(paths) > 1:
                ambiguous.update((name, path) for path in paths)
    names: dict[str, str] = {}
    for description in descriptions.values():
        for path in description["models"]:
            name = path.rpartition(".")[2]
            folder = path.split(".providers.")[-1].split(".")[0]
            names[path] = f"{folder}.{name}" if (name, path) in ambiguous else name
    return names


def rename_models(kind: Any, names: Mapping[str, str]) -> Any:
    """Return a type with its models by their short names."""
    if not isinstance(kind, list) or kind[0] == "literal":
        return kind
    if kind[0] == "model":
        return ["model", names[kind[1]]]
    return [rename_models(each, names) for each in kind]


def collect_models(descriptions: Descriptions, order: list[str]) -> Facts:
    names = name_models(descriptions)
    present: ByRelease = defaultdict(dict)
    extra: ByRelease = defaultdict(dict)
    checks: dict[str, ByRelease] = defaultdict(lambda: defaultdict(dict))
    fields: dict[str, ByRelease] = defaultdict(lambda: defaultdict(dict))
    models = [
        (version, names[path], model)
        for version, description in descriptions.items()
        for path, model in description["models"].items()
    ]
    for version, name, model in models:
        present[name][version] = {}
        if "extra" in model:
            extra[name][version] = {"extra": model["extra"]}
        for check in model.get("checks", {}):
            checks[name][check][version] = describe_check(model, check)
        for field, spec in model["fields"].items():
            kind = rename_models(spec["type"], names)
            fields[name][field][version] = {**spec, "type": kind}
    found: Facts = {}
    for name in sorted(present):
        found[name] = {"present": make_rows(present[name], order)}
        if name in extra:
            found[name]["extra"] = make_rows(extra[name], order)
        if name in checks:
            found[name]["checks"] = make_rows_by_name(checks[name], order)
        found[name]["fields"] = make_rows_by_name(fields[name], order)
    return found


def describe_check(model: Mapping[str, Any], check: str) -> Facts:
    permitted = model.get("permits", {}).get(check)
    if permitted is None:
        return {}
    return {"permits": permitted}


def collect_providers(descriptions: Descriptions, order: list[str]) -> Facts:
    names = name_models(descriptions)
    found: ByRelease = defaultdict(dict)
    for version, description in descriptions.items():
        for key, provider in description["providers"].items():
            if "config" not in provider:
                check_broken(version, key, provider)
                continue
            row = {
                "config": names[provider["config"]],
                "requires": provider["requires"],
            }
            if "deprecation_warning" in provider:
                row["deprecated"] = provider["deprecation_warning"]
            found[key][version] = row
    return make_rows_by_name(dict(sorted(found.items())), order)


def check_broken(version: str, key: str, provider: Mapping[str, Any]) -> None:
    """Stop if a provider that works could not be described."""
    if key not in BROKEN:
        raise SystemExit(f"{version}: '{key}' is not described: {provider['failed']}")


def collect_names(descriptions: Descriptions, order: list[str], what: str) -> Facts:
    """Return which releases have each name of a list, as of `apis`."""
    found: ByRelease = defaultdict(dict)
    for version, description in descriptions.items():
        for name in description.get(what, []):
            found[name][version] = {}
    return make_rows_by_name(dict(sorted(found.items())), order)


def collect_routers(descriptions: Descriptions, order: list[str]) -> Facts:
    found: ByRelease = defaultdict(dict)
    for version, description in descriptions.items():
        for table, router in description["routed"]:
            found[table][version] = {"router": router}
    return make_rows_by_name(dict(sorted(found.items())), order)


def format_json(value: Any, depth: int, indent: int = 0) -> Iterable[str]:
    """Yield JSON in parts, with one line for each entry below `depth` levels."""
    if not depth or not isinstance(value, dict) or not value:
        yield json.dumps(value, ensure_ascii=False)
        return
    space = "  " * indent
    separator = "{"
    for key, item in value.items():
        yield f"{separator}\n{space}  {json.dumps(key)}: "
        yield from format_json(item, depth - 1, indent + 1)
        separator = ","
    yield f"\n{space}}}"


def write_facts(name: str, value: Any, depth: int) -> None:
    text = "".join(format_json(value, depth)) + "\n"
    (FACTS / name).write_text(text, encoding="utf-8")


def main() -> None:
    folder = Path(sys.argv[1])
    paths = sorted(folder.glob("*.json"), key=lambda path: parse_release(path.stem))
    descriptions: dict[str, Any] = {}
    for path in paths:
        descriptions[path.stem] = json.loads(path.read_text(encoding="utf-8"))
    order = list(descriptions)
    roots: Facts = {}
    for version, description in descriptions.items():
        roots[version] = {"model": description["root"].rpartition(".")[2]}
    models = collect_models(descriptions, order)
    write_facts("models.json", {"root": make_rows(roots, order), "models": models}, 4)
    providers = collect_providers(descriptions, order)
    write_facts("providers.json", {"providers": providers}, 2)
    releases = {
        "releases": order,
        "apis": collect_names(descriptions, order, "apis"),
        "routed": collect_routers(descriptions, order),
        "registered": collect_names(descriptions, order, "resources"),
        "skipped_without": collect_names(descriptions, order, "resource_ids"),
    }
    write_facts("releases.json", releases, 2)


if __name__ == "__main__":
    main()
