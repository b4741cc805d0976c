"""Make the JSON files of models, providers and releases in `releases/facts`.

    python .ci/facts/collect_facts.py DESCRIPTIONS

DESCRIPTIONS is a folder with VERSION.json of one release or more, each made by

    ENVIRONMENT/bin/python .ci/facts/describe_release.py

with the Python of an environment that has the release. What the files say of other
releases stays. Neighbouring releases with the same fact share a row: `since` and
`until` are its first and its last release, and a row that is true to this day has no
`until`.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from stackcfg.releases.versions import parse_release

FACTS: Final = Path(__file__).parents[2] / "stackcfg" / "releases" / "facts"

DEPTHS: Final = {"models.json": 4, "providers.json": 2, "releases.json": 2}
"""The files, and below how many levels an entry has a line."""

DESCRIPTIONS: Final = "field_descriptions.json"

FIELDS: Final = "fields"
"""The last part of a model, and the only one that may be empty."""

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
    if rows and rows[-1]["until"] == order[-1]:
        del rows[-1]["until"]
    return rows


def make_rows_by_name(found: Mapping[str, Any], order: list[str]) -> Facts:
    return {name: make_rows(found[name], order) for name in found}


def name_models(
    descriptions: Descriptions, known: Collection[str] = ()
) -> dict[str, str]:
    """Return a name for each model class, by its path.

    It is that of the class, with the folder of its provider if a release has two classes
    of that name, or if the facts know it so.
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
            names[path] = name
            if (name, path) in ambiguous or f"{folder}.{name}" in known:
                names[path] = f"{folder}.{name}"
    return names


def rename_models(kind: Any, names: Mapping[str, str]) -> Any:
    """Return a type with its models by their short names."""
    if not isinstance(kind, list) or kind[0] == "literal":
        return kind
    if kind[0] == "model":
        return ["model", names[kind[1]]]
    return [rename_models(each, names) for each in kind]


def collect_models(
    descriptions: Descriptions, order: list[str], names: Mapping[str, str]
) -> Facts:
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
            fact = {**spec, "type": rename_models(spec["type"], names)}
            # kept apart: each start reads the models, and nothing but schemas the words
            fact.pop("description", None)
            fields[name][field][version] = fact
    found: Facts = {}
    for name in sorted(present):
        found[name] = {"present": make_rows(present[name], order)}
        if name in extra:
            found[name]["extra"] = make_rows(extra[name], order)
        if name in checks:
            found[name]["checks"] = make_rows_by_name(checks[name], order)
        found[name]["fields"] = make_rows_by_name(fields[name], order)
    return found


def collect_field_descriptions(
    descriptions: Descriptions, order: list[str], names: Mapping[str, str]
) -> Facts:
    """Return what upstream says of fields, by model and field."""
    found: dict[str, ByRelease] = defaultdict(lambda: defaultdict(dict))
    for version, description in descriptions.items():
        for path, model in description["models"].items():
            for field, spec in model["fields"].items():
                if "description" in spec:
                    row = {"description": spec["description"]}
                    found[names[path]][field][version] = row
    return {name: make_rows_by_name(found[name], order) for name in sorted(found)}


def describe_check(model: Mapping[str, Any], check: str) -> Facts:
    permitted = model.get("permits", {}).get(check)
    if permitted is None:
        return {}
    return {"permits": permitted}


def collect_providers(
    descriptions: Descriptions, order: list[str], names: Mapping[str, str]
) -> Facts:
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


def collect_facts(descriptions: Descriptions, known: Collection[str]) -> Facts:
    """Return the content of each file, as far as these releases tell.

    `known` are the names of models in the facts.
    """
    order = list(descriptions)
    names = name_models(descriptions, known)
    roots: Facts = {}
    for version, description in descriptions.items():
        roots[version] = {"model": description["root"].rpartition(".")[2]}
    return {
        "models.json": {
            "root": make_rows(roots, order),
            "models": collect_models(descriptions, order, names),
        },
        "providers.json": {"providers": collect_providers(descriptions, order, names)},
        "releases.json": {
            "releases": order,
            "apis": collect_names(descriptions, order, "apis"),
            "routed": collect_routers(descriptions, order),
            "registered": collect_names(descriptions, order, "resources"),
            "skipped_without": collect_names(descriptions, order, "resource_ids"),
        },
    }


class Merge:
    """Facts about releases with those about others, in one order of releases."""

    def __init__(self, known: Iterable[str], described: Iterable[str]) -> None:
        self.known = list(known)
        self.described = list(described)
        every = {*self.known, *self.described}
        self.order = sorted(every, key=parse_release)

    def merge(self, old: Any, new: Any) -> Any:
        """Return facts of which the described releases are as in `new`."""
        if isinstance(old, list) or isinstance(new, list):
            return make_rows(self._values(old or [], new or []), self.order)
        old, new = old or {}, new or {}
        merged: Facts = {}
        for key in sorted({**old, **new}, key=lambda key: key == FIELDS):
            merged[key] = self.merge(old.get(key), new.get(key))
        return {key: value for key, value in merged.items() if value or key == FIELDS}

    def _values(self, old: list[Facts], new: list[Facts]) -> Facts:
        values = _by_release(old, self.known)
        for version in self.described:
            values.pop(version, None)
        return {**values, **_by_release(new, self.described)}


def _by_release(rows: list[Facts], order: list[str]) -> Facts:
    """Return the fact of each release from rows."""
    values: Facts = {}
    for row in rows:
        since, until = (
            order.index(row["since"]),
            order.index(row.get("until", order[-1])),
        )
        fact = {key: row[key] for key in row if key not in ("since", "until")}
        values.update(dict.fromkeys(order[since : until + 1], fact))
    return values


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


def merge_field_descriptions(descriptions: Descriptions) -> None:
    """Write the descriptions of fields anew, with the releases that are described.

    Unlike the other facts, they were not read from every release.
    """
    known = json.loads((FACTS / "models.json").read_text("utf-8"))["models"]
    old = json.loads((FACTS / DESCRIPTIONS).read_text("utf-8"))
    names = name_models(descriptions, known)
    new = collect_field_descriptions(descriptions, list(descriptions), names)
    merge = Merge(old["releases"], descriptions)
    fields = merge.merge(old["fields"], new)
    merged = {"releases": merge.order, "fields": dict(sorted(fields.items()))}
    write_facts(DESCRIPTIONS, merged, 3)


def write_facts(name: str, value: Any, depth: int) -> None:
    text = "".join(format_json(value, depth)) + "\n"
    (FACTS / name).write_text(text, encoding="utf-8")


def merge_facts(descriptions: Descriptions) -> None:
    """Write the files anew, with the releases that are described."""
    old = {name: json.loads((FACTS / name).read_text("utf-8")) for name in DEPTHS}
    new = collect_facts(descriptions, old["models.json"]["models"])
    releases = Merge(old["releases.json"].pop("releases"), descriptions)
    del new["releases.json"]["releases"]
    for name, depth in DEPTHS.items():
        merged = releases.merge(old[name], new[name])
        if name == "releases.json":
            merged = {"releases": releases.order, **merged}
        for table, facts in merged.items():
            if isinstance(facts, dict):
                merged[table] = dict(sorted(facts.items()))
        write_facts(name, merged, depth)
    merge_field_descriptions(descriptions)


def main() -> None:
    folder = Path(sys.argv[1])
    paths = sorted(folder.glob("*.json"), key=lambda path: parse_release(path.stem))
    merge_facts(
        {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}
    )


if __name__ == "__main__":
    main()
