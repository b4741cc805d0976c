"""The config models of each release: their fields, types and validators.

The facts are in `models.json`, made from the packages by
`.ci/facts/describe_release.py`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from stackcfg.light_typing import Any, NamedTuple
from stackcfg.releases.versions import (
    Release,
    Row,
    Span,
    described_releases,
    find_row,
    names_at,
    nearest_described,
    read_facts,
    span_of,
)

Kind = Any
"""A type as the facts write it: a word (`str`, `int`, `secret`, …), or a list.

The first item of a list says what the others are: union, list, dict,
literal, model, tagged (a union with a discriminator) or bound (a type
with limits).
"""

ANY = "any"


class Field(NamedTuple):
    """A field of a config model in one release.

    `key` is how a file writes it, `name` the model's own name for it.
    `default` is a plain value, a reference, or None.
    """

    key: str
    name: str
    kind: Kind
    required: bool = False
    deprecated: bool = False
    default: Any = None


class Model(NamedTuple):
    """A config model in one release: its fields by the keys that a file may use.

    `open` keeps unknown keys and `closed` refuses them; most models
    drop them. `checks` are the names of upstream's hand-written
    validators, `required` the keys of fields without a default.
    """

    name: str
    fields: Mapping[str, Field]
    open: bool = False
    closed: bool = False
    checks: frozenset[str] = frozenset()
    required: tuple[str, ...] = ()


def _model_facts(name: str) -> Mapping[str, Any]:
    """Return the facts of a model; empty if no release has it."""
    facts: Mapping[str, Any] = read_facts("models.json")["models"].get(name, {})
    return facts


@cache
def root_model(version: Release) -> Model:
    """Return the model of a whole run config."""
    row = find_row(read_facts("models.json")["root"], version) or {"model": ""}
    return config_model(row["model"], version)


def root_model_names() -> tuple[str, ...]:
    """Return the names that the model of a run config has had, oldest first."""
    return tuple(row["model"] for row in read_facts("models.json")["root"])


def model_names(version: Release) -> tuple[str, ...]:
    """Return the names of a release's config models."""
    models = read_facts("models.json")["models"]
    present = {name: facts["present"] for name, facts in models.items()}
    return tuple(names_at(present, version))


@cache
def config_model(name: str, version: Release) -> Model:
    """Return a config model of a release; without fields if it has none."""
    if not _model_facts(name):
        return Model(name, {}, open=True)
    changes = _changes_of(name)
    before = bisect_right(changes, nearest_described(version))
    return _read_model(name, changes[max(0, before - 1)])


@cache
def _changes_of(name: str) -> Sequence[Release]:
    """Return the releases from which on a model is another one, oldest first.

    Between two of them every release has the same rows of facts.
    """
    known = described_releases()
    found = {known[0]}
    for row in _rows_of(_model_facts(name)):
        since, until = span_of(row)
        found.add(since)
        found.update(known[bisect_right(known, until) :][:1])
    return sorted(found)


def _rows_of(facts: Mapping[str, Any]) -> Iterator[Row]:
    yield from facts.get("extra", ())
    for rows_by_name in (facts["fields"], facts.get("checks", {})):
        for rows in rows_by_name.values():
            yield from rows


@cache
def _read_model(name: str, version: Release) -> Model:
    facts = _model_facts(name)
    fields: dict[str, Field] = {}
    for field, rows in facts["fields"].items():
        row = find_row(rows, version)
        if row is not None:
            # with aliases, a file may write the field in several ways
            for key in row.get("names", (field,)):
                fields[key] = _read_field(key, field, row)
    extra = find_row(facts.get("extra", ()), version) or {"extra": "ignore"}
    checks = names_at(facts.get("checks", {}), version)
    return Model(
        name,
        fields,
        extra["extra"] == "allow",
        extra["extra"] == "forbid",
        frozenset(checks),
        tuple(key for key, field in fields.items() if field.required),
    )


def _read_field(key: str, name: str, row: Row) -> Field:
    return Field(
        key,
        name,
        row["type"],
        row.get("required", False),
        row.get("deprecated", False),
        row.get("default"),
    )


@cache
def permitted_values(name: str, check: str, version: Release) -> frozenset[str]:
    """Return the values that a validator with a list of them lets through."""
    rows = _model_facts(name).get("checks", {}).get(check, ())
    row = find_row(rows, version) or {}
    return frozenset(row.get("permits", ()))


@cache
def known_values(model_name: str, field: str) -> frozenset[str]:
    """Return the words that any release accepts in a field by name:
    literals and tags.
    """
    rows = _model_facts(model_name).get("fields", {}).get(field, ())
    return frozenset().union(*(_literals_in(row["type"]) for row in rows))


@cache
def known_tags(model_name: str, field: str, tag: str) -> frozenset[str]:
    """Return the words that any release accepts as the tag of a field's
    mapping.
    """
    rows = _model_facts(model_name).get("fields", {}).get(field, ())
    models = frozenset().union(*(_models_in(row["type"]) for row in rows))
    return frozenset().union(*(known_values(model, tag) for model in models))


def _models_in(kind: Kind) -> frozenset[str]:
    if isinstance(kind, str):
        return frozenset()
    if kind[0] == "model":
        return frozenset(kind[1:])
    inner = [each for each in kind[1:] if not isinstance(each, dict)]
    return frozenset().union(*map(_models_in, inner))


def _literals_in(kind: Kind) -> frozenset[str]:
    if isinstance(kind, str):
        return frozenset()
    if kind[0] == "literal":
        return frozenset(map(str, kind[1:]))
    inner = [each for each in kind[1:] if not isinstance(each, dict)]
    return frozenset().union(*map(_literals_in, inner))


def field_rows(model_name: str, field: str) -> Sequence[Row]:
    """Return the facts of a field by its own name, oldest first."""
    rows: Sequence[Row] = _model_facts(model_name).get("fields", {}).get(field, ())
    return rows


def field_spans(model_name: str, field: str) -> list[Span]:
    """Return the runs of releases in which a config model has a field."""
    return [span_of(row) for row in field_rows(model_name, field)]


def model_spans(model_name: str) -> list[Span]:
    """Return the runs of releases that have a config model."""
    return [span_of(row) for row in _model_facts(model_name).get("present", ())]


@cache
def required_keys(model_name: str) -> tuple[tuple[tuple[str, ...], Span], ...]:
    """Return the keys that a config model requires, each with its other
    spellings, and the runs of releases in which it does.
    """
    found: list[tuple[tuple[str, ...], Span]] = []
    for field, rows in _model_facts(model_name).get("fields", {}).items():
        for row in rows:
            if row.get("required"):
                found.append((tuple(row.get("names", (field,))), span_of(row)))
    return tuple(found)


@cache
def key_spans(model_name: str) -> tuple[Mapping[str, list[Span]], list[Span]]:
    """Return when a config model had each key, and when it kept unknown keys."""
    facts = _model_facts(model_name)
    if not facts:
        first, *_, last = described_releases()
        return {}, [(first, last)]
    found: dict[str, list[Span]] = {}
    for field, rows in facts["fields"].items():
        for row in rows:
            for key in row.get("names", (field,)):
                found.setdefault(key, []).append(span_of(row))
    open_rows = [row for row in facts.get("extra", ()) if row["extra"] == "allow"]
    return found, list(map(span_of, open_rows))
