"""What each release's config models hold: fields and their types, providers with their config class, APIs.

The facts are `facts/models.json`, `providers.json` and `releases.json`, described by the released wheels themselves
(`tests/describe_release.py`). Every row carries the first and the last release that had it; a release that was not
described counts as the nearest one before it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from stackcfg.releases.versions import (
    Release,
    format_release,
    parse_release,
    read_facts,
)

Kind = Any
"""A type as the facts write it: a word (`str`, `int`, `secret`, …) or a list whose first item says what the rest is:
union, list, dict, literal, model, tagged (by a discriminator), bound."""

ANY: Final = "any"


class Field(NamedTuple):
    """A field of a config model in one release. `key` is how a file writes it, `name` the model's own name.

    `default` is the value that the server takes where the field is left out, if it is a plain one or a reference.
    """

    key: str
    name: str
    kind: Kind
    required: bool = False
    deprecated: bool = False
    default: Any = None


class Model(NamedTuple):
    """A config model in one release: its fields by the keys that a file may use, and what becomes of other keys.

    `open` keeps unknown keys, `closed` refuses them; most models do neither and drop them silently. `checks` names
    the validators that upstream wrote by hand.
    """

    name: str
    fields: Mapping[str, Field]
    open: bool = False
    closed: bool = False
    checks: frozenset[str] = frozenset()


class ProviderSpec(NamedTuple):
    """A provider type in one release: its config model, the APIs that must have a provider, upstream's warning."""

    config: str
    requires: tuple[str, ...]
    deprecated: str = ""


@cache
def described_releases() -> list[Release]:
    """The releases whose models were described, oldest first."""
    return [parse_release(each) for each in read_facts("releases.json")["releases"]]


@cache
def nearest_described(version: Release) -> Release:
    """The described release that stands for this one: itself, or the nearest before it."""
    known = described_releases()
    return known[max(0, bisect_right(known, version) - 1)]


def find_row(
    rows: Iterable[Mapping[str, Any]], version: Release
) -> Mapping[str, Any] | None:
    """The row of a fact that holds in a release, if any."""
    version = nearest_described(version)
    return next(
        (
            row
            for row in rows
            if parse_release(row["since"]) <= version <= parse_release(row["until"])
        ),
        None,
    )


@cache
def root_model(version: Release) -> Model:
    """The model of a whole run config."""
    row = find_row(read_facts("models.json")["root"], version)
    return config_model(row["model"] if row else "", version)


def root_model_names() -> tuple[str, ...]:
    """The names that the model of a whole run config has had, oldest first."""
    return tuple(row["model"] for row in read_facts("models.json")["root"])


@cache
def config_model(name: str, version: Release) -> Model:
    """A config model as a release has it; one without fields when it has none of that name."""
    facts = read_facts("models.json")["models"].get(name)
    if facts is None:
        return Model(name, {}, open=True)
    fields: dict[str, Field] = {}
    for field, rows in facts["fields"].items():
        row = find_row(rows, version)
        if row is not None:
            for key in row.get("names", (field,)):
                fields[key] = Field(
                    key,
                    field,
                    row["type"],
                    row.get("required", False),
                    row.get("deprecated", False),
                    row.get("default"),
                )
    extra = find_row(facts.get("extra", ()), version)
    checks = frozenset(
        check
        for check, rows in facts.get("checks", {}).items()
        if find_row(rows, version)
    )
    rule = extra["extra"] if extra else ""
    return Model(name, fields, rule == "allow", rule == "forbid", checks)


@cache
def permitted_values(name: str, check: str, version: Release) -> frozenset[str]:
    """The values that a hand-written validator of a config model lets through in a release, where it has a list."""
    row = find_row(
        read_facts("models.json")["models"]
        .get(name, {})
        .get("checks", {})
        .get(check, ()),
        version,
    )
    return frozenset(row.get("permits", ())) if row else frozenset()


def model_names(version: Release) -> tuple[str, ...]:
    """The config models that a release has."""
    found = read_facts("models.json")["models"]
    return tuple(
        name for name, facts in found.items() if find_row(facts["present"], version)
    )


@cache
def provider_spec(
    api: str, provider_type: str, version: Release
) -> ProviderSpec | None:
    """A provider type as a release has it; None when it has none."""
    row = find_row(
        read_facts("providers.json")["providers"].get(f"{api} {provider_type}", ()),
        version,
    )
    return (
        ProviderSpec(row["config"], tuple(row["requires"]), row.get("deprecated", ""))
        if row
        else None
    )


@cache
def provider_types(api: str, version: Release) -> tuple[str, ...]:
    """The provider types that a release has for an API."""
    found = read_facts("providers.json")["providers"]
    names = (
        name.split(" ", 1) for name, rows in found.items() if find_row(rows, version)
    )
    return tuple(kind for each, kind in names if each == api)


def provider_spans(api: str, provider_type: str) -> list[tuple[Release, Release]]:
    """The first and last release of each run of releases that had a provider type; empty when none ever had it."""
    return _spans(
        read_facts("providers.json")["providers"].get(f"{api} {provider_type}", ())
    )


def api_spans(api: str) -> list[tuple[Release, Release]]:
    """The same for an API."""
    return _spans(read_facts("releases.json")["apis"].get(api, ()))


def field_spans(model_name: str, field: str) -> list[tuple[Release, Release]]:
    """The same for a field of a config model."""
    return _spans(
        read_facts("models.json")["models"]
        .get(model_name, {})
        .get("fields", {})
        .get(field, ())
    )


@cache
def key_spans(
    model_name: str,
) -> tuple[Mapping[str, list[tuple[Release, Release]]], list[tuple[Release, Release]]]:
    """When a config model had each key that a file may use, and when it kept keys that it did not know."""
    facts = read_facts("models.json")["models"].get(model_name)
    if facts is None:
        return {}, [(described_releases()[0], described_releases()[-1])]
    found: dict[str, list[tuple[Release, Release]]] = {}
    for field, rows in facts["fields"].items():
        for row in rows:
            for key in row.get("names", (field,)):
                found.setdefault(key, []).extend(_spans([row]))
    return found, _spans(
        row for row in facts.get("extra", ()) if row["extra"] == "allow"
    )


def provider_models(api: str, provider_type: str) -> list[tuple[Release, Release, str]]:
    """The config model of a provider type in each run of releases: first, last, the model's name."""
    rows = read_facts("providers.json")["providers"].get(f"{api} {provider_type}", ())
    return [
        (parse_release(row["since"]), parse_release(row["until"]), row["config"])
        for row in rows
    ]


def _spans(rows: Iterable[Mapping[str, Any]]) -> list[tuple[Release, Release]]:
    return [(parse_release(row["since"]), parse_release(row["until"])) for row in rows]


def within(spans: Iterable[tuple[Release, Release]], version: Release) -> bool:
    """Whether a release lies in one of these spans."""
    version = nearest_described(version)
    return any(since <= version <= until for since, until in spans)


@cache
def apis(version: Release) -> frozenset[str]:
    """The APIs that a release has."""
    return frozenset(
        name
        for name, rows in read_facts("releases.json")["apis"].items()
        if find_row(rows, version)
    )


def resolve_api_name(name: str, version: Release) -> str:
    """The API that a release takes a word for: from 0.2.16 in any case and with hyphens, unless routed (measured)."""
    if version < (0, 2, 16) or name in apis(version):
        return name
    plain = name.lower().replace("-", "_")
    return plain if plain in apis(version) - set(routers(version).values()) else name


@cache
def routers(version: Release) -> Mapping[str, str]:
    """The APIs that a release routes itself: the table's API and that of the providers behind it."""
    found = {
        name: find_row(rows, version)
        for name, rows in read_facts("releases.json")["routed"].items()
    }
    return {name: row["router"] for name, row in found.items() if row}


@cache
def registered_at_start(version: Release) -> frozenset[str]:
    """The lists of `registered_resources` that start-up registers; others are read and have no effect."""
    return frozenset(
        name
        for name, rows in read_facts("releases.json")["registered"].items()
        if find_row(rows, version)
    )


@cache
def required_ids(version: Release) -> frozenset[str]:
    """The ids without which the loader takes a mapping out of its list, wherever that stands (0.4.1, #4455)."""
    found = read_facts("releases.json")["skipped_without"]
    return frozenset(name for name, rows in found.items() if find_row(rows, version))


def is_provider_known(api: str, provider_type: str, version: Release) -> bool | None:
    """Whether a release has a provider type; None when no release ever had it (a provider outside the tree)."""
    spans = provider_spans(api, provider_type)
    return within(spans, version) if spans else None


def is_api_known(api: str, version: Release) -> bool | None:
    """Whether a release has an API; None when no release ever had it."""
    spans = api_spans(api)
    return within(spans, version) if spans else None


def key_newer(key: str, version: Release) -> bool:
    """Whether a top-level key came only after a release (`distro_name` #4396, `connectors` #4263)."""
    return _newer(
        sorted(span for name in root_model_names() for span in field_spans(name, key)),
        version,
    )


def provider_newer(api: str, provider_type: str, version: Release) -> bool:
    """Whether a provider type came only after a release."""
    return _newer(provider_spans(api, provider_type), version)


def api_newer(api: str, version: Release) -> bool:
    """Whether an API came only after a release."""
    return _newer(api_spans(api), version)


def _newer(spans: list[tuple[Release, Release]], version: Release) -> bool:
    return bool(spans) and spans[0][0] > version


def last_release_with(api: str, provider_type: str) -> str:
    """The last release that had a provider type."""
    return format_release(provider_spans(api, provider_type)[-1][1])


def has_provider_key(api: str, provider_type: str, key: str, version: Release) -> bool:
    """Whether a release's config class of a provider has a key; by its alias where the field has one."""
    spec = provider_spec(api, provider_type, version)
    return spec is not None and key in config_model(spec.config, version).fields
