"""Makes the JSON files of models, providers and releases in `stackcfg/releases/facts` from `describe_release.py`.

    python tests/collect_facts.py DESCRIPTIONS   (a folder with VERSION.json for each release)

A description is made with the Python of an environment that holds the release:

    ENVIRONMENT/bin/python tests/describe_release.py > DESCRIPTIONS/VERSION.json

Neighbouring releases that agree on a fact share one row: it carries the first and the last release that had it.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

FACTS: Final = Path(__file__).parents[1] / "facts"

Description = Mapping[str, Any]


def release(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def spans(found: Mapping[str, Any], order: list[str]) -> list[dict[str, Any]]:
    """A fact by release as rows: `since` and `until` of each run of neighbouring releases that agree on it."""
    rows: list[dict[str, Any]] = []
    last: Any = None
    for version in order:
        value = found.get(version)
        if value is None:
            last = None
        elif value == last:
            rows[-1]["until"] = version
        else:
            rows.append({"since": version, "until": version, **value})
            last = value
    return rows


def class_names(descriptions: Mapping[str, Description]) -> dict[str, str]:
    """A name for each model class: its own, with the folder of its provider where a release has two of that name."""
    in_release: dict[str, set[str]] = defaultdict(set)
    for description in descriptions.values():
        by_class = defaultdict(set)
        for path in description["models"]:
            by_class[path.rpartition(".")[2]].add(path)
        for name, paths in by_class.items():
            if len(paths) > 1:
                in_release[name] |= paths
    result = {}
    for description in descriptions.values():
        for path in description["models"]:
            name = path.rpartition(".")[2]
            prefix = (
                path.split(".providers.")[-1].split(".")[0] + "."
                if path in in_release[name]
                else ""
            )
            result[path] = prefix + name
    return result


def renamed(kind: Any, names: Mapping[str, str]) -> Any:
    """A type with its models under their short names."""
    if isinstance(kind, list) and kind[0] == "model":
        return ["model", names[kind[1]]]
    if isinstance(kind, list) and kind[0] != "literal":
        return [renamed(each, names) for each in kind]
    return kind


def models(descriptions: Mapping[str, Description], order: list[str]) -> dict[str, Any]:
    names = class_names(descriptions)
    fields: dict[str, dict[str, dict[str, Any]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    extra: dict[str, dict[str, Any]] = defaultdict(dict)
    checks: dict[str, dict[str, dict[str, Any]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for version, description in descriptions.items():
        for path, model in description["models"].items():
            name = names[path]
            if "extra" in model:
                extra[name][version] = {"extra": model["extra"]}
            for check in model.get("checks", {}):
                permits = model.get("permits", {}).get(check)
                checks[name][check][version] = (
                    {} if permits is None else {"permits": permits}
                )
            fields[name].setdefault("", {})[version] = {}
            for field, spec in model["fields"].items():
                fields[name][field][version] = {
                    **spec,
                    "type": renamed(spec["type"], names),
                }
    return {
        name: {
            "present": spans(fields[name].pop(""), order),
            **({"extra": spans(extra[name], order)} if name in extra else {}),
            **(
                {
                    "checks": {
                        check: spans(found, order)
                        for check, found in checks[name].items()
                    }
                }
                if name in checks
                else {}
            ),
            "fields": {
                field: spans(found, order) for field, found in fields[name].items()
            },
        }
        for name in sorted(fields)
    }


def providers(
    descriptions: Mapping[str, Description], order: list[str]
) -> dict[str, Any]:
    names = class_names(descriptions)
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for version, description in descriptions.items():
        for key, provider in description["providers"].items():
            config = names[provider["config"]]
            advice = (
                {"deprecated": provider["deprecation_warning"]}
                if "deprecation_warning" in provider
                else {}
            )
            found[key][version] = {
                "config": config,
                "requires": provider["requires"],
                **advice,
            }
    return {key: spans(found[key], order) for key in sorted(found)}


def present(
    descriptions: Mapping[str, Description], order: list[str], what: str
) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for version, description in descriptions.items():
        for each in description.get(what, []):
            found[each][version] = {}
    return {name: spans(found[name], order) for name in sorted(found)}


def routed(descriptions: Mapping[str, Description], order: list[str]) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for version, description in descriptions.items():
        for table, router in description["routed"]:
            found[table][version] = {"router": router}
    return {name: spans(found[name], order) for name in sorted(found)}


def lines(value: Any, depth: int, indent: int = 0) -> Iterable[str]:
    """JSON with one line for each entry below `depth` levels."""
    space = "  " * indent
    if depth and isinstance(value, dict) and value:
        entries = list(value.items())
        for index, (key, item) in enumerate(entries):
            text = "".join(lines(item, depth - 1, indent + 1))
            comma = "," if index < len(entries) - 1 else ""
            yield f"{'{' if index == 0 else ''}\n{space}  {json.dumps(key)}: {text}{comma}"
        yield f"\n{space}}}"
    else:
        yield json.dumps(value, ensure_ascii=False)


def write(name: str, value: Any, depth: int) -> None:
    (FACTS / name).write_text("".join(lines(value, depth)) + "\n", encoding="utf-8")


def main() -> None:
    paths = sorted(
        Path(sys.argv[1]).glob("*.json"), key=lambda path: release(path.stem)
    )
    descriptions = {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths
    }
    order = list(descriptions)
    root = {
        version: {"model": each["root"].rpartition(".")[2]}
        for version, each in descriptions.items()
    }
    write(
        "models.json",
        {"root": spans(root, order), "models": models(descriptions, order)},
        4,
    )
    write("providers.json", {"providers": providers(descriptions, order)}, 2)
    about = {
        "releases": order,
        "apis": present(descriptions, order, "apis"),
        "routed": routed(descriptions, order),
        "registered": present(descriptions, order, "resources"),
        "skipped_without": present(descriptions, order, "resource_ids"),
    }
    write("releases.json", about, 2)


if __name__ == "__main__":
    main()
